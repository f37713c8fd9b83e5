import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.timezone import now

from courses.models import Lesson
from courses.outline import outline_of
from exercises.models import Run, Submission
from exercises.owners import GUEST
from exercises.templatetags import practice
from exercises.tests.builders import (
    STARTER,
    guest,
    make_course,
    make_exercise,
    make_lesson,
    make_run,
    make_submission,
    make_user,
)
from exercises.throttling import SubmissionThrottle

pytestmark = pytest.mark.django_db
Status, Verdict = Run.Status, Run.Verdict
PAGE = "/exercises/health-flask/"


def hand_in(client, text="app = 1\n", **form):
    return client.post(PAGE, {"file:main.py": text, **form})


def newest():
    return Submission.objects.latest("pk")


def end(status, **columns):
    """The newest submission's run comes to its end."""
    fitting = {"verdict": Verdict.FAILED, "reason": "mismatch"} if status == Status.DONE else {}
    newest().runs.update(**{"status": status, "finished_at": now(), "requeue_at": None, **fitting, **columns})


@pytest.mark.parametrize(
    ("is_published", "is_staff", "status", "is_preview"),
    [(True, False, 200, False), (True, True, 200, False), (False, False, 404, None), (False, True, 200, True)],
)
def test_exercise_page_shows_a_draft_to_staff_only(client, is_published, is_staff, status, is_preview):
    make_exercise(is_published=is_published)
    client.force_login(make_user(is_staff=is_staff, is_superuser=is_staff))

    response = client.get(PAGE)

    assert response.status_code == status
    if status == 200:
        assert response.context["is_preview"] == is_preview
        assert response.context["files"] == [
            {"path": "main.py", "name": "file:main.py", "text": STARTER["main.py"], "starter": STARTER["main.py"]}
        ]
        assert "the answer key" not in response.content.decode()
        assert response["Cache-Control"] == "private, no-store"


def test_the_form_stores_the_files_and_goes_on_to_the_attempt(client):
    make_exercise()

    response = hand_in(client, "a\r\nb\rc\n")

    assert (response.status_code, response["Location"]) == (303, newest().get_absolute_url())
    assert newest().files == {"main.py": "a\nb\nc\n"}
    page = client.get(response["Location"])
    assert page.context["result"].progress_text == "Queued"
    assert f'<meta http-equiv="refresh" content="2; url={response["Location"]}">' in page.content.decode()


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"file:main.py": "x" * 65537}, ["main.py is larger than 64 KiB."]),
        ({"file:main.py": "a\0"}, ["main.py holds a NUL character."]),
        ({}, ["main.py is missing."]),
    ],
)
def test_the_form_says_what_it_cannot_accept_and_keeps_the_text(client, form, errors):
    make_exercise()

    response = client.post(PAGE, form)

    assert response.status_code == 422
    assert response.context["form"].errors == {"__all__": errors}
    assert response.context["files"][0]["text"] == form.get("file:main.py", STARTER["main.py"])
    assert "sessionid" not in client.cookies


@pytest.mark.parametrize("limit", ["pending", "rate"])
def test_the_form_is_refused_with_429_and_keeps_the_text(client, settings, monkeypatch, limit):
    make_exercise()
    if limit == "pending":
        settings.MAX_PENDING = 1
    else:
        monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)

    accepted, refused = hand_in(client, "first"), hand_in(client, "second")

    assert (accepted.status_code, refused.status_code) == (303, 429)
    assert int(refused["Retry-After"]) > 0
    assert refused.context["files"][0]["text"] == "second"
    assert Submission.objects.count() == 1


def test_form_and_api_share_the_rate(client, monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)
    make_exercise()

    hand_in(client)
    response = client.post(reverse("api:submit", args=["health-flask"]), {"files": STARTER}, "application/json")

    assert response.status_code == 429


@pytest.mark.parametrize(("is_staff", "status", "previews"), [(False, 404, []), (True, 303, [True])])
def test_only_staff_hand_in_to_a_draft_and_it_counts_nowhere(client, is_staff, status, previews):
    make_exercise(is_published=False)
    client.force_login(make_user(is_staff=is_staff, is_superuser=is_staff))

    response = hand_in(client)

    assert response.status_code == status
    assert list(Submission.objects.values_list("is_preview", flat=True)) == previews


def test_attempts_are_numbered_and_a_broken_one_does_not_count(client):
    make_exercise()
    for status in (Status.DONE, Status.BROKEN, Status.CANCELLED, None):
        hand_in(client)
        if status:
            end(status)

    response = client.get(PAGE)

    assert [(item.number, item.result.short) for item in response.context["history"]] == [
        (3, "Queued"),
        (2, "stopped"),
        (0, "could not be run, not counted"),
        (1, "0 of 0 tests pass"),
    ]
    assert response.context["result"] == response.context["history"][0].result
    numbers = [client.get(item.url).context["result"].number for item in response.context["history"]]
    assert numbers == [3, 2, 0, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_history_needs_the_same_queries_for_any_length(client, django_assert_num_queries, count):
    make_exercise()
    for _ in range(count):
        hand_in(client)
        end(Status.DONE)

    # session, exercise, attempts counted, attempts, their runs, exercises passed, the draft, drafts that were kept,
    # help used, attempts that failed,
    # and for the step after it: the lesson's exercises, the course's lessons
    with django_assert_num_queries(13):
        client.get(PAGE)


def test_once_passed_always_passed(client):
    make_exercise()
    hand_in(client)
    end(Status.DONE, verdict=Verdict.PASSED, reason="")
    hand_in(client)
    end(Status.DONE)

    response = client.get(PAGE)

    assert (response.context["is_passed"], response.context["result"].outcome) == (True, "fail")


def test_the_next_step_is_the_lessons_next_exercise_then_the_next_lesson(client):
    first, second = make_lesson("first"), make_lesson("second")
    first.position, second.position = 1, 2
    first.save()
    second.save()
    for slug, position in (("a", 1), ("b", 2)):
        exercise = make_exercise(slug, lesson=first)
        exercise.position = position
        exercise.save()
    make_exercise("c", lesson=second)

    steps = [client.get(f"/exercises/{slug}/").context["next_step"] for slug in "abc"]

    assert [step and step.url for step in steps] == ["/exercises/b/", "/courses/web/second/", None]


@pytest.mark.parametrize(
    "hidden", [{}, {"published": None, "published_at": None}, {"published_at": now() + timedelta(hours=1)}]
)
def test_an_attempt_leads_to_its_lesson_or_while_that_cannot_be_read_to_the_course(client, hidden):
    make_exercise(lesson=make_lesson())
    hand_in(client)
    end(Status.DONE, verdict=Verdict.PASSED, reason="")
    Lesson.objects.update(**hidden, slug="flask")

    pages = [client.get(PAGE), client.get(newest().get_absolute_url())]

    links = [set(re.findall(r'href="(/courses/[^"]+)"', page.content.decode())) for page in pages]
    assert {client.get(link).status_code for link in set.union(*links)} == {200}
    assert [page.status_code for page in pages] == [404 if hidden else 200, 200]
    assert ["/courses/web/flask/" in of_page for of_page in links] == [not hidden] * 2


def panel(client, **headers):
    return client.get(reverse("exercises:panel", args=[newest().uuid]), headers=headers)


def test_panel_answers_304_until_something_changes(client):
    make_exercise()
    hand_in(client)

    first = panel(client)
    same = panel(client, if_none_match=first["ETag"])
    end(Status.DONE)
    changed = panel(client, if_none_match=first["ETag"])
    final = panel(client, if_none_match=changed["ETag"])

    assert [answer.status_code for answer in (first, same, changed, final)] == [200, 304, 200, 304]
    assert [answer.get("Retry-After") for answer in (first, same, changed, final)] == ["1", "1", None, None]
    assert first["Cache-Control"] == "private, no-cache"
    assert "Cookie" in first["Vary"]


def judged_test(**fields):
    """A test of a run, as it is stored."""
    about_answer = {"response": None, "expected": None, "actual": None, "traceback": "", "duration_ms": 1.0}
    return {"why": "", "message": None, "request": {"method": "GET", "path": "/"}, **about_answer, **fields}


@pytest.mark.parametrize(("passed", "link"), [(2, ""), (3, "first-failing")])
def test_panel_leads_to_the_first_failing_test_where_it_stands_far_down(client, passed, link):
    make_exercise()
    hand_in(client)
    statuses = ["passed"] * passed + ["failed"] * (5 - passed)
    end(Status.DONE, tests=[judged_test(name=f"test {index}", status=status) for index, status in enumerate(statuses)])

    page = panel(client).content.decode()

    assert re.findall(r'<a class="btn" href="#([a-z-]+)">First', page) == [link] * bool(link)
    assert re.findall(r'<details class="test [^"]*"(?: id="([a-z-]+)")? open>', page) == [link]


@pytest.mark.parametrize("is_alone", [False, True], ids=["exercise", "attempt"])
def test_panel_leads_to_where_the_code_can_be_changed_from_every_page(client, is_alone):
    """Within the page of the exercise, whatever its address: another would load it anew."""
    make_exercise(hints=["A nudge."])
    hand_in(client)
    end(Status.DONE, tests=[judged_test(name="first", status="failed")])
    page = client.get(newest().get_absolute_url() if is_alone else f"{PAGE}?from=mail").content.decode()
    panel_url = re.findall(r'data-live-result\s+data-panel-url="([^"]*)"', page)[0]

    pages = [page, client.get(panel_url).content.decode()]

    there = PAGE if is_alone else ""
    links = [re.findall(r'href="([^"]*)"[^>]*>(Edit|Hints)<', page) for page in pages]
    assert links == [[(f"{there}#your-code", "Edit"), (f"{there}#help", "Hints")]] * 2


def test_panel_leads_to_each_error_by_file_and_line(client):
    def error(name, file, line):
        said = {"code": "exception", "exception": "KeyError", "message": "1", "file": file, "line": line, "source": ""}
        return judged_test(name=name, status="error", message=said)

    make_exercise()
    hand_in(client)
    tests = [error("first", "main.py", 3), error("second", "shop/stock.py", 3), error("third", "", None)]
    end(Status.DONE, reason="exception", details={"file": "main.py", "line": 3}, tests=tests)

    page = panel(client).content.decode()

    assert re.findall(r'data-goto-file="(.*)"\s+data-goto-line="(.*?)"', page) == [
        ("main.py", "3"), ("shop/stock.py", "3"),
    ]  # fmt: skip


def test_panel_of_a_stranger_has_no_buttons(client):
    make_exercise()
    hand_in(client)

    own, others = panel(client).context["result"], panel(Client()).context["result"]

    assert (own.can_cancel, others.can_cancel) == (True, False)


@pytest.mark.parametrize(
    ("status", "runs", "can_retry"),
    [(Status.QUEUED, 1, False), (Status.DONE, 1, False), (Status.BROKEN, 2, True), (Status.CANCELLED, 2, True)],
)
def test_retry_judges_again_what_has_no_result(client, status, runs, can_retry):
    make_exercise()
    hand_in(client)
    if status != Status.QUEUED:
        end(status)
    assert panel(client).context["result"].can_retry == can_retry

    response = client.post(reverse("exercises:retry", args=[newest().uuid]))

    assert (response.status_code, response["Location"]) == (303, newest().get_absolute_url())
    assert newest().runs.count() == runs


@pytest.mark.parametrize(("rate", "runs"), [("2/min", 2), ("1/min", 1)])
def test_retry_counts_against_the_rate_like_handing_in(client, monkeypatch, rate, runs):
    monkeypatch.setattr(SubmissionThrottle, "rate", rate, raising=False)
    make_exercise()
    hand_in(client)
    end(Status.CANCELLED)

    response = client.post(reverse("exercises:retry", args=[newest().uuid]), follow=True)

    assert response.redirect_chain == [(newest().get_absolute_url(), 303)]
    assert newest().runs.count() == runs
    refusals = [] if runs == 2 else ["That was a lot at once. Try again in N s."]
    assert [re.sub(r"\d+", "N", str(message)) for message in response.context["messages"]] == refusals


def test_cancel_too_late_shows_the_result(client):
    make_exercise()
    hand_in(client)
    end(Status.DONE)

    response = client.post(reverse("exercises:cancel", args=[newest().uuid]), follow=True)

    assert response.redirect_chain == [(newest().get_absolute_url(), 303)]
    assert [str(message) for message in response.context["messages"]] == ["This attempt has already come to its end."]
    assert newest().current_run.status == Status.DONE


@pytest.mark.parametrize("path", ["cancel", "retry"])
def test_actions_want_post(client, path):
    assert client.get(reverse(f"exercises:{path}", args=[make_run().submission.uuid])).status_code == 405


def test_the_attempt_page_escapes_the_code(client):
    make_exercise()
    hand_in(client, "<script>alert(1)</script>")

    page = client.get(newest().get_absolute_url())

    assert "<script>alert" not in page.content.decode()
    assert page.context["files"][0]["text"] == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("done", "status", "is_done"), [("1", 303, True), ("0", 303, False), ("", 400, False), ("yes", 400, False)]
)
def test_lesson_done(client, done, status, is_done):
    lesson = make_lesson()

    response = client.post(reverse("exercises:lesson-done", args=["web", "flask"]), {"done": done})

    assert response.status_code == status
    if status == 303:
        assert response["Location"] == "/courses/web/flask/#practice"
    progress = progress_of(client, lesson.course)
    assert (progress.done_ids, progress.lessons_total) == ({lesson.pk} if is_done else set(), 1)
    assert progress.percent == 100 * is_done


def progress_of(client, course):
    return practice.course_progress({"request": request_of(client)}, course, outline_of(course))


def request_of(client):
    request = RequestFactory().get("/")
    request.session, request.user = client.session, AnonymousUser()
    return request


def test_lesson_practice_tells_how_far_the_learner_got(client):
    lesson, owner = make_lesson(), guest()
    passed, tried, _ = (make_exercise(slug, lesson=lesson) for slug in ("passed", "tried", "untouched"))
    make_exercise("draft", lesson=lesson, is_published=False)
    make_run(make_submission(owner=owner, exercise=passed), Status.DONE)
    make_run(make_submission(owner=owner, exercise=tried))
    request = request_of(client)
    request.session[GUEST] = str(owner.guest)

    progress = practice.course_progress({"request": request}, lesson.course, outline_of(lesson.course))
    context = practice.lesson_practice({"request": request}, lesson, progress)

    assert [(item.step.url, item.state) for item in context["items"]] == [
        ("/exercises/passed/", "passed"),
        ("/exercises/tried/", "tried"),
        ("/exercises/untouched/", "new"),
    ]
    assert (context["is_done"], context["done_url"]) == (False, "/courses/web/flask/done/")


@pytest.mark.parametrize(("is_built", "url"), [(True, "/static/build/editor.js"), (False, "")])
def test_editor_url_is_empty_where_the_editor_was_not_built(settings, tmp_path, is_built, url):
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    if is_built:
        (tmp_path / "build").mkdir()
        (tmp_path / "build" / "editor.js").touch()

    assert practice.editor_url() == url


def test_course_progress_of_an_empty_course_is_nothing(client):
    progress = progress_of(client, make_course())

    assert (progress.done, progress.lessons_total, progress.percent) == ([], 0, 0)
