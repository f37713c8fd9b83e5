"""History, comparing, using older code, starting over: without a script."""

import html
import io
import re
import uuid
import zipfile

import pytest
from django.test import Client
from django.utils.timezone import now

from exercises.models import Draft, KeptDraft, Owner, Run, Submission
from exercises.owners import GUEST
from exercises.tests.builders import STARTER, make_exercise, make_user

pytestmark = pytest.mark.django_db
PAGE = "/exercises/health-flask/"
HISTORY = f"{PAGE}history/"


def files(text):
    return {"main.py": text}


def hand_in(client, text, **form):
    return client.post(PAGE, {"file:main.py": text, **form})


def save(client, text, version=0, **more):
    url = "/api/v1/exercises/health-flask/draft/"
    body = {"files": files(text), "version": version, **more}
    return client.put(url, body, content_type="application/json")


def owner_of(client):
    return Owner(guest=uuid.UUID(client.session[GUEST]))


def kept(client):
    return [(entry.reason, entry.files["main.py"]) for entry in KeptDraft.objects.owned_by(owner_of(client))]


def editor(client):
    """The text in the editor, and the version of the draft that the page names."""
    context = client.get(PAGE).context
    return context["files"][0]["text"], context["draft_version"]


def test_the_page_begins_with_the_draft_else_the_newest_attempt_else_the_start_version(client):
    make_exercise()

    texts = [editor(client)]
    hand_in(client, "attempt\n")
    texts.append(editor(client))
    save(client, "draft\n")
    texts.append(editor(client))

    assert texts == [(STARTER["main.py"], 0), ("attempt\n", 0), ("draft\n", 1)]


def test_the_page_tells_its_script_what_the_result_was_about_only_where_that_differs(client):
    make_exercise()

    told = [judged_files(client)]
    hand_in(client, "attempt\n")
    told.append(judged_files(client))
    save(client, "draft\n")
    told.append(judged_files(client))

    assert told == [None, "", '{"main.py": "attempt\\n"}']


def judged_files(client):
    """What the page has of the judged code; None where nothing was handed in, "" where the page shows it."""
    found = re.search(r'data-judged-files="([^"]*)"', client.get(PAGE).content.decode())
    return html.unescape(found[1]) if found else None


@pytest.mark.parametrize(
    ("version", "entries"),
    [
        ("1", []),  # the learner changed what the page showed
        ("0", [("conflict", "elsewhere")]),  # another device has saved since
        ("²", [("conflict", "elsewhere")]),
    ],
)
def test_handing_in_without_a_script_makes_it_the_draft(client, version, entries):
    make_exercise()
    save(client, "elsewhere")

    hand_in(client, "handed in", **{"draft-version": version})

    assert editor(client) == ("handed in", 2)
    assert kept(client) == entries


def test_reset_asks_and_then_keeps_the_code(client):
    make_exercise()
    save(client, "mine")

    asked = client.get(f"{PAGE}reset/")
    still = editor(client)
    done = client.post(f"{PAGE}reset/", follow=True)

    assert "Replace your code with the start version?" in asked.content.decode()
    assert (still, editor(client)) == (("mine", 1), (STARTER["main.py"], 2))
    assert done.redirect_chain == [(f"{PAGE}#your-code", 303)]
    assert kept(client) == [("reset", "mine")]


def test_reset_follows_a_new_start_version(client):
    exercise = make_exercise()
    save(client, "mine")
    client.post(f"{PAGE}reset/")
    exercise.published.starter = files("new start")
    exercise.published.save()

    assert editor(client)[0] == "new start"


def test_reset_by_a_visitor_makes_no_guest(client):
    make_exercise()

    client.post(f"{PAGE}reset/")

    assert (Draft.objects.exists(), "guest" in client.session) == (False, False)


def test_history_lists_attempts_and_kept_drafts_newest_first(client):
    make_exercise()
    hand_in(client, "one")
    Run.objects.update(status="done", verdict="failed", finished_at=now(), requeue_at=None, wall_ms=140)
    save(client, "two", keep={"files": files("aside"), "reason": "reset"})
    hand_in(client, "three", **{"draft-version": "1"})

    response = client.get(HISTORY)

    rows = response.context["rows"]
    assert [(row["entry"].label, row["entry"].note) for row in rows] == [
        ("Attempt 2", ""),
        ("Draft", "Before a reset"),
        ("Attempt 1", ""),
    ]
    assert [row["previous"] for row in rows] == [rows[1]["entry"].ref, rows[2]["entry"].ref, "start"]
    assert "0.14 s" in response.content.decode()
    assert [client.get(row["entry"].url).status_code for row in rows] == [200] * 3


def test_history_is_empty_for_a_visitor_and_makes_no_guest(client):
    make_exercise()

    response = client.get(HISTORY)

    assert (response.context["rows"], "sessionid" in client.cookies) == ([], False)


@pytest.mark.parametrize("count", [1, 3])
def test_history_page_needs_the_same_queries_for_any_length(client, django_assert_num_queries, count):
    make_exercise()
    for number in range(count):
        hand_in(client, f"{number}")
        Run.objects.filter(status="queued").update(status="done", verdict="failed", finished_at=now(), requeue_at=None)
        save(client, f"draft {number}", number, keep={"files": files(f"aside {number}"), "reason": "reset"})

    # session, exercise, lesson, attempts counted, attempts, their runs, kept drafts, the draft,
    # and whether the reference is open: a pass, help that was opened, attempts that failed
    with django_assert_num_queries(11):
        response = client.get(HISTORY)

    assert len(response.context["rows"]) == 2 * count


@pytest.mark.parametrize(
    ("a", "b", "signs"),
    [
        ("attempt", "now", ["-one", "+present"]),
        ("start", "attempt", ["-app = ...", "+one"]),
        ("kept", "attempt", ["-aside", "+one"]),
        ("now", "now", []),
        ("attempt", None, ["-one", "+present"]),
        ("reference", "now", None),  # closed until a pass
        ("nonsense", "now", None),
        ("\0", "now", None),
    ],
)
def test_any_two_can_be_compared(client, a, b, signs):
    make_exercise()
    hand_in(client, "one\n")
    save(client, "present\n", keep={"files": files("aside\n"), "reason": "reset"})
    refs = {"attempt": Submission.objects.get().uuid, "kept": KeptDraft.objects.get().uuid}

    response = client.get(HISTORY, {"a": refs.get(a, a)} | ({"b": refs.get(b, b)} if b else {}))

    assert response.status_code == (404 if signs is None else 200)
    if signs is not None:
        page = response.content.decode()
        rows = re.findall(r"<(del|ins)>(.*?)</", page)
        assert [{"del": "-", "ins": "+"}[tag] + code for tag, code in rows] == signs


def test_the_reference_can_be_compared_after_a_pass(client):
    make_exercise()
    hand_in(client, "one\n")
    Run.objects.update(status="done", verdict="passed", finished_at=now(), requeue_at=None)

    page = client.get(HISTORY, {"a": "reference", "b": "now"}).content.decode()

    assert "<del>the answer key</del>" in page
    assert "1 line only in the reference solution" in page
    assert "1 line only in your code now" in page


def test_a_comparison_escapes_the_code(client):
    make_exercise()
    hand_in(client, "<script>alert(1)</script>\n")

    page = client.get(HISTORY, {"a": "start", "b": "now"}).content.decode()

    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>" in page


@pytest.mark.parametrize(
    ("form", "status", "problems"),
    [
        ({"file:main.py": "mine\n"}, 200, []),
        ({"file:main.py": "x" * 65537}, 422, ["main.py is larger than 64 KiB."]),
        ({}, 422, ["main.py is missing."]),
    ],
)
def test_code_that_is_not_saved_is_compared_and_not_stored(client, form, status, problems):
    make_exercise()
    save(client, "theirs\n")

    response = client.post(f"{HISTORY}compare/", form)

    assert (response.status_code, list(response.context["problems"])) == (status, problems)
    if status == 200:
        assert "<del>theirs</del>" in response.content.decode()
        assert "<ins>mine</ins>" in response.content.decode()
        assert "1 line only in the draft of the other device" in response.content.decode()
    assert (editor(client), kept(client)) == (("theirs\n", 1), [])


@pytest.mark.parametrize("which", ["attempt", "kept"])
def test_older_code_is_used_again_and_the_present_draft_kept(client, which):
    make_exercise()
    hand_in(client, "older")
    save(client, "present", keep={"files": files("older too"), "reason": "conflict"})
    entry = Submission.objects.get() if which == "attempt" else KeptDraft.objects.get()

    response = client.post(f"{HISTORY}{entry.uuid}/use/")

    assert (response.status_code, response["Location"]) == (303, f"{PAGE}#your-code")
    assert editor(client) == (entry.files["main.py"], 2)
    assert ("replaced", "present") in kept(client)


def test_code_of_an_older_version_is_used_in_the_files_of_today(client):
    exercise = make_exercise()
    hand_in(client, "older")
    exercise.published.starter = {"main.py": "start", "shop.py": "new file"}
    exercise.published.save()
    Submission.objects.update(files={"main.py": "older", "gone.py": ""})

    client.post(f"{HISTORY}{Submission.objects.get().uuid}/use/")

    assert Draft.objects.get().files == {"main.py": "older", "shop.py": "new file"}


def test_an_entry_is_downloaded_as_it_is_or_as_an_archive(client):
    make_exercise()
    hand_in(client, "<b>one</b>")
    url = f"{HISTORY}{Submission.objects.get().uuid}/download/"

    one = client.get(url)
    Submission.objects.update(files={"main.py": "a", "shop/stock.py": "b"})
    several = client.get(url)

    assert (one.content, one["Content-Type"]) == (b"<b>one</b>", "text/plain; charset=utf-8")
    assert one["Content-Disposition"] == 'attachment; filename="main.py"'
    assert several["Content-Disposition"] == 'attachment; filename="health-flask.zip"'
    archive = zipfile.ZipFile(io.BytesIO(several.content))
    assert {name: archive.read(name) for name in archive.namelist()} == {"main.py": b"a", "shop/stock.py": b"b"}


@pytest.mark.parametrize("who", ["stranger", "account", "staff"])
def test_what_belongs_to_others_is_not_found(client, who):
    make_exercise()
    hand_in(client, "one")
    save(client, "two", keep={"files": files("aside"), "reason": "reset"})
    submission, aside = Submission.objects.get(), KeptDraft.objects.get()
    other = Client()
    if who != "stranger":
        other.force_login(make_user(is_staff=who == "staff", is_superuser=who == "staff"))

    answers = [
        other.get(f"{HISTORY}{aside.uuid}/"),
        other.get(f"{HISTORY}{aside.uuid}/download/"),
        other.get(f"{HISTORY}{submission.uuid}/download/"),
        other.post(f"{HISTORY}{submission.uuid}/use/"),
        other.post(f"{HISTORY}{aside.uuid}/use/"),
        other.get(HISTORY, {"a": submission.uuid, "b": "now"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert other.get(HISTORY).context["rows"] == []


@pytest.mark.parametrize("path", ["history/", "reset/"])
def test_where_nothing_is_coded_there_is_no_history_of_code(client, path):
    make_exercise(kind="choice")

    assert client.get(PAGE + path).status_code == 404


@pytest.mark.parametrize(("path", "method"), [("history/", "post"), ("history/compare/", "get")])
def test_pages_refuse_other_methods(client, path, method):
    make_exercise()

    assert getattr(client, method)(PAGE + path).status_code == 405


def test_the_browser_keeps_the_code_of_accounts_apart(client):
    make_exercise()
    keys = [client.get(PAGE).context["device_key"]]
    for name in ("ana", "eva"):
        client.force_login(make_user(name))
        keys.append(client.get(PAGE).context["device_key"])

    assert keys[0] == ""
    assert len(set(keys)) == 3
