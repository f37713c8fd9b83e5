"""Changed slugs: old addresses lead to the new ones, for pages, links, the search, the API and files."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from courses.addresses import AddressTaken, rename_course, rename_lesson
from courses.exporting import export_course
from courses.images import add_image, images_of
from courses.loading import load_course
from courses.models import Course, Lesson, LessonVersion
from courses.publishing import draft_problems, publish_course, publish_lesson, save_lesson_draft, unpublish_lesson
from courses.search import search
from courses.structure import add_lesson
from courses.tests.builders import contents_of, make_course, make_lesson, make_module, write_course
from courses.tests.test_images import picture

pytestmark = pytest.mark.django_db

OLD = "/courses/frameworks/first/"


@pytest.fixture
def lesson() -> Lesson:
    return make_lesson(make_module(make_course()), body_markdown="## Why\n\nBecause of frogs.\n")


@pytest.mark.parametrize(
    ("method", "path", "status", "target"),
    [
        ("get", OLD, 301, "/courses/python/begin/"),
        ("get", f"{OLD}?fw=flask&q=a+b", 301, "/courses/python/begin/?fw=flask&q=a+b"),
        ("get", "/courses/frameworks/", 301, "/courses/python/"),
        ("post", f"{OLD}done/", 308, "/courses/python/begin/done/"),
        ("get", "/api/v1/courses/frameworks/lessons/first/", 301, "/api/v1/courses/python/lessons/begin/"),
        ("get", "/api/v1/courses/frameworks/", 301, "/api/v1/courses/python/"),
        # The course's new name with the lesson's old one, and the other way round.
        ("get", "/courses/python/first/", 301, "/courses/python/begin/"),
        ("get", "/courses/frameworks/begin/", 301, "/courses/python/begin/"),
        ("get", "/courses/frameworks/never/", 301, "/courses/python/never/"),
        ("get", "/courses/never/first/", 404, None),
    ],
)
def test_old_addresses_lead_to_the_new_ones(lesson, method, path, status, target):
    rename_lesson(lesson=lesson, slug="start")
    rename_lesson(lesson=lesson, slug="begin")  # the first one follows, too
    rename_course(course=lesson.course, slug="python")

    response = getattr(Client(), method)(path)

    assert (response.status_code, response.get("Location")) == (status, target)


def test_a_moved_page_is_shown_found_and_linked_by_its_new_address(lesson):
    other = make_lesson(lesson.module, "second", body_markdown="See [the first](lesson:first#why).\n")
    texts = {"title": "S", "summary": "S.", "minutes": 1}
    draft = save_lesson_draft(lesson=other, body_markdown="[It](lesson:first), too.", **texts)
    rename_lesson(lesson=lesson, slug="begin")
    later = save_lesson_draft(lesson=other, body_markdown="[It](lesson:first)!", **texts)

    page = Client().get("/courses/frameworks/second/").content.decode()
    assert 'href="../begin/#why"' in page
    assert Client().get("/courses/frameworks/begin/").status_code == 200
    (hit,) = search("frogs", limit=1).groups[0].hits
    assert hit.url == "/courses/frameworks/begin/#why"
    assert all(
        'href="../begin/"' in html
        for html in LessonVersion.objects.filter(pk__in=[draft.pk, later.pk]).values_list("body_html", flat=True)
    )
    assert draft_problems(Lesson.objects.get(pk=other.pk)) == []  # an old name in a text is no mistake


def test_what_a_visitor_may_not_see_is_not_given_away(lesson):
    rename_lesson(lesson=lesson, slug="secret-name")
    unpublish_lesson(lesson=lesson)

    assert Client().get(OLD).status_code == 404


def test_pictures_of_a_renamed_course_have_its_new_address(lesson):
    add_image(course=lesson.course, data=picture())
    (name,) = images_of(lesson.course)
    save_lesson_draft(lesson=lesson, title="T", summary="S.", minutes=1, body_markdown=f"![Frogs](images/{name})\n")
    publish_lesson(lesson=lesson)
    rename_course(course=lesson.course, slug="python")

    html = Lesson.objects.get().published.body_html
    assert f"/courses/python/images/{name}" in html
    assert "frameworks" not in html


def test_what_is_only_scheduled_is_not_given_away():
    tomorrow = now() + timedelta(days=1)
    hidden = make_course("secret", published=False)
    make_lesson(make_module(hidden))
    publish_course(course=hidden, at=tomorrow)
    rename_course(course=hidden, slug="secret-name")
    later = make_lesson(make_module(make_course()), published=False)
    publish_lesson(lesson=later, at=tomorrow)
    rename_lesson(lesson=later, slug="secret-name")

    statuses = [Client().get(path).status_code for path in ("/courses/secret/", OLD)]

    assert statuses == [404, 404]


def test_an_old_slug_stays_with_its_page_until_that_takes_it_back(lesson):
    other = make_lesson(lesson.module, "second")
    rename_lesson(lesson=lesson, slug="begin")

    with pytest.raises(AddressTaken, match="begin"):
        rename_lesson(lesson=other, slug="first")
    with pytest.raises(AddressTaken, match="begin"):
        add_lesson(module=lesson.module, slug="first")
    with pytest.raises(AddressTaken, match="already"):
        rename_lesson(lesson=other, slug="begin")
    assert rename_lesson(lesson=lesson, slug="first") is True
    assert rename_lesson(lesson=lesson, slug="first") is False

    assert Client().get(OLD).status_code == 200
    assert Client().get("/courses/frameworks/begin/")["Location"] == OLD


def test_a_deleted_page_frees_its_slugs(lesson):
    rename_lesson(lesson=lesson, slug="begin")
    unpublish_lesson(lesson=lesson)
    lesson.delete()

    assert add_lesson(module=make_module(Course.objects.get(), "more"), slug="first").slug == "first"


def test_files_of_before_the_change_load_without_making_anything_twice(tmp_path):
    """As at the next start of a site whose own course was changed in the admin."""
    folder = write_course(tmp_path)
    load_course(folder, publish=True)
    course = Course.objects.get()
    rename_lesson(lesson=course.lessons.get(slug="first"), slug="begin")
    rename_course(course=course, slug="tiny")

    loading = load_course(folder, publish=True)

    assert (loading.changes, loading.published_now) == ([], [])
    assert list(Course.objects.values_list("slug", flat=True)) == ["tiny"]
    assert sorted(Lesson.objects.values_list("slug", flat=True)) == ["begin", "second", "third"]


def test_export_and_load_use_the_new_names(tmp_path):
    load_course(write_course(tmp_path), publish=True)
    course = Course.objects.get()
    rename_lesson(lesson=course.lessons.get(slug="first"), slug="begin")
    rename_course(course=course, slug="tiny")

    export_course(Course.objects.get(), tmp_path / "tiny")
    loading = load_course(tmp_path / "tiny", publish=True)
    before = contents_of(tmp_path / "tiny")
    export_course(Course.objects.get(), tmp_path / "tiny")

    assert "lessons/begin.md" in before
    assert (loading.changes, contents_of(tmp_path / "tiny")) == ([], before)
