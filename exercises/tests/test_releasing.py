"""Exercises at a time, and not any more; the rest is as for lessons (courses.tests.test_releasing)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now

from courses.models import Course, Lesson
from courses.outline import outline_of, store_outline
from courses.publishing import archive_lesson, unpublish_course, unpublish_lesson
from courses.search import search
from exercises.addresses import AddressTaken, rename_exercise
from exercises.models import Exercise, ExerciseCheck, Run
from exercises.tests.builders import make_course, make_exercise, make_lesson, make_run, make_submission, make_user
from exercises.tests.content import content
from exercises.versions import (
    PublishRefused,
    archive_exercise,
    bring_back_exercise,
    cancel_exercise_schedule,
    publish_exercise,
    release_due_exercises,
    save_exercise_draft,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
PAGE = "/exercises/health-flask/"


@pytest.fixture
def later(monkeypatch):
    real = timezone.now

    def move(by: timedelta) -> None:
        for module in ("courses.models", "courses.outline", "courses.releasing", "exercises.models.exercise"):
            monkeypatch.setattr(f"{module}.now", lambda: real() + by)

    return move


def green(version) -> None:
    ExerciseCheck.objects.create(version=version, status=ExerciseCheck.Status.PASSED, finished_at=timezone.now())


def draft(exercise: Exercise | None = None, title: str = "Frogs") -> Exercise:
    exercise = exercise or make_exercise(is_published=False)
    save_exercise_draft(exercise=exercise, content=content(title=title))
    green(exercise.draft)
    return exercise


def seen() -> dict[str, object]:
    client = Client()
    page = client.get(PAGE)
    outline = outline_of(Course.objects.get())
    return {
        "page": page.context["version"].title if page.status_code == 200 else page.status_code,
        "outline": [exercise.title for lesson in outline.lessons for exercise in lesson.exercises],
        "search": search("frogs", limit=3).total,
        "api": client.get("/api/v1/exercises/").json()["count"],
        "course in api": client.get("/api/v1/courses/web/").json()["exercises"],
    }


def test_a_scheduled_exercise_appears_at_its_time_by_itself(later):
    publish_exercise(exercise=draft(), at=timezone.now() + HOUR)
    before = seen()
    later(2 * HOUR)

    assert before == {"page": 404, "outline": [], "search": 0, "api": 0, "course in api": []}
    assert seen() == {
        "page": "Frogs", "outline": ["Frogs"], "search": 1, "api": 1, "course in api": ["health-flask"],
    }  # fmt: skip


@pytest.mark.parametrize("by", ["page", "beat"])
def test_a_scheduled_newer_version_takes_the_place_of_the_published_one(later, by):
    exercise = draft()
    publish_exercise(exercise=exercise)
    draft(exercise, "Newts")
    publish_exercise(exercise=exercise, at=timezone.now() + HOUR)
    before = Client().get(PAGE).context["version"].title, release_due_exercises()
    later(2 * HOUR)
    released = release_due_exercises() if by == "beat" else None

    assert (before, released) == (("Frogs", 0), 1 if by == "beat" else None)
    assert Client().get(PAGE).context["version"].title == "Newts"


def test_only_a_version_that_was_checked_can_be_scheduled():
    exercise = draft()
    publish_exercise(exercise=exercise)
    save_exercise_draft(exercise=exercise, content=content(title="Unchecked"))

    with pytest.raises(PublishRefused, match="sandbox"):
        publish_exercise(exercise=exercise, at=timezone.now() + HOUR)


@pytest.mark.parametrize(
    ("hide", "status"),
    [
        (lambda lesson: unpublish_lesson(lesson=lesson), 404),
        (lambda lesson: archive_lesson(lesson=lesson), 410),
        (lambda lesson: Lesson.objects.update(published_at=timezone.now() + HOUR), 404),
        (lambda lesson: unpublish_course(course=lesson.course), 404),
    ],
)
def test_an_exercise_is_for_learners_only_while_its_lesson_and_course_are(client, hide, status):
    exercise = draft()
    publish_exercise(exercise=exercise)
    own = make_submission(exercise=exercise)
    make_run(own, status=Run.Status.DONE)
    hide(exercise.lesson)
    store_outline(exercise.lesson.course_id)
    client.force_login(make_user())
    files = {"files": {"main.py": "x = 1\n"}}

    assert client.get(PAGE).status_code == status
    assert client.get("/api/v1/exercises/health-flask/").status_code == status
    assert client.get("/api/v1/exercises/").json()["count"] == 0
    assert client.post("/api/v1/exercises/health-flask/submissions/", files, "application/json").status_code == status
    assert search("frogs", limit=3).total == 0
    assert [outline_of(course).lessons for course in Course.objects.published()] in ([], [[]])
    assert "health-flask" not in client.get("/exercises/health-flosk/").content.decode()
    assert client.get(own.get_absolute_url()).status_code == 200  # an attempt stays readable
    with pytest.raises(Exercise.DoesNotExist):
        Exercise.objects.to_hand_in().get()


@pytest.mark.parametrize(
    ("lesson", "course", "waits"),
    [
        (False, True, "Learners see it once its lesson is published."),
        (True, False, "Learners see it once its course is published."),
        (False, False, "Learners see it once its lesson and its course are published."),
    ],
)
def test_publishing_an_exercise_says_what_else_has_to_be_published(client, lesson, course, waits):
    place = make_lesson(course=make_course(is_published=course), is_published=lesson)
    exercise = draft(make_exercise(lesson=place, is_published=False))
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    page = reverse("admin:exercises_exercise_publishing", args=[exercise.pk])

    answer = client.post(page, {"do": "publish"}, follow=True)
    listed = client.get(reverse("admin:exercises_exercise_changelist")).content.decode()

    assert [str(message) for message in answer.context["messages"]] == [f"Published. {waits}"]
    assert "Published, not visible yet" in listed


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("failed", "found something wrong. Mend what it names, save, and check again."),
        ("pending", "The draft is being checked"),
        ("cancelled", "Check the draft in the sandbox first"),
    ],
)
def test_what_is_not_green_says_why_it_is_not_published(status, sentence):
    exercise = make_exercise(is_published=False)
    save_exercise_draft(exercise=exercise, content=content())
    ExerciseCheck.objects.create(version=exercise.draft, status=status)

    with pytest.raises(PublishRefused, match=sentence):
        publish_exercise(exercise=exercise)


def test_an_exercise_is_archived_and_brought_back():
    exercise = draft()
    publish_exercise(exercise=exercise)
    everything = seen()
    archive_exercise(exercise=exercise)
    retired = seen()
    with pytest.raises(PublishRefused, match="Bring it back"):
        publish_exercise(exercise=exercise)
    bring_back_exercise(exercise=exercise)

    assert retired == {"page": 410, "outline": [], "search": 0, "api": 0, "course in api": []}
    assert (seen(), cancel_exercise_schedule(exercise=exercise)) == (everything, False)


@pytest.mark.parametrize(
    ("method", "path", "status", "target"),
    [
        ("get", PAGE, 301, "/exercises/frogs/"),
        ("get", f"{PAGE}history/", 301, "/exercises/frogs/history/"),
        ("post", PAGE, 308, "/exercises/frogs/"),
        ("get", "/api/v1/exercises/health-flask/", 301, "/api/v1/exercises/frogs/"),
        ("post", "/api/v1/exercises/health-flask/submissions/", 308, "/api/v1/exercises/frogs/submissions/"),
    ],
)
def test_old_addresses_of_an_exercise_lead_to_the_new_one(method, path, status, target):
    exercise = draft()
    publish_exercise(exercise=exercise)
    rename_exercise(exercise=exercise, slug="frogs")

    response = getattr(Client(), method)(path)

    assert (response.status_code, response.get("Location")) == (status, target)
    with pytest.raises(AddressTaken, match="frogs"):
        rename_exercise(exercise=make_exercise("other"), slug="health-flask")


@pytest.mark.parametrize("is_course_hidden", [True, False])
def test_old_address_of_an_exercise_that_nobody_may_see_yet_gives_nothing_away(is_course_hidden):
    exercise = make_exercise()
    rename_exercise(exercise=exercise, slug="secret-name")
    if is_course_hidden:
        unpublish_course(course=exercise.lesson.course)
    else:
        Exercise.objects.update(published_at=now() + timedelta(days=1))

    assert Client().get("/exercises/health-flask/").status_code == 404
