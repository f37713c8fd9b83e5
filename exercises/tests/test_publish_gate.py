"""Nothing is published by any way but with a green check of exactly that version."""

from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from courses.publishing import PublishRefused
from exercises.checking import request_check
from exercises.checking_here import check_here
from exercises.models import Exercise, ExerciseCheck, Family
from exercises.tests.builders import make_lesson
from exercises.tests.content import FAMILY, content, write_exercises
from exercises.tests.test_admin import messages_of, open_form, staff
from exercises.versions import (
    NotChecked,
    publish_exercise,
    publish_family,
    restore_exercise_version,
    save_exercise_draft,
    save_family,
)

pytestmark = pytest.mark.django_db
Status = ExerciseCheck.Status


@pytest.fixture
def exercise():
    """Version 1 is published and was checked, version 2 is the draft and was not."""
    exercise = Exercise.objects.create(lesson=make_lesson(), slug="health")
    check_here(save_exercise_draft(exercise=exercise, content=content()))
    publish_exercise(exercise=exercise)
    save_exercise_draft(exercise=exercise, content=content(title="Better"))
    return exercise


def published(exercise):
    exercise.refresh_from_db()
    return exercise.published.number


@pytest.mark.parametrize(
    ("checks", "is_open"),
    [
        ([], False),
        ([Status.PASSED], True),
        ([Status.PENDING], False),
        ([Status.FAILED], False),
        ([Status.UNAVAILABLE], False),
        ([Status.CANCELLED], False),
        ([Status.PASSED, Status.FAILED], False),  # the newest counts
        ([Status.PASSED, Status.PENDING], False),
        ([Status.FAILED, Status.PASSED], True),
    ],
)
def test_service_asks_for_the_newest_check_of_this_version(exercise, checks, is_open):
    for status in checks:
        ExerciseCheck.objects.create(version=exercise.draft, status=status)

    if is_open:
        publish_exercise(exercise=exercise)
    else:
        with pytest.raises(NotChecked):
            publish_exercise(exercise=exercise)

    assert published(exercise) == (2 if is_open else 1)


def test_a_green_check_of_another_version_opens_nothing(exercise):
    check_here(exercise.draft)
    newer = save_exercise_draft(exercise=exercise, content=content(title="Better still"))

    with pytest.raises(NotChecked):
        publish_exercise(exercise=exercise)
    assert published(exercise) == 1
    check_here(newer)
    publish_exercise(exercise=exercise)

    assert published(exercise) == 3


def test_a_version_that_is_saved_while_the_check_goes_on_is_not_published_with_it(exercise):
    check = request_check(version=exercise.draft)
    save_exercise_draft(exercise=exercise, content=content(title="Better still"))
    ExerciseCheck.objects.filter(pk=check.pk).update(status=Status.PASSED)

    with pytest.raises(NotChecked):
        publish_exercise(exercise=exercise)

    assert published(exercise) == 1


def test_what_is_restored_is_a_version_of_its_own_and_has_to_be_checked(exercise):
    check_here(exercise.draft)
    restored = restore_exercise_version(version=exercise.published)
    exercise.refresh_from_db()

    assert restored.content_hash == exercise.published.content_hash
    with pytest.raises(NotChecked):
        publish_exercise(exercise=exercise)


def test_members_of_a_family_are_each_checked(exercise):
    family = Family(course=exercise.lesson.course, slug="shared")
    save_family(family=family, cases_toml=FAMILY)
    member = content(cases_toml="", family=family, params={"answer": True}, wrong={})
    check_here(save_exercise_draft(exercise=exercise, content=member))
    publish_family(family=family)
    assert published(exercise) == 3

    save_family(family=family, cases_toml=FAMILY.replace("The body", "A body"))  # a version 4, which nobody has run

    with pytest.raises(PublishRefused, match=r"^health: Check the draft"):
        publish_family(family=family)
    assert published(exercise) == 3


@pytest.mark.parametrize("button", ["form", "action", "family"])
def test_no_button_of_the_admin_gets_by(client, exercise, button):
    client.force_login(staff("publisher", "view_family", "change_family"))
    family = Family(course=exercise.lesson.course, slug="shared")
    save_family(family=family, cases_toml=FAMILY)
    save_exercise_draft(
        exercise=exercise, content=content(cases_toml="", family=family, params={"answer": True}, wrong={})
    )

    def press():
        if button == "form":
            address = reverse("admin:exercises_exercise_change", args=[exercise.pk])
            return client.post(address, open_form(client, exercise) | {"_publish": "1"}, follow=True)
        model, action, row = {
            "action": ("exercise", "publish", exercise),
            "family": ("family", "publish_members", family),
        }[button]
        address = reverse(f"admin:exercises_{model}_changelist")
        return client.post(address, {"action": action, "_selected_action": [row.pk]}, follow=True)

    refused = press()
    assert published(exercise) == 1
    assert "Check the draft in the sandbox first" in messages_of(refused)[-1]
    exercise.refresh_from_db()
    check_here(exercise.draft)
    press()

    assert published(exercise) == 3


def load(folder, *options):
    """What load_course says of what it did not publish."""
    err = StringIO()
    call_command("load_course", str(folder), *options, stdout=StringIO(), stderr=err, no_color=True)
    return err.getvalue()


def test_load_course_publishes_a_folder_only_as_far_as_it_was_checked(tmp_path):
    folder = write_exercises(tmp_path)

    said = load(folder, "--publish")
    assert "NOT PUBLISHED: the sandbox has not shown that exercises/alone is sound as it is now." in said
    assert Exercise.objects.get(slug="alone").published is None
    call_command("check_exercises", "alone", stdout=StringIO())
    said = load(folder, "--publish")

    assert (said, Exercise.objects.get(slug="alone").published.number) == ("", 1)


def test_load_course_does_not_take_an_old_check_for_new_files(tmp_path):
    folder = write_exercises(tmp_path)
    load(folder)
    call_command("check_exercises", "alone", stdout=StringIO())
    prompt = folder / "exercises" / "alone" / "prompt.md"
    prompt.write_text("Answer `GET /health`, and nothing else.\n")

    said = load(folder, "--publish")

    assert "exercises/alone" in said
    assert Exercise.objects.get(slug="alone").published is None


def test_load_course_takes_the_word_of_ci_for_the_courses_that_are_shipped():
    folder = (
        settings.BASE_DIR
        / "courses"
        / "content"
        / (settings.BASE_DIR / "courses" / "content" / "order.txt").read_text().split()[0]
    )

    said = load(folder, "--publish")

    assert (said, Exercise.objects.filter(published__isnull=True, held_back=False).count()) == ("", 0)
