"""The search of exercises: the published ones, by what a reader may know of them."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from courses.models import Course
from courses.search import search
from courses.search.index import fill
from exercises.models import Exercise
from exercises.tests.builders import make_exercise, make_lesson
from exercises.tests.content import content
from exercises.versions import publish_exercise, save_exercise_draft, unpublish_exercise


@pytest.fixture
def exercise(db) -> Exercise:
    exercise = make_exercise(
        "health-flask",
        is_published=False,
        title="A pulse for the service",
        prompt_markdown="Answer *monitors*.",
        instructions_html="<p>Answer <em>monitors</em>.</p>",
        solution={"main.py": "wizardry"},
        solution_markdown="Wizardry.",
        hints=["Use sorcery."],
    )
    Exercise.objects.filter(pk=exercise.pk).update(published=exercise.draft, published_at=now())
    fill()
    exercise.refresh_from_db()
    return exercise


def found(query: str) -> list[str]:
    return [hit.url for group in search(query, limit=5, group="exercises").groups for hit in group.hits]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("pulse", True),
        ("monitors", True),
        ("monitrs", True),
        ("flask", True),  # its framework
        ("GET health answers", True),  # the name of a case
        ("wizardry", False),
        ("sorcery", False),
    ],
)
def test_exercise_is_found_by_what_a_reader_may_know_of_it(exercise, query, is_found):
    assert found(query) == (["/exercises/health-flask/"] if is_found else [])


def later(exercise: Exercise) -> None:
    Exercise.objects.filter(pk=exercise.pk).update(published_at=now() + timedelta(hours=1))


def course_offline(exercise: Exercise) -> None:
    Course.objects.update(published_at=None)


def deleted(exercise: Exercise) -> None:
    Exercise.objects.filter(pk=exercise.pk).update(published=None, published_at=None, draft=None)
    exercise.versions.all().delete()
    exercise.delete()


def behind_our_back(exercise: Exercise) -> None:
    Exercise.objects.filter(pk=exercise.pk).update(published=None, published_at=None)


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        (lambda exercise: None, True),
        (lambda exercise: unpublish_exercise(exercise=exercise), False),
        (later, False),
        (course_offline, False),
        (deleted, False),
        (behind_our_back, False),
    ],
    ids=["published", "taken offline", "later", "course offline", "deleted", "not by a service"],
)
def test_search_shows_exercises_that_are_published_now(exercise, change, is_found):
    change(exercise)

    assert found("pulse") == (["/exercises/health-flask/"] if is_found else [])


def test_search_finds_an_exercise_once_it_is_published(db):
    exercise = Exercise.objects.create(lesson=make_lesson(), slug="new")
    save_exercise_draft(exercise=exercise, content=content(title="A brand new task"))
    before = found("brand")

    publish_exercise(exercise=exercise, check=False)

    assert (before, found("brand")) == ([], ["/exercises/new/"])
