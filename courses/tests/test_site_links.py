"""Links to pages of the site and to parts of lessons lead somewhere, or are a problem of the text with their line."""

import pytest

from courses.addresses import rename_course, rename_lesson
from courses.loading import ContentError, load_course
from courses.models import Course
from courses.publishing import PublishRefused, publish_lesson, render_lesson, save_lesson_draft
from courses.tests.builders import lesson_text, make_course, make_lesson, make_module, write_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    course = make_course("tea")
    make_lesson(make_module(course), "brew", published=False)
    rename_lesson(lesson=course.lessons.get(), slug="brewing")
    rename_course(course=course, slug="teas")
    make_course("drafts", published=False)
    return course


def dead(course: Course, markdown: str) -> list[tuple[int, str]]:
    return [
        (problem.line, problem.message.split('"')[1])
        for problem in render_lesson(course, markdown).problems
        if "no course, lesson or exercise" in problem.message
    ]


@pytest.mark.parametrize(
    "target",
    [
        "/courses/nix/", "/courses/nix/brewing/", "/courses/teas/nix/", "/courses/drafts/brewing/", "/courses/",
        "/courses/teas/brewing/more/and/more/", "/courses/te%20as/", "/courses/teas/nix/run/a/", "/courses/teas/nix",
        "/courses/teas/nix/?a=b#c",
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", ["[x]({})", '<a href="{}">x</a>', "[x][y]\n\n[y]: {}"])
def test_a_link_to_a_page_that_there_is_not_is_a_problem(course, target, text):
    line = 3 + text.count("\n")

    assert dead(course, "Text.\n\n" + text.format(target)) == [(line, target)]


@pytest.mark.parametrize(
    "target",
    [
        "/courses/teas/", "/courses/teas", "/courses/tea/", "/courses/drafts/", "/courses/teas/brewing/",
        "/courses/teas/brewing/#why", "/courses/tea/brew/", "/courses/teas/brewing/run/a/",
        "/courses/teas/images/a.webp", "/", "/search/", "/search/?q=tea", "https://example.org/courses/nix/",
        "/static/courses/nix/",
    ],
)  # fmt: skip
def test_pages_drafts_and_old_addresses_are_no_problem(course, target):
    assert render_lesson(course, f"[x]({target})").problems == []


def test_code_and_pictures_are_no_links(course):
    assert dead(course, "`[x](/courses/nix/)`\n\n```text\n[x](/courses/nix/)\n```\n\n![x](/courses/nix/)") == []


def test_links_of_a_text_take_two_queries_more_at_most(course, django_assert_num_queries):
    many = "".join(f"[x](/courses/tea{number}/) [y](/courses/teas/brew{number}/)\n" for number in range(20))

    with django_assert_num_queries(3):
        render_lesson(course, "[x](https://example.org) [y](/search/)")
    with django_assert_num_queries(5):
        assert len(dead(course, many)) == 40


def test_a_link_to_a_heading_that_another_lesson_has_not_is_a_problem(course):
    lesson = course.lessons.get()
    publish_lesson(lesson=lesson)  # has "why"
    text = {"title": "Brewing", "summary": "S", "minutes": 1}
    save_lesson_draft(lesson=lesson, body_markdown="## Über `tea`\n\n- a\n\n    ### Steep\n", **text)
    links = "".join(
        f"[x](lesson:{slug}#{part})\n"
        for slug in ("brewing", "brew")  # the one that it had is a name of it, too
        for part in ("why", "über-tea", "steep", "nope")
    )

    rendered = render_lesson(course, f"{links}[x](lesson:brewing) [x](lesson:nix#why) `[x](lesson:brewing#nope)`")

    assert [(problem.line, problem.message) for problem in rendered.problems] == [
        (4, 'The lesson "brewing" has no heading with the address #nope.'),
        (8, 'The lesson "brew" has no heading with the address #nope.'),
        (9, 'The course has no lesson "nix".'),
    ]
    with pytest.raises(PublishRefused):
        publish_lesson(lesson=make_lesson(course.modules.get(), "next", published=False, body_markdown=links))


def test_the_old_address_of_a_heading_is_no_problem(course):
    lesson = course.lessons.get()
    publish_lesson(lesson=lesson)
    text = {"title": "Brewing", "summary": "S", "minutes": 1}
    save_lesson_draft(lesson=lesson, body_markdown="## The reason\n\nBecause.\n", **text)
    publish_lesson(lesson=lesson)

    assert render_lesson(course, "[x](lesson:brewing#why) [x](lesson:brewing#the-reason)").problems == []


def test_links_to_parts_of_lessons_take_one_query_more(course, django_assert_num_queries):
    many = "".join(f"[x](lesson:brewing#part-{number})\n" for number in range(20))

    with django_assert_num_queries(4):
        assert len(render_lesson(course, many).problems) == 20


def test_headings_of_other_lessons_are_not_looked_up_while_files_are_loaded(tmp_path):
    folder = write_course(tmp_path)
    (folder / "lessons/first.md").write_text(lesson_text("First", "[a](lesson:second#later)\n"))
    (folder / "lessons/second.md").write_text(lesson_text("Second", "## Later\n\nText.\n"))

    load_course(folder, publish=True)

    assert Course.objects.get(slug="small").lessons.filter(published__isnull=False).count() == 2


def test_a_folder_with_a_dead_link_in_its_course_is_not_loaded(tmp_path):
    folder = write_course(tmp_path)
    body = "Good: [a](/courses/small/third/).\n\n[b](/courses/small/fourth/)\n"
    (folder / "lessons/first.md").write_text(lesson_text("First", body))

    with pytest.raises(ContentError) as caught:
        load_course(folder, publish=True)

    (problem,) = caught.value.problems
    assert str(problem).startswith(f'{folder}/lessons/first.md:9: The link "/courses/small/fourth/" leads nowhere')


def test_courses_that_link_to_each_other_are_loaded_one_after_the_other(tmp_path):
    folder, other = write_course(tmp_path), write_course(tmp_path / "other")
    (folder / "lessons/first.md").write_text(lesson_text("First", "[a](/courses/big/first/) [b](/exercises/later/)\n"))
    (other / "lessons/first.md").write_text(lesson_text("First", "[a](/courses/small/first/)\n"))
    other = other.rename(tmp_path / "other" / "big")

    for each in (folder, other):
        load_course(each, publish=True)

    assert Course.objects.count() == 2
