"""The page of a course in the admin shows what the course is made of, by titles."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from courses.models import CourseOutline, Lesson, Module
from exercises.tests.builders import make_course, make_exercise, make_lesson

pytestmark = pytest.mark.django_db
ALL = [f"{do}_{what}" for do in ("view", "change", "add") for what in ("course", "module", "lesson", "exercise")]


def sign_in(client, *permissions: str) -> None:
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=[*permissions, "edit_every_course"]))
    client.force_login(user)


@pytest.fixture
def course():
    course = make_course()
    make_exercise("first-pot", lesson=make_lesson("water-first", course=course))
    make_lesson("without-text", course=course, is_published=False)
    Lesson.objects.filter(slug="without-text").update(draft=None)
    make_lesson("elsewhere", course=make_course("other"))
    return course


def contents(client, course) -> str:
    html = client.get(reverse("admin:courses_course_change", args=[course.pk])).content.decode()
    return html.partition('id="contents-title"')[2].partition("</section>")[0]


def words(html: str) -> list[str]:
    found = [" ".join(re.sub("<[^>]+>", " ", part).split()) for part in re.split("<li>", html)[1:]]
    return [part for part in found if part]


def test_course_page_has_titles_states_and_links_in_order(client, course):
    sign_in(client, *ALL)

    html = contents(client, course)

    assert words(html) == [
        "Basics",
        "Water-First · Published · Publishing",
        "First-Pot · Published · Publishing",
        "Add exercise",
        "without-text · Draft · Publishing",
        "Add exercise",
        "Add lesson",
        "Add module",
    ]
    links = re.findall(r'href="([^"]+)"', html)
    statuses = {link: client.get(link.replace("&amp;", "&")).status_code for link in links}
    assert len(links) == 11
    assert set(statuses.values()) == {200}


@pytest.mark.parametrize(
    ("model", "place", "parent"),
    [
        ("courses_module", "course", None),
        ("courses_lesson", "module", Module),
        ("exercises_exercise", "lesson", Lesson),
    ],
)
def test_links_to_add_something_say_where_it_goes(client, course, model, place, parent):
    sign_in(client, *ALL)
    pk = (parent.objects.get(**{"course": course, "slug__in": ["basics", "water-first"]}) if parent else course).pk
    link = f"{reverse(f'admin:{model}_add')}?{place}={pk}"

    assert f'href="{link}"' in contents(client, course)
    assert re.search(rf'<option value="{pk}" selected>', client.get(link).content.decode())


def test_who_may_only_look_gets_no_links_to_add_and_sees_what_they_may(client, course):
    sign_in(client, "view_course", "view_lesson")

    html = contents(client, course)

    assert words(html) == [
        "Basics", "Water-First · Published · Publishing", "without-text · Draft · Publishing",
    ]  # fmt: skip
    assert "module" not in "".join(re.findall(r'href="([^"]+)"', html))


def test_a_longer_course_takes_no_more_queries(
    client, course, django_assert_num_queries, django_assert_max_num_queries
):
    sign_in(client, *ALL)
    address = reverse("admin:courses_course_change", args=[course.pk])
    client.get(address)
    with django_assert_max_num_queries(30) as before:
        client.get(address)
    for number in range(5):
        make_exercise(f"more-{number}", lesson=make_lesson(f"more-{number}", course=course))

    with django_assert_num_queries(len(before)):
        client.get(address)


def test_titles_stand_for_lessons_and_exercises_in_the_admin(client, course):
    sign_in(client, *ALL)
    lesson = Lesson.objects.get(slug="water-first")
    exercise = lesson.exercises.get()

    form = client.get(reverse("admin:exercises_exercise_change", args=[exercise.pk])).content.decode()
    listed = client.get(reverse("admin:exercises_exercise_changelist")).content.decode()
    lessons = client.get(reverse("admin:courses_lesson_history", args=[lesson.pk])).content.decode()

    assert f'<option value="{lesson.pk}" selected>Water-First</option>' in form
    assert re.search(r"<h2>\s*First-Pot\s*</h2>", form)
    assert re.search(r'<td class="field-lesson_and_course[^"]*">Water-First \(\w+\)</td>', listed)
    assert re.search(rf'<a href="\?lesson__id__exact={lesson.pk}">\s*Water-First', listed)
    assert "Water-First" in lessons


def test_rows_that_go_with_a_course_have_names(client, course):
    sign_in(client, *ALL, "delete_course")
    empty = make_course("empty", is_published=False)
    empty.authors.add(User.objects.get())
    outline, _ = CourseOutline.objects.get_or_create(course=empty)

    html = client.get(reverse("admin:courses_course_delete", args=[empty.pk])).content.decode()

    assert str(empty.authors.through.objects.get(course=empty)) == "staff works on Empty"
    assert str(outline) == "Outline of Empty"
    assert "object (" not in html
