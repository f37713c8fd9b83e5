"""Every page in the pseudo-locale: what the interface says is translated, what the course says is marked as such."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from config.tests import stage
from config.tests.interface_texts import interface_texts
from config.tests.pseudolocale import CODE, pseudo, pseudolocale
from config.tests.site import ROOT
from courses.models import LessonVersion
from exercises.models import ExerciseVersion
from exercises.tests.answer_content import make_answered
from exercises.tests.builders import make_exercise, make_lesson

# Scripts: comments and literals, and what in a literal is a text for readers.
JS_TOKEN = re.compile(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL)
CONSOLE = re.compile(r"console\.\w+\([^)]*\)")  # for who looks for a mistake
JS_TEXT = re.compile(r"[A-Z][a-z]+(?: [a-z]+| \$\{|[.:,…] |[.…]?$)")
JS_NO_TEXT = {
    "Tab",
    "Enter",
    "Escape",
    "Esc",
    "Home",
    "End",
    "Lines",
    "Imports",
    "Task",
    "Code",
    "Results",
}  # keys and names of events

# Beginnings of the names of addresses whose pages are not all translated yet; none when this is done.
NOT_YET: tuple[str, ...] = (
    "admin:",
    "exercises:exercise",
    "exercises:panel",
    "exercises:solution",
    "exercises:submission",
)


@pytest.fixture
def staged(db: None) -> Iterator[stage.Stage]:
    with pseudolocale():
        lesson = make_lesson("first")
        make_lesson("next", course=lesson.course)
        make_exercise(lesson=lesson, hints=["Look at the address."])
        for kind in ("choice", "decision", "scenario"):
            make_answered(kind, lesson=lesson)
        yield stage.set_the_stage()


def known_titles() -> set[str]:
    """Content that stands where no element can be marked: in titles of pages."""
    titles = {*LessonVersion.objects.values_list("title", flat=True)}
    titles |= {*ExerciseVersion.objects.values_list("title", flat=True)}
    return titles | {"Web", "Basics", "ana", "boss", "example.org"}


@pytest.mark.parametrize("reader", stage.READERS)
def test_pages_say_nothing_that_is_not_translated(staged, reader):
    client = Client(headers={"accept-language": CODE})
    client.cookies["sessionid"] = staged.cookies[reader]
    known = known_titles()
    wrong = []
    for named in stage.named_addresses():
        for address in [] if named.name.startswith(NOT_YET) else staged.addresses(named):
            response = client.get(address)
            if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
                page = interface_texts(response.content.decode(), known)
                wrong += [f"{named.name} {address}: {text}" for text in page.problems()]

    assert wrong == [], "\n".join(wrong)


def test_scripts_have_no_texts_of_their_own():
    folder = ROOT / "static" / "js"
    scripts = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.js"))}
    texts = [
        f"{name}: {literal}"
        for name, script in scripts.items()
        for literal in (token[1:-1] for token in JS_TOKEN.findall(CONSOLE.sub("", script)) if token[0] not in "/")
        if JS_TEXT.match(literal) and literal not in JS_NO_TEXT
    ]

    assert texts == []


@pytest.mark.parametrize(
    ("address", "body", "code"),
    [
        ("/api/v1/exercises/nothing/", None, "not_found"),
        ("/api/v1/exercises/health-flask/submissions/", {}, "invalid"),
        ("/api/v1/exercises/health-flask/submissions/", {"files": {}}, "invalid"),
        ("/api/v1/exercises/choice/submissions/", {"files": {"main.py": ""}}, "invalid"),
        ("/api/v1/exercises/choice/submissions/", {"answers": {"first": 7}}, "invalid"),
        ("/api/v1/nothing/", None, "not_found"),
    ],
)
def test_errors_of_the_api_are_in_the_language_of_who_asks(staged, address, body, code):
    client = Client(headers={"accept-language": CODE})

    response = client.get(address) if body is None else client.post(address, body, "application/json")

    error = response.json()
    sentences = [error["detail"], *(said for texts in error.get("fields", {}).values() for said in texts)]
    assert error["code"] == code
    assert [said for said in sentences if not said.startswith("⟦")] == []


@pytest.mark.parametrize(
    ("text", "translated"),
    [
        ("Read", "⟦Ŕééååð⟧"),
        ("Wrong. ", "⟦Ŵŕööñĝ.⟧ "),  # spaces around it are none of its letters
        ("%(done)s of %d, {name}", "%(done)s ööƒ %d, {name}"),
        ('Use `app` &amp; <a href="/x/">go</a>', 'Ûûšéé `app` &amp; <a href="/x/">ĝöö</a>'),
        ("", ""),
    ],
)
def test_pseudolocale_keeps_what_is_no_text(text, translated):
    assert pseudo(text).replace("⟦", "").replace("⟧", "") == translated.replace("⟦", "").replace("⟧", "")


def test_pseudolocale_speaks_for_all_of_djangos_functions():
    with pseudolocale(), translation.override(CODE):
        said = [
            translation.gettext("One"),
            str(translation.gettext_lazy("One")),
            translation.pgettext("a number", "One"),
            translation.ngettext("%(n)s day", "%(n)s days", 2) % {"n": 2},
            translation.npgettext("a span", "%(n)s day", "%(n)s days", 1) % {"n": 1},
        ]

    assert said == ["⟦Ööñéé⟧"] * 3 + ["⟦2 ðååýš⟧", "⟦1 ðååý⟧"]
    assert translation.gettext("One") == "One"


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("<p>⟦Ŕééååð⟧ 3 · 4 %</p>", []),
        ("<p>Read</p>", ["not translated: <p> Read"]),
        ("<p>⟦Ŕééååð <a>ţĥîîš</a> Flask⟧ now</p>", ["not translated: <p> now"]),
        ("<p lang='en'>A course <em>says</em> this</p>", []),
        ("<p lang='en'>⟦Ŕééååð⟧</p>", ["marked as content: ⟦Ŕééååð⟧"]),
        ("<div lang='en'>A course <p lang='en-xa'>Read</p></div>", ["not translated: <p> Read"]),
        ("<p translate='no'>KeyError</p><pre>no text</pre><code>x is y</code>", []),
        ("<button aria-label='Close' title='⟦Çļööšéé⟧'></button>", ["not translated: <button aria-label> Close"]),
        ("<input type='submit' value='Go on'><input value='mine and yours'>", ["not translated: <input value> Go on"]),
        ("<p data-said='Copied' data-kind='queued' data-url='/a/'></p>", ["not translated: <p data-said> Copied"]),
        ("<p data-said='⟦Çööþîîééð⟧'></p><br><img alt=''>", []),
        ("<p>⟦Ŕééåå…</p>", ["a translated text was cut, or made part of something else"]),
        ("<title>First · Fieldguide</title>", []),
        ("<p>First</p>", ["not translated: <p> First"]),
    ],
)
def test_interface_texts_are_told_from_content(body, problems):
    assert interface_texts(f"<html lang='{CODE}'><body>{body}</body></html>", {"First"}).problems() == problems


@pytest.mark.parametrize(
    ("asked", "cookie", "language"),
    [
        ("en-xa", None, "en-xa"),
        ("de, en-xa;q=0.5", None, "en-xa"),
        ("de", None, "en"),  # not shipped
        ("*", None, "en"),
        ("en", "en-xa", "en-xa"),
        ("en-xa", "tlh", "en-xa"),
    ],
)
def test_interface_speaks_what_is_asked_for_and_shipped(db, client, asked, cookie, language):
    if cookie:
        client.cookies["language"] = cookie

    with pseudolocale():
        response = client.get("/", headers={"accept-language": asked})

    assert f'<html lang="{language}"' in response.content.decode()
    assert response["Content-Language"] == language
    assert set(response["Vary"].split(", ")) >= {"Accept-Language", "Cookie"}


def test_language_costs_no_query_and_keeps_the_page_private(db, client, django_assert_num_queries):
    with pseudolocale():
        with django_assert_num_queries(0):
            response = client.get("/health/live", headers={"accept-language": CODE})
        page = client.get("/", headers={"accept-language": CODE})

    assert response["Content-Language"] == CODE
    assert (page["Cache-Control"], set(client.cookies)) == ("private, no-cache", {"csrftoken"})


def test_error_page_has_the_language_of_the_reader(db, client):
    with pseudolocale():
        response = client.get("/courses/nothing/", headers={"accept-language": CODE})

    assert (response.status_code, f'<html lang="{CODE}"' in response.content.decode()) == (404, True)
