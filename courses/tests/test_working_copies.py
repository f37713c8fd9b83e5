"""Unsaved text of editors, and who is told of whom."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils.timezone import now

from courses import working_copies
from courses.models import WorkingCopy
from courses.tests.builders import make_course, make_lesson, make_module
from courses.working_copies import AlreadySaved, Subject

pytestmark = pytest.mark.django_db

LESSON = Subject("courses.lesson", 7)


def editor(name: str = "ana") -> User:
    return User.objects.get_or_create(username=name, defaults={"is_staff": True})[0]


def wait(minutes: float) -> None:
    """Let the rows be older."""
    earlier = timedelta(minutes=minutes)
    for row in WorkingCopy.objects.all():
        row.opened_at -= earlier
        row.seen_at -= earlier
        row.changed_at = row.changed_at and row.changed_at - earlier
        row.save()


def unsaved(name: str = "ana", subject: Subject = LESSON) -> list[dict]:
    return [row.content for row in working_copies.unsaved(subject=subject, editor=editor(name))]


def test_the_newest_text_replaces_the_one_before():
    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["One"]})
    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["Two"], "hints-0": ["Think."]})

    assert WorkingCopy.objects.count() == 1
    assert unsaved() == [{"title": ["Two"], "hints-0": ["Think."]}]
    assert unsaved("ben") == []
    assert unsaved(subject=Subject("courses.lesson", 8)) == []


def test_text_of_another_form_stays_until_it_is_discarded():
    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["Work of a day"]}, form="a")
    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["W"]}, form="b")

    assert unsaved() == [{"title": ["W"]}, {"title": ["Work of a day"]}]

    working_copies.discard(subject=LESSON, editor=editor(), form="b")
    assert unsaved() == [{"title": ["Work of a day"]}]


def test_what_comes_after_something_newer_is_ignored():
    for number, title in ((1, "One"), (3, "Three"), (2, "Two")):
        working_copies.keep(subject=LESSON, editor=editor(), content={"title": [title]}, form="a", number=number)

    assert unsaved() == [{"title": ["Three"]}]


def test_rows_without_a_text_are_kept_for_a_day():
    working_copies.open_form(subject=LESSON, editor=editor(), form="a")
    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["One"]}, form="b")
    wait(minutes=25 * 60)
    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["Two"]}, form="c")

    assert set(WorkingCopy.objects.values_list("form", flat=True)) == {"b", "c"}


def test_what_a_saved_form_still_sends_is_not_unsaved():
    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["One"]}, form="a")
    working_copies.discard(subject=LESSON, editor=editor(), form="a")

    with pytest.raises(AlreadySaved):
        working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["One"]}, form="a")
    assert unsaved() == []

    working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["Next"]}, form="b")
    assert unsaved() == [{"title": ["Next"]}]


def test_form_that_was_saved_before_its_first_autosave_came_is_over_too():
    working_copies.discard(subject=LESSON, editor=editor(), form="a")

    with pytest.raises(AlreadySaved):
        working_copies.keep(subject=LESSON, editor=editor(), content={"title": ["One"]}, form="a")


def test_others_are_told_since_when_the_form_is_open():
    working_copies.open_form(subject=LESSON, editor=editor("ana"))
    wait(minutes=1)
    working_copies.open_form(subject=LESSON, editor=editor("ana"))

    (ana,) = working_copies.others(subject=LESSON, editor=editor("ben"))
    assert (ana.name, ana.is_open, ana.unsaved_at) == ("ana", True, None)
    assert timedelta(seconds=59) < now() - ana.since < timedelta(seconds=90)
    assert working_copies.others(subject=LESSON, editor=editor("ana")) == []


def test_a_form_that_was_closed_and_opened_again_is_open_since_then():
    working_copies.open_form(subject=LESSON, editor=editor("ana"))
    wait(minutes=30)
    assert working_copies.others(subject=LESSON, editor=editor("ben")) == []

    working_copies.open_form(subject=LESSON, editor=editor("ana"))

    (ana,) = working_copies.others(subject=LESSON, editor=editor("ben"))
    assert now() - ana.since < timedelta(minutes=1)


def test_unsaved_text_is_told_of_for_a_day_after_the_form_was_left():
    working_copies.keep(subject=LESSON, editor=editor("ana"), content={"title": ["One"]})
    working_copies.close_form(subject=LESSON, editor=editor("ana"), form="")

    (ana,) = working_copies.others(subject=LESSON, editor=editor("ben"))
    assert (ana.is_open, ana.unsaved_at is not None) == (False, True)

    wait(minutes=25 * 60)
    assert working_copies.others(subject=LESSON, editor=editor("ben")) == []
    assert unsaved("ana") == [{"title": ["One"]}]


def test_editor_with_two_forms_is_named_once():
    for form in ("a", "b"):
        working_copies.open_form(subject=LESSON, editor=editor("ana"), form=form)
    working_copies.keep(subject=LESSON, editor=editor("ana"), content={"title": ["One"]}, form="b")

    (ana,) = working_copies.others(subject=LESSON, editor=editor("ben"))
    assert (ana.is_open, ana.unsaved_at is not None) == (True, True)


def test_a_row_that_is_being_added_is_nobody_elses():
    working_copies.keep(subject=Subject("courses.lesson"), editor=editor("ana"), content={"title": ["New"]})

    assert working_copies.others(subject=Subject("courses.lesson"), editor=editor("ben")) == []


def test_copies_go_with_the_lesson_and_with_the_editor():
    lesson = make_lesson(make_module(make_course()), published=False)
    working_copies.keep(subject=Subject.of(lesson), editor=editor("ana"), content={"title": ["One"]})
    working_copies.keep(subject=LESSON, editor=editor("ben"), content={"title": ["Two"]})

    lesson.delete()
    assert WorkingCopy.objects.count() == 1
    editor("ben").delete()
    assert WorkingCopy.objects.count() == 0
