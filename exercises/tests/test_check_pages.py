"""What staff see of a check, and what they can do about it."""

import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from courses.action_log import sentence_of
from exercises.checking import request_check, request_course_check
from exercises.checking_here import check_here
from exercises.models import CourseCheck, Exercise, ExerciseCheck, Run
from exercises.tasks import judge_next
from exercises.tests.builders import make_lesson
from exercises.tests.content import SOLUTION, content
from exercises.tests.test_admin import messages_of, open_form, staff
from exercises.tests.test_checking import work_off
from exercises.versions import publish_exercise, save_exercise_draft

pytestmark = pytest.mark.django_db
PANEL = re.compile(r'<section class="result result--\w+.*?</section>', re.DOTALL)


@pytest.fixture
def exercise() -> Exercise:
    exercise = Exercise.objects.create(lesson=make_lesson(), slug="health")
    save_exercise_draft(exercise=exercise, content=content())
    return exercise


@pytest.fixture
def publisher(client):
    user = staff("publisher")
    client.force_login(user)
    return user


def url(name: str, *arguments: object) -> str:
    return reverse(f"admin:exercises_exercise_{name}", args=arguments)


def text_of(response) -> str:
    """The words of a page, as one reads them."""
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_the_button_of_the_form_saves_checks_and_leads_to_the_check(client, publisher, exercise):
    form = open_form(client, exercise) | {"title": "Better", "_check": "1"}

    response = client.post(url("change", exercise.pk), form)

    check = ExerciseCheck.objects.get()
    exercise.refresh_from_db()
    assert (check.version, check.version.title, check.created_by) == (exercise.draft, "Better", publisher)
    assert response["Location"] == url("check", exercise.pk, check.pk)
    assert "Check of version 2 in the sandbox asked for." in map(sentence_of, LogEntry.objects.all())
    shown = client.get(response["Location"])
    assert "0 of 5 runs are done" in text_of(shown)
    assert f'<meta http-equiv="refresh" content="2; url={shown.wsgi_request.path}">' in shown.content.decode()


def test_each_program_has_the_panel_of_a_learner(client, publisher, exercise):
    save_exercise_draft(exercise=exercise, content=content(solution={"main.py": SOLUTION.replace("True", "1")}))
    check = check_here(exercise.draft)

    page = client.get(url("check", exercise.pk, check.pk))

    panels = PANEL.findall(page.content.decode())
    words = text_of(page)
    assert len(panels) == 3
    assert 'data-outcome="fail"' in panels[0]
    assert "<mark>1</mark>" in panels[0]
    assert 'data-outcome="unfinished"' in panels[1]
    assert "1 program does not do what it should" in words
    assert (
        "The reference must pass every case, whatever the random values are. It failed at: The body says ok." in words
    )
    assert '<meta http-equiv="refresh"' not in page.content.decode()


def test_the_form_names_what_each_program_did_and_links_to_it(client, publisher, exercise):
    check = check_here(exercise.draft)

    page = client.get(url("change", exercise.pk)).content.decode()

    assert f'<a href="{url("check", exercise.pk, check.pk)}#program-1">Reference</a>' in page
    assert page.count("<td>As it should be</td>") == 3


def test_what_an_author_wrote_is_escaped(client, publisher, exercise):
    save_exercise_draft(
        exercise=exercise, content=content(wrong={"a.py": "# fails: The body says ok\nprint('<script>')\n"})
    )
    check = check_here(exercise.draft)

    page = client.get(url("check", exercise.pk, check.pk)).content.decode()

    assert "print(&#x27;&lt;script&gt;&#x27;)" in page
    assert "print('<script>')" not in page


def test_the_live_part_is_sent_again_only_when_it_has_changed(client, publisher, exercise):
    check = request_check(version=exercise.draft)
    address = f"{url('check', exercise.pk, check.pk)}?part=live"

    first = client.get(address)
    same = client.get(address, headers={"If-None-Match": first["ETag"]})
    Run.objects.filter(pk=check.runs.first().pk).cancel_all()
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, same.status_code, changed.status_code) == (200, 304, 200)
    assert first["Retry-After"] == "1"
    assert first.content.decode().strip().startswith("<section data-live-result")


def test_a_check_is_stopped_resumed_and_done_again(client, publisher, exercise):
    check = request_check(version=exercise.draft)

    def act(name, *more):
        response = client.post(url(f"check_{name}", exercise.pk, *more), follow=True)
        check.refresh_from_db()
        return check.status, messages_of(response)

    assert act("stop", check.pk) == ("cancelled", [])
    assert act("stop", check.pk) == ("cancelled", ["It has already come to its end."])
    assert act("resume", check.pk) == ("pending", [])
    assert act("resume", check.pk) == ("pending", ["There is nothing left of it to run."])
    assert act("start") == ("pending", [])  # the one that is under way
    act("stop", check.pk)
    act("start")
    assert ExerciseCheck.objects.count() == 2
    logged = [sentence_of(entry) for entry in LogEntry.objects.filter(user=publisher)]
    assert {"Check of version 1 stopped.", "Check of version 1 resumed."} <= set(logged)


@pytest.mark.parametrize(
    ("role", "look", "act"), [("nobody", 403, 403), ("viewer", 200, 403), ("editor", 200, 303), ("publisher", 200, 303)]
)
def test_who_may_check_and_who_may_look(client, exercise, role, look, act):
    check = request_check(version=exercise.draft)
    client.force_login(staff(role))

    statuses = [
        client.get(url("check", exercise.pk, check.pk)).status_code,
        client.post(url("check_start", exercise.pk)).status_code,
        client.post(url("check_stop", exercise.pk, check.pk)).status_code,
        client.post(url("check_resume", exercise.pk, check.pk)).status_code,
    ]

    assert statuses == [look, act, act, act]


def test_a_check_belongs_to_its_exercise_and_is_started_by_post_only(client, publisher, exercise):
    check = request_check(version=exercise.draft)
    other = Exercise.objects.create(lesson=exercise.lesson, slug="other")

    assert client.get(url("check", other.pk, check.pk)).status_code == 404
    assert client.get(url("check_start", exercise.pk)).status_code == 405


def test_a_check_of_an_older_version_says_that_it_publishes_nothing(client, publisher, exercise):
    check = check_here(exercise.draft)
    publish_exercise(exercise=exercise)
    save_exercise_draft(exercise=exercise, content=content(title="Newer"))

    words = text_of(client.get(url("check", exercise.pk, check.pk)))

    assert "It is not the draft any more: before that can be published it has to be checked itself." in words


def test_a_check_whose_programs_were_not_kept_says_so(client, publisher, exercise):
    check = ExerciseCheck.objects.create(version=exercise.draft, status=ExerciseCheck.Status.PASSED)

    words = text_of(client.get(url("check", exercise.pk, check.pk)))

    assert "What each program did was not kept." in words


def course_url(name: str, *arguments: object) -> str:
    return reverse(f"admin:exercises_coursecheck_{name}", args=arguments)


@pytest.fixture
def editor(client):
    user = staff("editor", "view_course", "change_course")
    client.force_login(user)
    return user


def test_one_action_checks_a_whole_course(client, editor, exercise):
    red = Exercise.objects.create(lesson=exercise.lesson, slug="red", position=1)
    save_exercise_draft(exercise=red, content=content(title="Red", starter={"main.py": SOLUTION}, wrong={}))
    course = exercise.lesson.course

    asked = client.post(
        reverse("admin:courses_course_changelist"),
        {"action": "check_exercises", "_selected_action": [course.pk]},
        follow=True,
    )
    course_check = CourseCheck.objects.get()
    page = course_url("change", course_check.pk)
    assert page in messages_of(asked)[0]
    assert '<progress max="9" value="0"' in " ".join(client.get(page).content.decode().split())
    work_off()

    done = client.get(page)
    words = text_of(done)
    assert "1 exercise is not as it should be" in words
    assert words.index("Red") < words.index("A health check")  # what is wrong comes first
    failed = ExerciseCheck.objects.get(version=red.draft)
    assert f'<a href="{failed.get_absolute_url()}" translate="no">Red</a>' in done.content.decode()
    assert "<progress" not in done.content.decode()


def test_a_check_of_a_course_is_stopped_and_goes_on_where_it_was(client, editor, exercise):
    course_check = request_course_check(course=exercise.lesson.course)
    judge_next()

    def act(name):
        response = client.post(course_url(name, course_check.pk), follow=True)
        return text_of(response), messages_of(response)

    assert "Not every exercise could be checked" in act("stop")[0]
    assert act("stop")[1] == ["It has already come to its end."]
    assert "1 of 5 runs are done" in act("resume")[0]
    assert request_course_check(course=exercise.lesson.course) == course_check  # the one that is under way
    work_off()
    assert act("resume")[1] == ["There is nothing left of it to run."]
    act("again")
    assert CourseCheck.objects.count() == 2


@pytest.mark.parametrize(("role", "look", "act"), [("nobody", 403, 403), ("viewer", 200, 403), ("editor", 200, 303)])
def test_who_may_check_a_course(client, exercise, role, look, act):
    course_check = request_course_check(course=exercise.lesson.course)
    client.force_login(staff(role))

    statuses = [
        client.get(course_url("change", course_check.pk)).status_code,
        client.post(course_url("stop", course_check.pk)).status_code,
        client.post(course_url("resume", course_check.pk)).status_code,
        client.post(course_url("again", course_check.pk)).status_code,
    ]

    assert statuses == [look, act, act, act]


@pytest.mark.parametrize("count", [1, 3])
def test_a_check_of_a_course_needs_as_many_queries_for_any_number_of_exercises(
    client, editor, exercise, count, django_assert_num_queries
):
    for number in range(1, count):
        save_exercise_draft(
            exercise=Exercise.objects.create(lesson=exercise.lesson, slug=f"more-{number}"), content=content()
        )
    course_check = request_course_check(course=exercise.lesson.course)

    with django_assert_num_queries(6):  # session, user, permissions (2), the check, its rows
        client.get(f"{course_url('change', course_check.pk)}?part=live")
