"""Staff try what learners do not have yet: running and handing in, without a trace in anybody's numbers."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from courses.models import Lesson
from exercises.course_progress import continuation_of, progress_in
from exercises.grading import conclude
from exercises.history import history_of
from exercises.models import Exercise, ExerciseVersion, HelpUsed, LessonDone, Owner, Run, Submission, Trial
from exercises.progress import passed_exercises, standing_of, tried_exercises
from exercises.tests.builders import LISTING, make_exercise, make_listing, make_run, make_user
from exercises.usual_time import usual_time

pytestmark = pytest.mark.django_db

PAGE = "/exercises/health-flask/"
API = "/api/v1/exercises/health-flask/submissions/"
NEWER = {"main.py": "app = 2\n"}


@pytest.fixture
def exercise() -> Exercise:
    """Published, with a newer draft that starts from other code."""
    exercise = make_exercise()
    exercise.draft = exercise.versions.create(
        number=2, title="Newer", framework="flask", starter=NEWER, cases=exercise.published.cases, content_hash="1" * 64
    )
    exercise.save()
    return exercise


@pytest.fixture
def staff(client) -> Owner:
    user = make_user("staff", is_staff=True, is_superuser=True)
    client.force_login(user)
    return Owner(user_id=user.pk)


def test_a_draft_and_what_is_published_behind_an_unpublished_lesson_are_not_called_the_same(client, exercise, staff):
    draft = client.get(f"{PAGE}?version=draft").content.decode()
    Lesson.objects.update(published=None, published_at=None)
    Exercise.objects.update(draft=exercise.published)
    hidden = client.get(PAGE).content.decode()

    assert ("You see a draft." in draft, "You see a draft." in hidden) == (True, False)
    assert "Learners do not see this exercise now." in hidden
    assert "counts in no progress and no statistics" in draft
    assert "counts in no progress and no statistics" in hidden


@pytest.mark.parametrize("way", ["page", "api"])
@pytest.mark.parametrize(("is_staff", "version", "number"), [(True, "draft", 2), (True, "", 1), (False, "", 1)])
def test_the_version_that_is_asked_for_is_judged(client, exercise, way, is_staff, version, number):
    client.force_login(make_user(is_staff=is_staff, is_superuser=is_staff))
    query = f"?version={version}" if version else ""

    if way == "page":
        response = client.post(PAGE + query, {"file:main.py": "app = 3\n"})
    else:
        response = client.post(API + query, {"files": {"main.py": "app = 3\n"}}, "application/json")

    submission = Submission.objects.get()
    assert response.status_code == (303 if way == "page" else 202)
    assert (submission.exercise_version.number, submission.is_preview) == (number, number == 2)
    assert submission.runs.get().status == Run.Status.QUEUED


@pytest.mark.parametrize("way", ["page", "api", "run", "run by api"])
def test_learners_cannot_ask_for_a_draft(client, exercise, way):
    client.force_login(make_user())
    files = {"files": {"main.py": "app = 3\n"}}
    response = {
        "page": lambda: client.post(PAGE + "?version=draft", {"file:main.py": "app = 3\n"}),
        "api": lambda: client.post(API + "?version=draft", files, "application/json"),
        "run": lambda: client.post(PAGE + "run/?version=draft", {"file:main.py": "app = 3\n"}),
        "run by api": lambda: client.post(
            "/api/v1/runs/", {"exercise": "health-flask", "version": "draft", **files}, "application/json"
        ),
    }[way]()

    # The page of the exercise takes it as an attempt at what is published, like any other parameter.
    assert response.status_code == (303 if way == "page" else 404)
    assert not Submission.objects.filter(is_preview=True).exists()
    assert not Trial.objects.exists()


def test_the_page_of_a_draft_tries_the_draft_everywhere(client, exercise, staff):
    page = client.get(PAGE + "?version=draft")

    html = page.content.decode()
    assert (page.context["is_preview"], page.context["version"].number) == (True, 2)
    assert f'data-api-url="{API}?version=draft"' in html
    assert json.loads(page.context["subject"]) == {"exercise": "health-flask", "version": "draft"}
    assert f'formaction="{PAGE}run/?version=draft"' in html
    assert "data-draft-url" not in html  # what staff tries does not become the draft of what is published
    assert "counts in no progress and no statistics" in html


def test_runs_of_a_draft_run_the_draft(client, exercise, staff):
    by_page = client.post(PAGE + "run/?version=draft", {"file:main.py": "app = 3\n"})
    by_api = client.post("/api/v1/runs/", {"exercise": "health-flask", "version": "draft"}, "application/json")

    assert (by_page.status_code, by_api.status_code) == (303, 202)
    assert [trial.exercise_version.number for trial in Trial.objects.all()] == [2, 2]
    assert Trial.objects.first().files == NEWER


def test_listings_of_a_draft_run_as_the_draft_has_them(client, staff):
    lesson = make_listing()
    lesson.draft = lesson.versions.create(
        number=2, title="T", summary="S.", minutes=1, content_hash="1" * 64,
        body_markdown=LISTING.replace("app = Flask(__name__)", "app = Flask('newer')"),
        body_html='<a class="run-link" href="run/shop/">Run</a>',
    )  # fmt: skip
    lesson.save()
    address = f"{lesson.get_absolute_url()}run/shop/"
    body = {"course": "web", "lesson": "listings", "listing": "shop"}

    for version in ("draft", "2", "1", ""):
        assert client.post(f"{address}?version={version}" if version else address).status_code == 303
        asked = {"version": version} if version else {}
        assert client.post("/api/v1/runs/", body | asked, "application/json").status_code == 202
        Run.objects.update(status=Run.Status.CANCELLED, finished_at=now())  # not more than may wait
    preview = client.get(f"{lesson.get_absolute_url()}?version=draft").content.decode()
    form = client.get(f"{address}form?version=draft").content.decode()

    versions = [trial.lesson_version.number for trial in Trial.objects.order_by("pk")]
    assert versions == [2, 2, 2, 2, 1, 1, 1, 1]
    assert 'href="run/shop/?version=draft"' in preview
    assert "newer" in form
    assert f'action="{address}?version=draft"' in form
    assert Client().get(f"{address}?version=draft").status_code == 404


def test_what_staff_try_counts_nowhere(client, exercise, staff, settings):
    client.post(PAGE + "?version=draft", {"file:main.py": "app = 3\n"})
    submission = Submission.objects.get()
    run = Run.objects.claim(submission.runs.get().pk, lease=submission.uuid, until=now() + timedelta(minutes=1))
    result = {"verdict": Run.Verdict.PASSED, "score": 1.0, "tests": []}
    assert conclude(run, result)
    for _ in range(6):  # enough for a usual time, if they counted
        make_run(submission, Run.Status.DONE)
    course = exercise.lesson.course

    (progress,) = progress_in([course], staff)
    assert (passed_exercises(staff), tried_exercises(staff), standing_of(staff).passed) == ({}, set(), {})
    assert (progress.is_started, continuation_of(staff, [progress])) == (False, None)
    assert LessonDone.objects.count() == 0
    assert history_of(staff, exercise) == []
    assert [item.number for item in history_of(staff, exercise, previews=True)] == [1]
    assert usual_time(exercise.draft) == ""
    assert Run.objects.without_previews().count() == Submission.objects.without_previews().count() == 0
    assert client.get(PAGE).context["result"] is None
    shown = client.get(submission.get_absolute_url()).content.decode()
    assert "It counts in no progress" in shown
    assert f'href="{PAGE}?version=draft"' in shown


def test_help_of_a_draft_is_the_drafts_and_is_not_remembered(client, exercise, staff):
    ExerciseVersion.objects.filter(pk=exercise.published_id).update(hints_html=["<p>Old one.</p>"] * 2)
    ExerciseVersion.objects.filter(pk=exercise.draft_id).update(
        hints_html=[f"<p>New {number}.</p>" for number in (1, 2, 3)], solution={"main.py": "app = 'solved'\n"}
    )
    draft = f"{PAGE}help?version=draft"

    page = client.get(f"{PAGE}?version=draft").content.decode()
    first = client.post(f"{draft}&opened=0", {"hint": "1"}).content.decode()
    again = client.get(f"{draft}&opened=1").content.decode()  # when an attempt has ended
    second = client.post(f"{draft}&opened=1", {"hint": "2"}).content.decode()
    without_script = client.post(f"{PAGE}?version=draft", {"hint": "1", "file:main.py": "mine = 1\n"}).content.decode()
    solution = client.get(f"{PAGE}solution?version=draft").content.decode()

    assert f'data-help="{draft}&amp;opened=0"' in page
    assert f'formaction="{PAGE}?version=draft#help"' in page
    assert f'href="{PAGE}solution?version=draft"' in page
    assert "New 1." not in page
    assert ["New 1." in html for html in (first, again, second, without_script)] == [True] * 4
    assert ["New 2." in html for html in (first, again, second, without_script)] == [False, False, True, False]
    assert ("mine = 1" in without_script, "solved" in solution) == (True, True)
    assert "done with solution" not in solution
    assert (HelpUsed.objects.count(), Submission.objects.count()) == (0, 0)

    client.post(f"{PAGE}help", {"hint": "1"})  # of what learners have, like a learner

    assert HelpUsed.objects.get().hints == 1
    assert "Old one." in client.get(PAGE).content.decode()
    assert "New 1." not in client.get(f"{PAGE}?version=draft").content.decode()


def test_learners_get_no_help_of_a_draft(client, exercise):
    ExerciseVersion.objects.filter(pk=exercise.draft_id).update(hints_html=["<p>New.</p>"], solution={"main.py": "x\n"})
    client.force_login(make_user())

    answers = [client.post(f"{PAGE}help?version=draft&opened=1", {"hint": "1"}), client.get(f"{PAGE}?version=draft")]

    assert [("New." in answer.content.decode(), answer.status_code) for answer in answers] == [(False, 200)] * 2
    assert client.get(f"{PAGE}solution?version=draft").status_code == 403  # the one of what they have, which is closed


def test_an_exercise_that_is_only_scheduled_is_tried_by_staff_alone(client, exercise, staff):
    Exercise.objects.update(published_at=now() + timedelta(hours=1), draft=exercise.published)

    accepted = client.post(PAGE, {"file:main.py": "app = 3\n"})

    assert (accepted.status_code, Submission.objects.get().is_preview) == (303, True)
    assert Client().post(PAGE, {"file:main.py": "app = 3\n"}).status_code == 404


def test_a_retired_exercise_shows_its_attempts_and_takes_no_more(client, exercise):
    client.post(PAGE, {"file:main.py": "app = 3\n"})
    attempt = Submission.objects.get()
    Exercise.objects.update(archived_at=now())

    page = client.get(PAGE)
    assert page.status_code == 410
    assert attempt.get_absolute_url() in page.content.decode()
    assert client.get(attempt.get_absolute_url()).status_code == 200
    assert [client.post(address).status_code for address in (PAGE, API)] == [410, 410]
    lesson = exercise.lesson
    for address in ("exercises/health-flask/", "exercises/health-flask/hints/", "exercises/health-flask/solution/"):
        gone = client.get(f"/api/v1/{address}")
        assert (gone.status_code, gone.json()["code"]) == (410, "archived"), address
    assert client.get(f"/api/v1/courses/{lesson.course.slug}/lessons/{lesson.slug}/").status_code == 200
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert [client.get(address).status_code for address in (PAGE, f"{PAGE}?version=draft")] == [410, 200]
    assert Client().get("/api/v1/exercises/").json()["count"] == 0
    assert Lesson.objects.get().exercises.count() == 1


@pytest.mark.parametrize(("archived", "is_gone"), [("course", True), ("lesson", True), ("", False)])
def test_the_api_tells_what_was_archived_from_what_never_was(client, exercise, archived, is_gone):
    lesson = exercise.lesson
    row = {"course": lesson.course, "lesson": lesson}.get(archived)
    if row is not None:
        type(row).objects.filter(pk=row.pk).update(archived_at=now())
    address = f"/api/v1/courses/{lesson.course.slug}/"

    found = {name: client.get(name) for name in (address, f"{address}lessons/{lesson.slug}/", "/api/v1/courses/none/")}

    statuses = [response.status_code for response in found.values()]
    assert statuses == [410 if archived == "course" else 200, 410 if is_gone else 200, 404]
    assert {response.json()["code"] for response in found.values() if response.status_code == 410} <= {"archived"}

    Lesson.objects.update(published=None, published_at=None, archived_at=now())  # nobody has ever seen it
    assert client.get(f"{address}lessons/{lesson.slug}/").status_code == 404
