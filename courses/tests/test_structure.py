"""The order of a course: new things come last, and everything can be moved without a mouse."""

import pytest

from courses.deleting import StillNeeded, delete_row
from courses.models import Course, Lesson
from courses.publishing import unpublish_lesson
from courses.structure import CannotMove, assign_parent, move, move_to, place_of
from courses.tests.builders import make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    course = make_course()
    one, two, _ = (make_module(course, slug) for slug in ("one", "two", "empty"))
    for module, slug in ((one, "a"), (one, "b"), (two, "c"), (two, "d")):
        make_lesson(module, slug)
    return course


def test_what_is_needed_is_not_deleted(course):
    needed = [course, course.modules.get(slug="one"), course.lessons.get(slug="a")]
    for row in needed:
        with pytest.raises(StillNeeded, match="first"):
            delete_row(row=row)

    stale = course.lessons.get(slug="a")
    unpublish_lesson(lesson=course.lessons.get(slug="a"))
    delete_row(row=stale)
    delete_row(row=course.modules.get(slug="empty"))

    assert (course.lessons.count(), course.modules.count()) == (3, 2)


def order() -> str:
    """Like "one: a b, two: c d"."""
    modules: dict[str, list[str]] = {}
    for module, slug in Lesson.objects.in_course_order().values_list("module__slug", "slug"):
        modules.setdefault(module, []).append(slug)
    return ", ".join(f"{module}: {' '.join(slugs)}" for module, slugs in modules.items())


@pytest.mark.parametrize(
    ("slug", "up", "moved", "expected"),
    [
        ("b", True, True, "one: b a, two: c d"),
        ("a", False, True, "one: b a, two: c d"),
        ("a", True, False, "one: a b, two: c d"),  # the first one of all
        ("c", True, True, "one: a b c, two: d"),  # over the edge of its module
        ("b", False, True, "one: a, two: b c d"),
        ("d", False, True, "one: a b, two: c, empty: d"),
    ],
)
def test_lessons_move_by_one_place(course, slug, up, moved, expected):
    assert move(Lesson.objects.get(slug=slug), up=up) is moved
    assert order() == expected


def test_the_last_lesson_of_the_last_module_stays(course):
    for _ in range(2):
        move(Lesson.objects.get(slug="d"), up=False)

    assert move(Lesson.objects.get(slug="d"), up=False) is False
    assert order() == "one: a b, two: c, empty: d"


def test_moving_up_and_down_again_changes_nothing(course):
    for up in (True, False):
        move(Lesson.objects.get(slug="c"), up=up)

    assert order() == "one: a b, two: c d"


def test_equal_positions_do_not_stop_a_move(course):
    Lesson.objects.update(position=0)

    move(Lesson.objects.get(slug="b"), up=True)

    assert order() == "one: b a, two: c d"


@pytest.mark.parametrize(
    ("slug", "up", "expected"),
    [("two", True, "two one empty"), ("one", True, "one two empty"), ("one", False, "two one empty")],
)
def test_modules_move_within_their_course(course, slug, up, expected):
    other = make_module(make_course("other"), "alone")

    move(course.modules.get(slug=slug), up=up)

    assert " ".join(course.modules.values_list("slug", flat=True)) == expected
    assert move(other, up=True) is False


def test_courses_move_among_each_other(course):
    second = make_course("second")

    assert move(second, up=True) is True
    assert list(Course.objects.values_list("slug", flat=True)) == ["second", "frameworks"]


@pytest.mark.parametrize(("module", "expected"), [("two", "one: b, two: c d a"), ("one", "one: a b, two: c d")])
def test_assigning_a_module_puts_the_lesson_last(course, module, expected):
    assign_parent(row=Lesson.objects.get(slug="a"), parent=course.modules.get(slug=module))

    assert order() == expected


def test_a_lesson_stays_in_its_course(course):
    foreign = make_module(make_course("other"), "foreign")

    with pytest.raises(ValueError, match="within its course"):
        assign_parent(row=Lesson.objects.get(slug="a"), parent=foreign)


def find(slug: str) -> Lesson:
    return Lesson.objects.select_related("module").get(slug=slug)


@pytest.mark.parametrize(
    ("slug", "before", "parent", "expected"),
    [
        ("d", "c", None, "one: a b, two: d c"),
        ("a", "d", None, "one: b, two: c a d"),
        ("a", None, "two", "one: b, two: c d a"),
        ("a", None, None, "one: b a, two: c d"),
        ("b", None, None, "one: a b, two: c d"),
        ("a", "b", None, "one: a b, two: c d"),
        ("a", "a", None, "one: a b, two: c d"),
    ],
)
def test_a_lesson_is_moved_to_any_place_of_its_course(course, slug, before, parent, expected):
    changed = move_to(
        find(slug), before=find(before) if before else None, parent=course.modules.get(slug=parent) if parent else None
    )

    assert (order(), changed) == (expected, expected != "one: a b, two: c d")


def test_modules_and_courses_are_moved_among_their_own_and_nothing_leaves_its_course(course):
    other = make_course("other")
    foreign = make_module(other, "foreign")
    one, two, _ = course.modules.all()

    assert move_to(two, before=one)
    assert move_to(other, before=course)
    for row, target in ((one, {"before": foreign}), (find("a"), {"parent": foreign})):
        with pytest.raises(CannotMove):
            move_to(row, **target)

    assert list(course.modules.values_list("slug", flat=True)) == ["two", "one", "empty"]
    assert list(Course.objects.values_list("slug", flat=True)) == ["other", "frameworks"]
    place = place_of(find("d"))
    assert (place.number, place.total, place.parent) == (2, 2, two)
