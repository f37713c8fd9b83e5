"""What visitors and staff see of courses and lessons, and in how many queries."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils.timezone import now

from courses.models import Lesson
from courses.outline import outline_of, store_outline
from courses.publishing import publish_lesson, save_lesson_draft, unpublish_lesson
from courses.tests.builders import make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("staff", is_staff=True, is_superuser=True)


def edited(lesson: Lesson, title: str) -> Lesson:
    save_lesson_draft(lesson=lesson, title=title, summary="New.", minutes=7, body_markdown="New text.\n")
    return lesson


def test_home_lists_published_courses_with_their_size(client):
    course = make_course()
    module = make_module(course)
    make_lesson(module, "first", minutes=5)
    make_lesson(module, "second", minutes=7)
    make_lesson(module, "third", minutes=50, published=False)
    make_course("empty")
    make_course("draft", published=False)

    response = client.get("/")

    assert [course.slug for course in response.context["courses"]] == ["frameworks", "empty"]
    text = " ".join(response.content.decode().split())
    assert [("2 lessons" in text, "about 12 minutes" in text, "0 lessons" in text)] == [(True, True, True)]
    assert response.content.decode().count("Start the course") == 1  # an empty one cannot be started


def test_staff_sees_courses_that_are_not_published(client, staff):
    make_course("draft", published=False)

    assert [c.slug for c in client.get("/").context["courses"]] == []
    client.force_login(staff)
    assert [c.slug for c in client.get("/").context["courses"]] == ["draft"]


def test_course_shows_published_lessons_in_order_and_no_empty_modules():
    course = make_course()
    basics, empty, more = (make_module(course, slug, slug.title()) for slug in ("basics", "empty", "more"))
    make_lesson(more, "third")
    make_lesson(basics, "first")
    make_lesson(empty, "hidden", published=False)
    second = make_lesson(basics, "second")
    Lesson.objects.filter(slug="third").update(position=0)

    outline = outline_of(course, current=second)

    assert [(m.number, m.title, [lesson.slug for lesson in m.lessons]) for m in outline.modules] == [
        (1, "Basics", ["first", "second"]),
        (2, "More", ["third"]),
    ]
    assert [entry.is_current for entry in outline.lessons] == [False, True, False]
    assert outline.lessons[1].url == "/courses/frameworks/second/"


@pytest.mark.parametrize(
    ("position", "previous", "following"), [(1, None, "second"), (2, "first", "third"), (3, "second", None)]
)
def test_lesson_knows_its_place_and_neighbours(client, position, previous, following):
    course = make_course()
    basics, more = make_module(course, "basics"), make_module(course, "more")
    lessons = [make_lesson(basics, "first"), make_lesson(basics, "second"), make_lesson(more, "third")]

    context = client.get(lessons[position - 1].get_absolute_url()).context

    assert (context["number"], context["total"], context["is_preview"]) == (position, 3, False)
    assert getattr(context["previous"], "slug", None) == previous
    assert getattr(context["next"], "slug", None) == following


def test_learners_read_the_published_version_while_the_draft_changes(client):
    lesson = edited(make_lesson(make_module(make_course()), title="Old"), "New")

    response = client.get(lesson.get_absolute_url())

    assert (response.context["version"].title, response.context["is_preview"]) == ("Old", False)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"published_at": now() + timedelta(hours=1)}, 404),
        ({"published": None, "published_at": None}, 404),
    ],
)
def test_lessons_are_there_once_they_are_published(client, change, status):
    lesson = make_lesson(make_module(make_course()))
    Lesson.objects.update(**change)

    assert client.get(lesson.get_absolute_url()).status_code == status


@pytest.mark.parametrize(("published", "status"), [(True, 200), (False, 404)])
def test_a_published_lesson_needs_a_published_course(client, published, status):
    course = make_course(published=published)
    lesson = make_lesson(make_module(course))

    assert client.get(course.get_absolute_url()).status_code == status
    assert client.get(lesson.get_absolute_url()).status_code == status


@pytest.mark.parametrize(
    ("version", "is_staff", "status", "title"),
    [
        ("draft", True, 200, "New"),
        ("1", True, 200, "Old"),
        ("2", True, 200, "New"),
        ("3", True, 404, None),
        ("99999999999999999999", True, 404, None),
        ("²", True, 404, None),
        ("-1", True, 404, None),
        ("draft", False, 404, None),
        ("1", False, 404, None),
    ],
)
def test_only_staff_previews_versions(client, staff, version, is_staff, status, title):
    lesson = edited(make_lesson(make_module(make_course()), title="Old"), "New")
    unpublish_lesson(lesson=lesson)
    client.force_login(staff if is_staff else User.objects.create_user("learner"))

    response = client.get(lesson.get_absolute_url(), {"version": version})

    assert response.status_code == status
    if status == 200:
        assert response.context["version"].title == title
        assert response.context["is_preview"]
        assert response["X-Robots-Tag"] == "noindex"
        assert [entry.title for entry in response.context["outline"].lessons] == [title]


def test_links_to_lessons_appear_when_those_are_published(client):
    module = make_module(make_course())
    later = make_lesson(module, "later", published=False)
    first = make_lesson(module, "first", body_markdown="[*Later*](lesson:later#why), [here](lesson:first).\n")
    link = '<a href="../first/">here</a>'

    assert f"<p><em>Later</em>, {link}.</p>" in client.get(first.get_absolute_url()).content.decode()
    publish_lesson(lesson=later)
    html = client.get(first.get_absolute_url()).content.decode()
    assert f'<p><a href="../later/#why"><em>Later</em></a>, {link}.</p>' in html


def test_pages_are_not_for_shared_caches(client):
    lesson = make_lesson(make_module(make_course()))

    for url in ("/", "/courses/frameworks/", lesson.get_absolute_url()):
        response = client.get(url)
        assert "Cookie" in response["Vary"]
        assert set(response["Cache-Control"].split(", ")) == {"private", "no-cache"}
        assert "X-Robots-Tag" not in response


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_only_answer_reading(client, method):
    lesson = make_lesson(make_module(make_course()))

    assert [getattr(client, method)(url).status_code for url in ("/", lesson.get_absolute_url())] == [405, 405]


@pytest.mark.parametrize("url", ["/courses/nothing/", "/courses/frameworks/nothing/", "/courses/nothing/first/"])
def test_unknown_pages_are_not_found(client, url):
    make_lesson(make_module(make_course()))

    assert client.get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_for_visitors_need_one_query_for_any_length(client, count, django_assert_num_queries):
    course = make_course()
    for number in range(count):
        lesson = make_lesson(make_module(course, f"module-{number}"), f"lesson-{number}")
    store_outline(course.pk)

    for url in ("/", course.get_absolute_url(), lesson.get_absolute_url()):
        with django_assert_num_queries(1):
            client.get(url)


@pytest.mark.parametrize("count", [1, 3])
def test_outline_is_read_from_the_rows_where_none_is_stored(django_assert_num_queries, count):
    course = make_course()
    for number in range(count):
        make_lesson(make_module(course, f"module-{number}"), f"lesson-{number}")

    with django_assert_num_queries(4):  # that there is none; exercises; lessons; showcases
        outline = outline_of(course)

    assert len(outline.lessons) == count


def test_staff_who_look_at_a_draft_that_is_published_are_told_that_learners_have_it(client):
    client.force_login(User.objects.create_superuser("root"))
    lesson = make_lesson(make_module(make_course()))
    page = f"{lesson.get_absolute_url()}?version=draft"

    same = client.get(page).content.decode()
    edited(lesson, "New")
    newer = client.get(page).content.decode()

    assert "You see what learners see: there is no newer draft." in same
    assert "You see a draft. Learners do not see it yet." in newer
    assert "what learners see" not in newer
