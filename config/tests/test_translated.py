"""Every page in the pseudo-locale: what the interface says is translated, what the course says is marked as such."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.timezone import now

from config.tests import stage
from config.tests.interface_texts import interface_texts
from config.tests.pseudolocale import CODE, OPEN, pseudo, pseudolocale
from config.tests.site import ROOT
from courses.exporting import ExportRefused, exported_files
from courses.loading import ContentError, load_course
from courses.models import Lesson, LessonVersion, Module
from courses.tests.builders import COURSE_TOML, lesson_text
from exercises.case_sentences import did, finding
from exercises.errors import ExerciseError
from exercises.models import ExerciseVersion, Submission
from exercises.outcomes import words_for
from exercises.tests import test_case_sentences, test_loading, test_outcomes
from exercises.tests.answer_content import make_answered
from exercises.tests.builders import make_exercise, make_lesson
from exercises.tests.content import write_exercises

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
}  # keys and names of events


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
    """Content that stands where no element can be marked: in titles of pages, and in attributes."""
    titles = {*LessonVersion.objects.values_list("title", flat=True)}
    for title, cases in ExerciseVersion.objects.values_list("title", "cases"):
        titles |= {title, *(case["name"] for case in cases)}
    return titles | {"Web", "Basics", "ana", "boss", "example.org"}


def problems_of(client: Client, addresses: Iterable[tuple[str, str]], known: Iterable[str] = ()) -> list[str]:
    """What is wrong with the pages at *addresses*, which come with their names."""
    wrong = []
    for name, address in addresses:
        response = client.get(address)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            page = interface_texts(response.content.decode(), known)
            wrong += [f"{name} {address}: {text}" for text in page.problems()]
    return wrong


def addresses(staged: stage.Stage, *, admin: bool) -> Iterator[tuple[str, str]]:
    for named in stage.named_addresses():
        if named.name.startswith("admin:") == admin:
            yield from ((named.name, address) for address in staged.addresses(named))


def reading(staged: stage.Stage, reader: str) -> Client:
    client = Client(headers={"accept-language": CODE})
    client.cookies["sessionid"] = staged.cookies[reader]
    return client


@pytest.mark.parametrize("reader", stage.READERS)
def test_pages_say_nothing_that_is_not_translated(staged, reader):
    wrong = problems_of(reading(staged, reader), addresses(staged, admin=False), known_titles())

    assert wrong == [], "\n".join(wrong)


def test_pages_for_staff_say_nothing_that_is_not_translated(staged):
    stage.without_latin_letters()

    wrong = problems_of(reading(staged, "staff"), addresses(staged, admin=True))

    assert wrong == [], "\n".join(wrong)


def test_what_staff_are_told_after_an_action_is_translated(staged):
    """Every action of every list, with one row; and every form, sent empty."""
    stage.without_latin_letters()
    client = reading(staged, "staff")
    known = [named.name for named in stage.named_addresses()]  # figures have no form
    wrong = []
    for model, pages in admin.site._registry.items():
        names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        actions = re.findall(r'<option value="(\w+)"', client.get(reverse(f"{names}_changelist")).content.decode())
        posts = [(f"{names}_changelist", {"action": name, "_selected_action": [row.pk]})
                 for name in actions if row and hasattr(pages, name)]  # fmt: skip
        empty = [(f"{names}_add", {})] if any(name == f"{names}_add" for name in known) else []
        for name, form in [*posts, *empty]:
            response = client.post(reverse(name), form, follow=True)
            if response.status_code == 200:
                page = interface_texts(response.content.decode())
                wrong += [f"{name} {form}: {text}" for text in page.problems()]

    assert wrong == [], "\n".join(wrong)


# What a learner or visitor gets wrong: an address and a form.
WRONG_FORMS = [
    ("/accounts/login/", {}),
    ("/accounts/login/", {"login": "nobody@example.org", "password": "1"}),
    ("/accounts/signup/", {"email": "x", "password1": "1"}),
    ("/accounts/password/reset/", {"email": "x"}),
    ("/accounts/password/change/", {"oldpassword": "1", "password1": "2", "password2": "3"}),
    ("/accounts/email/", {"action_add": "", "email": "x"}),
    ("/exercises/choice/", {"do": "submit"}),
    ("/exercises/decision/", {"do": "submit"}),
    ("/exercises/decision/", {"do": "submit", "criterion": ["Speed", "Speed"], "weight": ["9", ""],
                              "candidate": ["A", "a"], "score": ["x"], "pick": "7"}),
    ("/exercises/scenario/", {"do": "submit", "choice": "x"}),
    ("/exercises/health-flask/", {}),
    ("/exercises/health-flask/", {"file:main.py": "\0", "file:other.py": ""}),
    ("/report/", {"kind": "problem", "page": "/courses/web/first/", "version": "1", "text": ""}),
    ("/search/", {}),
]  # fmt: skip


@pytest.mark.parametrize("reader", ["guest", "learner"])
def test_what_readers_are_told_of_a_wrong_form_is_translated(staged, reader):
    client, wrong, refused = reading(staged, reader), [], 0
    for address, form in WRONG_FORMS:
        response = client.post(address, form, follow=True)
        if response["Content-Type"].startswith("text/html"):
            refused += response.status_code in (200, 422)
            page = interface_texts(response.content.decode(), known_titles())
            wrong += [f"{address} {form}: {text}" for text in page.problems()]

    assert refused >= len(WRONG_FORMS) - 2
    assert wrong == [], "\n".join(wrong)


def untranslated(text: str, known: Iterable[str] = ()) -> list[str]:
    """What of a plain text is not translated."""
    return interface_texts(f"<p>{escape(text)}</p>", known).problems()


def examples_of(test: Any) -> list[Any]:
    """The arguments with which a test is called."""
    (mark,) = [mark for mark in test.pytestmark if mark.name == "parametrize"]
    return list(mark.args[1])


FINDINGS = examples_of(test_case_sentences.test_finding_says_what_we_expected_and_got)
INTERACTIONS = examples_of(test_case_sentences.test_sentence_says_what_was_done)
RUNS = examples_of(test_outcomes.test_every_end_of_a_run_has_its_words)


def test_whatever_is_said_of_a_run_is_translated():
    """From what is stored, sentences are made for each reader: none is stored itself, and none is put together."""
    with pseudolocale(), translation.override(CODE):
        said = [finding({"message": message}) for message, _ in FINDINGS]
        said += [did({"interact": interaction}) for interaction, _ in INTERACTIONS]
        for run, *_ in RUNS:
            words = words_for(run)
            said += [words.headline, words.body, *words.lines]

        assert [problem for text in said for problem in untranslated(text)] == []


def test_every_refusal_is_translated():
    refusals = [ExerciseError]
    for refusal in refusals:  # grows
        refusals += refusal.__subclasses__()

    with pseudolocale(), translation.override(CODE):
        said = [str(refusal.message) for refusal in refusals]

    assert [text for text in said if not text.startswith(OPEN)] == []


MISTAKES = examples_of(test_loading.test_load_names_the_file_and_line_of_a_mistake)
# Of the course's own files: what was put into one of them.
MORE_MISTAKES = [
    ("course.toml", 'title = "Small"\n'),
    ("course.toml", COURSE_TOML.replace('"en"', '"English"')),
    ("course.toml", COURSE_TOML.replace('slug = "more"', 'slug = "basics"')),
    ("course.toml", COURSE_TOML.replace('"third"', '"first"')),
    ("course.toml", COURSE_TOML.replace("[[modules]]", "[modules]", 1)),
    ("course.toml", "modules = 1"),
    ("notes.txt", "x"),
    ("lessons/notes.txt", "x"),
    ("lessons/fourth.md", lesson_text("Fourth", "Text.\n")),
    ("lessons/first.md", "x"),
    ("lessons/first.md", "+++\n"),
    ("lessons/first.md", '+++\ntitle = "First"\nsummary = "You can."\nminutes = 3\n+++\n'),
    ("lessons/first.md", "a\0b"),
    ("images/chart.png", "x"),
]


def test_every_mistake_in_files_is_translated(db, tmp_path):
    said, places = [], {case[0] for case in MISTAKES}
    with pseudolocale(), translation.override(CODE):
        for number, (label, text, *_) in enumerate([*MISTAKES, *MORE_MISTAKES]):
            folder = write_exercises(tmp_path / str(number))
            (folder / label).parent.mkdir(parents=True, exist_ok=True)
            (folder / label).write_text(text)
            with pytest.raises(ContentError) as caught:
                load_course(folder)
            said += [f"{label}: {problem.message}" for problem in caught.value.problems]

    assert len(places) > 8
    assert [text for text in said if f": {OPEN}" not in text] == []


def test_why_a_course_is_not_exported_is_translated(db):
    lesson = Lesson.objects.create(course=make_lesson("first").course, module=Module.objects.get(), slug="empty")

    with pseudolocale(), translation.override(CODE), pytest.raises(ExportRefused) as refusal:
        exported_files(lesson.course)

    assert str(refusal.value).startswith(OPEN)


def test_notes_of_versions_are_translated_where_the_site_wrote_them():
    with pseudolocale(), translation.override(CODE):
        said = [LessonVersion(origin=origin, restored_number=3).origin_in_words for origin in LessonVersion.Origin]

        assert [text for text in said if not text.startswith(OPEN)] == []
        assert "3" in said[-1]


@pytest.mark.parametrize("kind", ["decision", "scenario"])
def test_the_api_names_our_cases_in_the_language_of_who_asks(staged, kind):
    client = reading(staged, "guest")
    attempt = Submission.objects.filter(exercise_version__kind=kind)[0]

    asked = client.get(f"/api/v1/exercises/{kind}/").json()["cases"]
    judged = [test["name"] for test in client.get(f"/api/v1/submissions/{attempt.uuid}/").json()["tests"]]

    assert asked == judged
    assert [name for name in asked if not name.startswith(OPEN)] == []


@pytest.mark.parametrize("pattern", ["*/email/*.txt", "*/messages/*.txt"])
def test_every_mail_and_message_is_translated(staged, pattern):
    given = dict.fromkeys(("email", "from_email", "to_email", "deleted_email", "ip", "user_agent", "provider",
                           "login", "activate_url", "password_reset_url", "signup_url"), "<&>")  # fmt: skip
    folder = ROOT / "templates"
    names = [str(path.relative_to(folder)) for path in folder.glob(pattern) if not path.name.startswith("base_")]

    with translation.override(CODE):
        said = {
            name: render_to_string(name, {**given, "user": User(email="<&>"), "timestamp": now()}) for name in names
        }

    problems = [f"{name}: {problem}" for name, text in said.items() for problem in untranslated(text)]
    assert (len(names) > 5, problems) == (True, [])


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
