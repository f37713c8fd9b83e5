"""The tags with which pages read an outline."""

import pytest

from courses.outline import OutlineLesson, OutlineModule
from courses.templatetags.outline import first_unfinished


def lesson(pk: int) -> OutlineLesson:
    return OutlineLesson(pk, f"lesson-{pk}", f"/lesson-{pk}/", f"Lesson {pk}", "", 5)


@pytest.mark.parametrize(
    ("done", "found"),
    [(set(), 4), ({4}, 7), ({7}, 4), ({4, 7}, 5), ({4, 5, 7}, None)],
)
def test_first_unfinished_goes_by_the_order_of_the_course(done, found):
    outline = [
        OutlineModule(1, "first", "First", (lesson(4), lesson(7))),
        OutlineModule(2, "second", "Second", (lesson(5),)),
    ]

    answer = first_unfinished(outline, done)

    assert (answer and answer.lesson_id) == found
