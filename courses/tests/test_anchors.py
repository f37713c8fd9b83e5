"""Old names of headings: an address of a section outlives its heading."""

import pytest
from django.test import Client

from courses.anchors import renamed_headings, sections_of, with_anchors
from courses.models import Lesson, LessonVersion
from courses.publishing import publish_lesson, save_lesson_draft, unpublish_lesson
from courses.rendering import render
from courses.tests.builders import make_course, make_lesson, make_module

BEFORE = """## Why threads

A thread runs beside others and shares their memory, which is why locks are needed around what is shared.

## A first program

Write it down and run it with Python.

### What it prints

Two lines, in either order.

## Summary

Short.
"""


def renamed(before: str, after: str) -> dict[str, str]:
    return renamed_headings(*(sections_of(render(text).html) for text in (before, after)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], {}),
        ([("## Why threads", "## Threads and locks")], {"why-threads": "threads-and-locks"}),
        # The text is another one as well: its place between the same neighbours tells.
        ([("### What it prints\n\nTwo lines, in either order.", "### Output\n\nIt depends.")],
         {"what-it-prints": "output"}),
        ([("## Why threads", "## Threads"), ("## A first program", "## Program")],
         {"why-threads": "threads", "a-first-program": "program"}),
        # Moved and renamed: the text tells.
        ([("## Summary\n\nShort.\n", "## Threads\n\nA thread runs beside others and shares their memory, which is "
           "why locks are needed.\n"),
          ("## Why threads\n\nA thread runs beside others and shares their memory, which is why locks are needed "
           "around what is shared.\n\n", "")],
         {"why-threads": "threads"}),
        # Left out altogether, and a new one elsewhere.
        ([("## Summary\n\nShort.\n", "")], {}),
        ([("## Why threads", "## Intro\n\nSomething else, said of another matter altogether.\n\n## Why threads")], {}),
    ],
)  # fmt: skip
def test_headings_that_are_gone_are_found_again(changes, expected):
    after = BEFORE
    for old, new in changes:
        assert old in after
        after = after.replace(old, new)

    assert renamed(BEFORE, after) == expected


def test_old_ids_stand_in_the_heading_and_are_escaped():
    html = with_anchors('<h2 id="new">New</h2><p>x</p>', {'a"><script>': "new", "old": "new"})

    assert html == (
        '<h2 id="new"><span class="former-id" id="a&quot;&gt;&lt;script&gt;"></span>'
        '<span class="former-id" id="old"></span>New</h2><p>x</p>'
    )


def save(lesson: Lesson, body: str) -> LessonVersion:
    return save_lesson_draft(lesson=lesson, title="T", summary="S.", minutes=5, body_markdown=body)


@pytest.mark.django_db
def test_old_addresses_stay_through_versions_and_a_time_offline():
    lesson = make_lesson(make_module(make_course()), body_markdown=BEFORE)
    for title in ("Threads", "Threads and locks"):
        save(lesson, BEFORE.replace("Why threads", title))
        publish_lesson(lesson=lesson)
    unpublish_lesson(lesson=lesson)
    save(lesson, BEFORE.replace("Why threads", "Locks"))
    never_published = lesson.draft
    save(lesson, BEFORE.replace("Why threads", "On locks"))
    version = publish_lesson(lesson=lesson)

    page = Client().get("/courses/frameworks/first/").content.decode()
    assert version.anchors == dict.fromkeys(["why-threads", "threads", "threads-and-locks"], "on-locks")
    assert all(f'id="{name}"' in page for name in [*version.anchors, "on-locks"])
    assert 'href="#on-locks"' in page
    assert 'href="#why-threads"' not in page
    assert never_published.anchors == {}


@pytest.mark.django_db
def test_an_old_name_that_is_a_heading_again_is_that_heading():
    lesson = make_lesson(make_module(make_course()), body_markdown=BEFORE)
    save(lesson, BEFORE.replace("Why threads", "Threads"))
    publish_lesson(lesson=lesson)
    save(lesson, BEFORE)
    version = publish_lesson(lesson=lesson)

    assert version.anchors == {"threads": "why-threads"}
    assert version.body_html.count('id="why-threads"') == 1
