import pytest
from django.test import Client
from django.utils.timezone import now

from courses.models import Course
from courses.outline import store_outline
from exercises.models import LessonDone, Owner, Run
from exercises.tests.builders import (
    CASES,
    STARTER,
    make_course,
    make_exercise,
    make_lesson,
    make_run,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db


def page_of(*results):
    return {"count": len(results), "next": None, "previous": None, "results": list(results)}


def test_a_course_tells_its_modules_lessons_and_exercises_in_order(client):
    second, first = make_lesson("second"), make_lesson("first")
    first.position, second.position = 1, 2
    first.save()
    second.save()
    make_lesson("draft", is_published=False)
    make_course("hidden", is_published=False)
    for slug, lesson in (("b", second), ("a", first)):
        make_exercise(slug, lesson=lesson)
    make_exercise("draft", lesson=first, is_published=False)

    def lesson(slug, exercise):
        return {
            "slug": slug,
            "title": slug.title(),
            "summary": "You can say hello.",
            "minutes": 5,
            "exercises": [exercise],
        }

    course = {
        "slug": "web",
        "title": "Web",
        "summary": "",
        "language": "en",
        "modules": [{"slug": "basics", "title": "Basics", "lessons": [lesson("first", "a"), lesson("second", "b")]}],
        "exercises": ["a", "b"],
    }
    assert client.get("/api/v1/courses/").json() == page_of(course)
    assert client.get("/api/v1/courses/web/").json() == course
    assert client.get("/api/v1/courses/hidden/").status_code == 404


@pytest.mark.parametrize(("is_published", "status"), [(True, 200), (False, 404)])
def test_a_lesson_is_read_when_it_is_published(client, is_published, status):
    lesson = make_lesson(is_published=is_published)
    make_exercise(lesson=lesson)

    response = client.get("/api/v1/courses/web/lessons/flask/")

    assert response.status_code == status
    if is_published:
        assert response.json() == {
            "slug": "flask",
            "course": "web",
            "title": "Flask",
            "summary": "You can say hello.",
            "minutes": 5,
            "body_markdown": "Hello.\n",
            "body_html": "<p>Hello.</p>",
            "exercises": ["health-flask"],
        }


@pytest.mark.parametrize(
    ("is_published", "in_published_course", "status"), [(True, True, 200), (False, True, 404), (True, False, 404)]
)
def test_an_exercise_tells_its_task_and_never_its_answers(client, is_published, in_published_course, status):
    lesson = make_lesson(course=make_course(is_published=in_published_course))
    make_exercise(lesson=lesson, is_published=is_published, limits={"memory_bytes": 67108864})

    response = client.get("/api/v1/exercises/health-flask/")

    assert response.status_code == status
    if status == 200:
        assert response.json() == {
            "slug": "health-flask",
            "title": "Health-Flask",
            "kind": "http",
            "framework": "flask",
            "difficulty": "easy",
            "version": 1,
            "course": "web",
            "lesson": "flask",
            "instructions_html": "<p>Answer.</p>",
            "files": STARTER,
            "limits": {
                "wall_seconds": 20.0,
                "cpu_seconds": 5.0,
                "memory_bytes": 67108864,
                "output_bytes": 65536,
                "processes": 32,
                "files_bytes": 16777216,
            },
            "cases": [case["name"] for case in CASES],
            "questions": None,
            "decision": None,
            "scenario": None,
        }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["a", "b", "c"]),
        ("?course=web", ["a", "b"]),
        ("?course=other", ["c"]),
        ("?course=none", []),
        ("?course=%00", []),
        ("?framework=fastapi", ["b"]),
        ("?kind=http&framework=flask", ["a", "c"]),
        ("?kind=function", []),
        ("?course=web&framework=fastapi", ["b"]),
    ],
)
def test_exercises_are_narrowed_down(client, query, found):
    web = make_lesson()
    make_exercise("a", lesson=web)
    make_exercise("b", lesson=web, framework="fastapi")
    make_exercise("c", lesson=make_lesson("other", course=make_course("other")))
    make_exercise("draft", lesson=web, is_published=False)

    results = client.get(f"/api/v1/exercises/{query}").json()["results"]

    assert [exercise["slug"] for exercise in results] == found


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/api/v1/courses/", 5),  # count, courses, modules, lessons, exercises
        ("/api/v1/courses/web/", 4),
        ("/api/v1/exercises/", 2),  # count, page
        ("/api/v1/courses/web/lessons/lesson-0/", 2),  # lesson, its exercises
        ("/api/v1/me/progress/", 2),  # count, courses with their outlines
    ],
)
def test_lists_need_the_same_queries_for_any_length(client, django_assert_num_queries, path, queries, count):
    for number in range(count):
        lesson = make_lesson(f"lesson-{number}")
        make_exercise(f"exercise-{number}", lesson=lesson)
        make_exercise(f"another-{number}", lesson=make_lesson(course=make_course(f"course-{number}")))
    for course in Course.objects.all():
        store_outline(course.pk)

    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("has_account", [True, False])
def test_progress_is_the_learners_own(has_account):
    client, stranger = Client(), Client()
    make_exercise("passed")
    make_exercise("tried")
    for learner in (client, stranger):
        if has_account:
            learner.force_login(make_user("ana" if learner is client else "eva"))
    answers = {
        slug: client.post(
            f"/api/v1/exercises/{slug}/submissions/", {"files": STARTER}, content_type="application/json"
        ).json()["id"]
        for slug in ("passed", "tried")
    }
    Run.objects.filter(submission__uuid=answers["passed"]).update(
        status="done", verdict="passed", finished_at=now(), requeue_at=None
    )
    client.post("/courses/web/flask/done/", {"done": "1"})

    def progress(lessons, exercises):
        return page_of(
            {
                "course": "web",
                "lessons_done": lessons,
                "lessons_total": 1,
                "exercises_passed": exercises,
                "exercises_with_solution": [],
                "exercises_total": 2,
                "percent": 100 * (len(lessons) + len(exercises)) // 3,
            }
        )

    assert client.get("/api/v1/me/progress/").json() == progress(["flask"], ["passed"])
    assert stranger.get("/api/v1/me/progress/").json() == progress([], [])


def test_progress_counts_what_is_published_only(client):
    user = make_user()
    client.force_login(user)
    owner = Owner(user_id=user.pk)
    lesson = make_lesson("hidden", is_published=False)
    LessonDone.objects.create(**owner.columns, lesson=lesson)
    make_run(make_submission(owner=owner, exercise=make_exercise(lesson=lesson, is_published=False)), Run.Status.DONE)

    (progress,) = client.get("/api/v1/me/progress/").json()["results"]

    assert (progress["lessons_done"], progress["exercises_passed"]) == ([], [])


def test_pages_follow_each_other(client, settings):
    for number in range(51):
        make_exercise(f"exercise-{number:02}")

    first = client.get("/api/v1/exercises/").json()
    second = client.get(first["next"]).json()

    assert (first["count"], len(first["results"]), len(second["results"])) == (51, 50, 1)
    assert (first["previous"], second["next"]) == (None, None)
