"""How far a learner is, and where to go on."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from courses.models import Course, Lesson
from courses.outline import store_outline
from courses.publishing import archive_lesson, unpublish_lesson
from exercises.course_progress import continuation_of, progress_in
from exercises.models import Exercise, ExerciseVersion, LessonDone, Owner, Run
from exercises.owners import GUEST
from exercises.progress import mark_lesson
from exercises.tests.builders import (
    guest,
    make_course,
    make_exercise,
    make_lesson,
    make_run,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db
DONE = Run.Status.DONE


def published_again(exercise, **columns):
    """The exercise with a newer version that learners see."""
    kept = {name: getattr(exercise.published, name) for name in ("title", "framework", "starter", "solution", "cases")}
    exercise.draft = exercise.published = ExerciseVersion.objects.create(
        exercise=exercise, number=exercise.published.number + 1, content_hash="1" * 64, **{**kept, **columns}
    )
    exercise.save()
    return exercise


def passed(exercise, owner):
    return make_run(make_submission(owner=owner, exercise=exercise), DONE)


@pytest.fixture
def course():
    """Three lessons; the first has two exercises, the second one."""
    first, second, third = (make_lesson(slug) for slug in ("first", "second", "third"))
    for position, lesson in enumerate([first, second, third]):
        lesson.position = position
        lesson.save()
    for slug, lesson, position in (("a", first, 1), ("b", first, 2), ("c", second, 1)):
        exercise = make_exercise(slug, lesson=lesson)
        exercise.position = position
        exercise.save()
    return first.course


def exercise_of(course, slug):
    return Exercise.objects.get(lesson__course=course, slug=slug)


def lesson_of(course, slug):
    return Lesson.objects.get(course=course, slug=slug)


def progress_now(course, owner):
    (progress,) = progress_in([course], owner)
    return progress


def test_percentage_counts_lessons_and_exercises_alike(course):
    owner = guest()
    passed(exercise_of(course, "a"), owner)
    make_run(make_submission(owner=owner, exercise=exercise_of(course, "b")))
    mark_lesson(owner=owner, lesson=lesson_of(course, "third"), is_done=True)

    (progress,) = progress_in([course], owner)

    assert [(item.exercise.slug, item.state) for item in progress.exercises] == [
        ("a", "passed"), ("b", "tried"), ("c", "new")
    ]  # fmt: skip
    assert [item.is_finished for item in progress.lessons] == [False, False, True]
    assert progress.percent == 100 * 2 // 6


def test_hundred_percent_means_all(course):
    owner = guest()
    for slug in "abc":
        passed(exercise_of(course, slug), owner)
    for slug in ("first", "second"):
        mark_lesson(owner=owner, lesson=lesson_of(course, slug), is_done=True)
    (almost,) = progress_in([course], owner)
    mark_lesson(owner=owner, lesson=lesson_of(course, "third"), is_done=True)
    (all_of_it,) = progress_in([course], owner)

    assert (almost.percent, all_of_it.percent) == (83, 100)
    assert continuation_of(owner, [all_of_it]) is None


def test_passed_stays_passed_when_the_exercise_changes(course):
    owner = guest()
    exercise = exercise_of(course, "a")
    passed(exercise, owner)
    published_again(exercise)
    (before,) = progress_in([course], owner)
    passed(exercise, owner)
    (after,) = progress_in([course], owner)

    seen = [(item.state, item.passed_version, item.has_changed) for item in (before.exercises[0], after.exercises[0])]
    assert seen == [("passed", 1, True), ("passed", 2, False)]


@pytest.mark.parametrize(
    ("activity", "goes_on_with"),
    [
        ([], None),
        (["tried a"], "A"),  # not passed yet
        (["passed a"], "B"),  # the lesson's next exercise, though the lesson is not marked
        (["passed b"], "Second"),
        (["done first"], "A"),
        (["passed c", "done second", "done third"], "First"),  # nothing is open after it
        (["done third", "tried c"], "C"),  # the newest counts
        (["tried c", "done first"], "A"),
    ],
)
def test_continuation_is_the_next_unfinished_step_after_the_last_activity(course, activity, goes_on_with):
    owner = guest()
    for number, (what, slug) in enumerate(text.split() for text in activity):
        moment = now() - timedelta(hours=10 - number)
        if what == "done":
            LessonDone.objects.create(**owner.columns, lesson=lesson_of(course, slug), done_at=moment)
        else:
            run = make_run(make_submission(owner=owner, exercise=exercise_of(course, slug)), DONE)
            run.submission.__class__.objects.filter(pk=run.submission_id).update(created_at=moment)
            if what == "tried":
                Run.objects.filter(pk=run.pk).update(verdict="failed", reason="mismatch")

    found = continuation_of(owner, progress_in([course], owner))

    assert (found and found.step.title) == goes_on_with


def test_continuation_leads_into_published_courses_only(course):
    owner = guest()
    passed(exercise_of(course, "a"), owner)
    course.published_at = None
    course.save()

    assert continuation_of(owner, progress_in(Course.objects.published(), owner)) is None


@pytest.mark.parametrize("hide", [unpublish_lesson, archive_lesson])
def test_an_exercise_whose_lesson_is_hidden_does_not_count_and_nothing_leads_to_it(client, course, hide):
    owner = guest()
    hidden = make_exercise("hidden", lesson=make_lesson("hidden", course=course))
    for exercise in Exercise.objects.exclude(pk=hidden.pk):
        passed(exercise, owner)
    for lesson in Lesson.objects.exclude(pk=hidden.lesson_id):
        mark_lesson(owner=owner, lesson=lesson, is_done=True)
    before = progress_in([course], owner)[0]
    hide(lesson=hidden.lesson)
    course = Course.objects.get(pk=course.pk)

    after = progress_in([course], owner)[0]

    assert before.percent < 100
    assert (after.percent, after.exercises_total) == (100, before.exercises_total - 1)
    assert (after.first_unfinished, continuation_of(owner, [after])) == (None, None)
    assert "/exercises/hidden/" not in client.get("/").content.decode() + client.get("/progress/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_progress_page_needs_the_same_queries_for_any_number_of_courses(client, count, django_assert_num_queries):
    for number in range(count):
        lesson = make_lesson(course=make_course(f"course-{number}"))
        make_exercise(f"exercise-{number}", lesson=lesson)
        store_outline(lesson.course_id)

    with django_assert_num_queries(1):  # courses with their outlines
        page = client.get("/progress/")

    assert len(page.context["courses"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_home_page_needs_the_same_queries_for_any_number_of_courses(client, count, django_assert_num_queries):
    for number in range(count):
        lesson = make_lesson(course=make_course(f"course-{number}"))
        owner = guest()
        passed(make_exercise(f"exercise-{number}", lesson=lesson), owner)
        store_outline(lesson.course_id)
    session = client.session
    session[GUEST] = str(owner.guest)
    session.save()

    with django_assert_num_queries(6):  # session; courses with their outlines; progress; the last activity: 2; answers
        page = client.get("/")

    assert page.content.decode().count('class="course-item"') == count


def test_progress_and_home_page_show_a_guest_where_to_go_on(client, course):
    owner = guest()
    session = client.session
    session[GUEST] = str(owner.guest)
    session.save()
    exercise = exercise_of(course, "a")
    passed(exercise, owner)
    published_again(exercise)

    page, home, solving = (client.get(path) for path in ("/progress/", "/", "/exercises/a/"))

    assert page.context["left_off"].step.url == "/exercises/b/"
    assert page["Cache-Control"] == "private, no-store"
    assert page.content.decode().count("Newer version") == 1
    assert 'href="/exercises/b/" lang="en">B</a>' in " ".join(home.content.decode().split())
    assert "Continue where you left off" in home.content.decode()
    assert (solving.context["passed_version"], solving.context["has_changed_since"]) == (1, True)
    assert "it stays passed" in solving.content.decode()


def test_the_page_of_a_course_goes_on_where_the_others_do_and_where_this_course_was_left(client, course):
    owner = guest()
    session = client.session
    session[GUEST] = str(owner.guest)
    session.save()
    passed(exercise_of(course, "a"), owner)

    def continues():
        return f"Continue: {client.get('/progress/').context['left_off'].step.title}"

    assert continues() == "Continue: B"  # and not the lesson before it, which is not marked as done
    assert "Continue: B" in client.get(course.get_absolute_url()).content.decode()
    elsewhere = make_exercise("elsewhere", lesson=make_lesson("other", course=make_course("other")))
    make_exercise("further", lesson=elsewhere.lesson)
    passed(elsewhere, owner)
    assert continues() == "Continue: Further"
    assert "Continue: B" in client.get(course.get_absolute_url()).content.decode()


def test_a_visitor_who_did_nothing_is_not_told_to_continue(client, course):
    assert "Continue where you left off" not in client.get("/").content.decode()
    assert client.get("/progress/").context["left_off"] is None
    assert "sessionid" not in client.cookies


def test_an_attempt_at_an_older_version_says_so(client, course):
    run = passed(exercise_of(course, "a"), guest())
    path = run.submission.get_absolute_url()
    before = client.get(path).content.decode()
    published_again(exercise_of(course, "a"))
    after = client.get(path).content.decode()

    assert ("There is a newer version now" in before, "There is a newer version now" in after) == (False, True)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("reader", "queries"), [("visitor", 1), ("guest", 3), ("account", 4)])
def test_lesson_needs_few_queries_for_any_number_of_lessons(client, count, reader, queries, django_assert_num_queries):
    owner = guest()
    if reader == "account":
        user = make_user()
        client.force_login(user)
        owner = Owner(user_id=user.pk)
    elif reader == "guest":
        session = client.session
        session[GUEST] = str(owner.guest)
        session.save()
    for number in range(count):
        lesson = make_lesson(f"lesson-{number}")
        passed(make_exercise(f"exercise-{number}", lesson=lesson), owner)
        mark_lesson(owner=owner, lesson=lesson, is_done=True)
    store_outline(lesson.course_id)

    with django_assert_num_queries(queries):  # the lesson; session and progress; the account
        page = client.get(lesson.get_absolute_url())

    assert page.content.decode().count("outline-lesson--done") == (0 if reader == "visitor" else count + 1)


@pytest.mark.parametrize(
    ("done", "after_first"),
    [
        ([], ("A", True)),
        (["a"], ("B", True)),
        (["a", "b"], ("Second", False)),
        (["a", "b", "second"], ("C", True)),
        (["a", "b", "second", "c", "third"], ("Second", False)),  # all is done: the next lesson
    ],
)
def test_next_step_of_a_lesson_is_the_next_unfinished_one(course, done, after_first):
    owner = guest()
    for slug in done:
        if len(slug) == 1:
            passed(exercise_of(course, slug), owner)
        else:
            mark_lesson(owner=owner, lesson=lesson_of(course, slug), is_done=True)

    step = progress_now(course, owner).after(lesson_of(course, "first").pk)

    assert (step.title, step.is_practice) == after_first


def test_after_the_last_step_there_is_none(course):
    assert progress_now(course, None).after(lesson_of(course, "third").pk) is None
