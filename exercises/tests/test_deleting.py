"""What can be deleted in the admin, what goes along, and what stays because learners have worked on it."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils.timezone import now

from courses.addresses import rename_course, rename_lesson
from courses.deleting import StillNeeded, delete_row
from courses.images import add_image
from courses.models import Course, CourseImage, Lesson, Module, WorkingCopy
from courses.publishing import archive_course, archive_lesson, unpublish_course, unpublish_lesson
from courses.tests.test_images import picture
from exercises.addresses import rename_exercise
from exercises.deleting import AT_EXERCISES, AT_LESSONS
from exercises.models import (
    Draft,
    Exercise,
    ExerciseCheck,
    ExerciseVersion,
    Family,
    HelpUsed,
    KeptDraft,
    LessonDone,
    OwnedModel,
    Owner,
    ProblemReport,
    Run,
    Submission,
    Trial,
)
from exercises.progress import mark_lesson
from exercises.tests.builders import (
    guest,
    make_check,
    make_course,
    make_exercise,
    make_lesson,
    make_run,
    make_submission,
    make_trial,
    make_user,
)
from exercises.tests.content import FAMILY
from exercises.versions import archive_exercise, save_family, unpublish_exercise

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client) -> User:
    """Signed in, and the author of the course "web"."""
    user = make_user("author", is_staff=True)
    user.groups.add(Group.objects.get(name="Author"))
    (Course.objects.filter(slug="web").first() or make_course()).authors.add(user)
    client.force_login(user)
    return user


def delete_page(row) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_delete", args=[row.pk])


def content_left() -> int:
    return sum(model.objects.count() for model in (Course, Module, Lesson, Exercise, ExerciseVersion, CourseImage))


# --- Refused, with the reason ---


@pytest.mark.parametrize("what", ["course", "lesson", "exercise"])
def test_what_is_published_says_why_it_stays_and_what_to_do(client, author, what):
    exercise = make_exercise()
    row = {"course": exercise.lesson.course, "lesson": exercise.lesson, "exercise": exercise}[what]
    before = content_left()

    shown = client.get(delete_page(row))
    sent = client.post(delete_page(row), {"post": "yes"})
    form = client.get(delete_page(row).replace("delete", "change"))

    text = shown.content.decode()
    assert (shown.status_code, sent.status_code, content_left()) == (200, 409, before)
    assert "cannot be deleted now" in text
    assert "Take it offline first. Or archive it instead" in text
    assert f'href="{delete_page(row).replace("delete", "publishing")}"' in text
    assert f'href="{delete_page(row)}"' in form.content.decode()


def leave_attempt(exercise, owner):
    make_submission(exercise=exercise, owner=owner)


def leave_draft(exercise, owner):
    Draft.objects.create(**owner.columns, exercise=exercise)


def leave_kept_draft(exercise, owner):
    KeptDraft.objects.create(**owner.columns, exercise=exercise, files={}, reason="reset")


def leave_help(exercise, owner):
    HelpUsed.objects.create(**owner.columns, exercise=exercise, hints=1)


def leave_report(exercise, owner):
    ProblemReport.objects.create(**owner.columns, kind="clear", page="/", exercise_version=exercise.draft)


def leave_mark(exercise, owner):
    LessonDone.objects.create(**owner.columns, lesson=exercise.lesson)


def leave_report_of_lesson(exercise, owner):
    ProblemReport.objects.create(**owner.columns, kind="clear", page="/", lesson_version=exercise.lesson.draft)


AT_AN_EXERCISE = [leave_attempt, leave_draft, leave_kept_draft, leave_help, leave_report]
AT_A_LESSON = [leave_mark, leave_report_of_lesson]


def test_everything_that_belongs_to_learners_is_asked_for():
    """A new model of theirs has to be entered in exercises.deleting; trials are deleted after a day anyway."""
    asked = {model for model, _ in [*AT_EXERCISES, *AT_LESSONS]}

    assert set(OwnedModel.__subclasses__()) == asked | {Trial}


@pytest.mark.parametrize("who", ["account", "guest"])
@pytest.mark.parametrize(
    ("what", "leave"),
    [("exercise", leave) for leave in AT_AN_EXERCISE]
    + [("lesson", leave) for leave in AT_A_LESSON]
    + [("course", leave) for leave in AT_AN_EXERCISE + AT_A_LESSON],
)
def test_what_a_learner_has_worked_on_stays_and_nothing_of_theirs_is_lost(client, author, what, leave, who):
    exercise = make_exercise()
    leave(exercise, guest() if who == "guest" else Owner(user_id=make_user().pk))
    course = exercise.lesson.course
    row = {"course": course, "lesson": exercise.lesson, "exercise": exercise}[what]
    published = client.get(delete_page(row)).content.decode()
    unpublish_exercise(exercise=exercise)
    unpublish_lesson(lesson=exercise.lesson)
    unpublish_course(course=course)
    before = content_left()

    offline = client.get(delete_page(row)).content.decode()
    sent = client.post(delete_page(row), {"post": "yes"})

    assert "Archive it instead" in offline
    assert "Take it offline" not in published + offline
    assert (sent.status_code, content_left()) == (409, before)
    with pytest.raises(StillNeeded, match="Learners have worked on it"):
        delete_row(row=row)


@pytest.mark.parametrize("what", ["course", "lesson", "exercise"])
def test_what_was_worked_on_and_is_archived_is_not_to_be_archived_again(client, author, what):
    exercise = make_exercise()
    leave_attempt(exercise, guest())
    leave_mark(exercise, guest())
    archive_exercise(exercise=exercise)
    archive_lesson(lesson=exercise.lesson)
    archive_course(course=exercise.lesson.course)
    row = {"course": exercise.lesson.course, "lesson": exercise.lesson, "exercise": exercise}[what]

    assert "It stays in the archive" in client.get(delete_page(row)).content.decode()


def test_a_lesson_says_that_its_exercises_go_first(client, author):
    exercise = make_exercise(is_published=False)
    unpublish_lesson(lesson=exercise.lesson)

    refused = client.post(delete_page(exercise.lesson), {"post": "yes"})
    client.post(delete_page(exercise), {"post": "yes"})
    done = client.post(delete_page(exercise.lesson), {"post": "yes"})

    assert "Move or delete its exercises first." in refused.content.decode()
    assert (refused.status_code, done.status_code, Lesson.objects.count()) == (409, 302, 0)


def test_an_attempt_that_comes_meanwhile_is_not_lost(client, author, monkeypatch):
    exercise = make_exercise(is_published=False)
    submission = make_submission(exercise=exercise)
    for module in ("courses.deleting", "courses.admin.own"):
        monkeypatch.setattr(f"{module}.why_needed", lambda row: "")
        monkeypatch.setattr(f"{module}.parts_of", lambda row: [])

    answer = client.post(delete_page(exercise), {"post": "yes"}, follow=True)

    assert "Something began to need it meanwhile" in answer.content.decode()
    assert Submission.objects.get() == submission


# --- Done, with what belongs to it ---


def test_an_exercise_that_nobody_tried_goes_with_its_versions_checks_and_runs(client, author):
    exercise = make_exercise(is_published=False)
    make_check(exercise.draft)
    make_trial(owner=guest())
    WorkingCopy.objects.create(
        kind="exercises.exercise", object_id=exercise.pk, editor=author, opened_at=now(), seen_at=now()
    )

    shown = client.get(delete_page(exercise))
    sent = client.post(delete_page(exercise), {"post": "yes"})

    assert dict(shown.context["model_count"]) == {
        "exercises": 1, "versions of exercises": 1, "checks": 1, "runs": 3, "trials": 1,
    }  # fmt: skip
    assert (shown.status_code, sent.status_code) == (200, 302)
    left = [model.objects.count() for model in (Exercise, ExerciseVersion, ExerciseCheck, Run, Trial, WorkingCopy)]
    assert left == [0] * 6


def test_attempts_of_staff_go_along_and_are_counted(client, author):
    exercise = make_exercise()
    submission = make_submission(exercise=exercise, owner=Owner(user_id=author.pk))
    make_run(submission, status=Run.Status.DONE, judged_by=exercise.draft)
    unpublish_exercise(exercise=exercise)

    shown = client.get(delete_page(exercise))
    client.post(delete_page(exercise), {"post": "yes"})

    assert dict(shown.context["model_count"])["submissions"] == 1
    assert (Exercise.objects.count(), Submission.objects.count(), Run.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("state", ["offline", "archived", "only the course is offline"])
@pytest.mark.parametrize("who", ["author", "superuser"])
def test_a_course_that_nobody_worked_on_goes_with_everything_in_it(client, author, state, who):
    exercise = make_exercise()
    course = exercise.lesson.course
    family = save_own_family(course)
    ExerciseVersion.objects.update(family=family)
    add_image(course=course, data=picture(), author=author)
    make_check(exercise.draft)
    make_submission(exercise=exercise, owner=Owner(user_id=author.pk))
    if state == "archived":
        archive_course(course=course)
    else:
        unpublish_course(course=course)
    if state == "offline":
        unpublish_exercise(exercise=exercise)
        unpublish_lesson(lesson=exercise.lesson)
    other = make_exercise("other", lesson=make_lesson("other", course=make_course("other")))
    if who == "superuser":
        client.force_login(User.objects.create_superuser("root"))

    shown = client.get(delete_page(course)).content.decode()
    sent = client.post(delete_page(course), {"post": "yes"})

    assert "Pictures: 1" in shown
    assert (sent.status_code, list(Course.objects.all()), list(Exercise.objects.all())) == (
        302,
        [other.lesson.course],
        [other],
    )
    assert (Lesson.objects.count(), Module.objects.count(), CourseImage.objects.count(), Family.objects.count()) == (
        1,
        1,
        0,
        0,
    )


def test_what_goes_along_is_called_as_staff_call_it(client, author):
    exercise = make_exercise()
    course, lesson = exercise.lesson.course, exercise.lesson
    rename_exercise(exercise=exercise, slug="newer")
    rename_lesson(lesson=lesson, slug="newer")
    rename_course(course=course, slug="newer")
    mine = Owner(user_id=author.pk)
    Draft.objects.create(**mine.columns, exercise=exercise, files={}, version=1)
    mark_lesson(owner=mine, lesson=lesson, is_done=True)
    unpublish_course(course=course)

    shown = client.get(delete_page(course))

    assert dict(shown.context["model_count"]) == {
        "courses": 1, "modules": 1, "lessons": 1, "versions of lessons": 1, "exercises": 1, "versions of exercises": 1,
        "old addresses, which then lead nowhere": 3, "notes and drafts of staff who tried it": 2,
    }  # fmt: skip


def save_own_family(course: Course) -> Family:
    family = Family(course=course, slug="shared")
    save_family(family=family, cases_toml=FAMILY)
    return family


def test_a_family_stays_for_earlier_versions_and_for_other_courses(client):
    client.force_login(User.objects.create_superuser("root"))
    exercise = make_exercise("user", lesson=make_lesson(course=make_course("other")), is_published=False)
    course = make_course("owner", is_published=False)
    family = save_own_family(course)
    ExerciseVersion.objects.update(family=family)
    used = client.get(delete_page(family)).content.decode()
    Exercise.objects.update(draft=None)
    earlier = client.get(delete_page(family)).content.decode()
    of_course = client.get(delete_page(course)).content.decode()
    delete_row(row=exercise)

    assert "Give its exercises other cases first." in used
    assert "as long as these exercises do: user." in earlier
    assert "Exercises of other courses take their cases from its families. Delete these first: user." in of_course
    assert client.post(delete_page(family), {"post": "yes"}).status_code == 302
