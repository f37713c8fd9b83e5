"""How staff choose attempts, look at the preview, and apply it."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, now

from courses.action_log import sentence_of
from exercises.models import Rejudging, Run, Submission
from exercises.tests.builders import guest, make_exercise, make_run, make_submission, make_user
from exercises.tests.test_admin import messages_of
from exercises.tests.test_check_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def exercise():
    return make_exercise()


def judge(client, *permissions):
    user = make_user("judge", is_staff=True)
    names = ["edit_every_course", "view_exercise", "change_exercise", "view_submission", *permissions]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return user


def url(name, *arguments):
    return reverse(f"admin:exercises_{name}", args=arguments)


def judged(exercise, verdict="failed", days_ago=0):
    attempt = make_submission(owner=guest(), exercise=exercise)
    Submission.objects.filter(pk=attempt.pk).update(created_at=now() - timedelta(days=days_ago))
    make_run(attempt, "done", verdict=verdict)
    return attempt


def end(rejudging, verdict="passed"):
    """As a worker would."""
    rejudging.runs.update(status="done", verdict=verdict, started_at=now(), finished_at=now())


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({}, 3),
        ({"verdicts": ["failed"]}, 2),
        ({"verdicts": ["passed", "timed_out"]}, 1),
        ({"since": 3}, 2),
        ({"until": 3}, 1),
        ({"verdicts": ["failed"], "since": 3}, 1),
        ({"verdicts": ["crashed"]}, 0),
    ],
)
def test_attempts_are_chosen_by_verdict_and_day(client, exercise, chosen, expected):
    judge(client, "add_rejudging")
    for verdict, days in (("failed", 0), ("passed", 0), ("failed", 10)):
        judged(exercise, verdict, days)
    judged(make_exercise("other", cases=exercise.draft.cases))
    data = {
        name: (now() - timedelta(days=value)).date().isoformat() if isinstance(value, int) else value
        for name, value in chosen.items()
    }

    response = client.post(url("exercise_rejudge", exercise.pk), {"against": "published", "note": "Case 2", **data})

    if not expected:
        assert response.status_code == 422
        assert messages_of(response) == ["None of these attempts can be judged again."]
        return
    rejudging = Rejudging.objects.get()
    assert (response.status_code, response["Location"]) == (303, url("rejudging_change", rejudging.pk))
    assert (rejudging.runs.count(), rejudging.note) == (expected, "Case 2")


def test_a_preview_is_shown_applied_and_logged(client, exercise):
    user = judge(client, "add_rejudging", "change_rejudging")
    attempt = judged(exercise)
    client.post(url("exercise_rejudge", exercise.pk), {"against": "published", "version": exercise.draft.pk})
    rejudging = Rejudging.objects.get()
    page = url("rejudging_change", rejudging.pk)
    waiting = client.get(page)
    assert "0 of 1 attempts are judged" in text_of(waiting)
    assert url("rejudging_apply", rejudging.pk) not in waiting.content.decode()
    end(rejudging)

    shown = client.get(page)
    assert "1 verdict would change" in text_of(shown)
    assert "Failed Passed 1" in text_of(shown)
    assert attempt.get_absolute_url() in shown.content.decode()
    applied = client.post(url("rejudging_apply", rejudging.pk), follow=True)

    assert messages_of(applied) == ["1 attempt has its new result."]
    assert "Applied: 1 verdict changed" in text_of(applied)
    assert Submission.objects.get(pk=attempt.pk).current_run.verdict == "passed"
    assert "Applied to 1 attempts." in map(sentence_of, LogEntry.objects.filter(user=user))
    said = (
        f"Judged again on {date_format(localtime())}, because something was mended. What you had passed stays passed."
    )
    learner = text_of(client.get(attempt.get_absolute_url()))
    assert learner.count(said) == 1
    assert said in text_of(client.get(reverse("exercises:panel", args=[attempt.uuid])))
    assert "Judged again" not in text_of(client.get(judged(exercise).get_absolute_url()))
    again = client.post(url("rejudging_apply", rejudging.pk), follow=True)
    assert "already" in messages_of(again)[0]


@pytest.mark.parametrize("until", ["9999-12-31", "0001-01-01"])
def test_days_may_be_any_that_there_are(client, exercise, until):
    judge(client, "add_rejudging")
    judged(exercise)

    response = client.post(url("exercise_rejudge", exercise.pk), {"against": "published", "until": until})

    assert response.status_code == (303 if until == "9999-12-31" else 422)


@pytest.mark.parametrize("kind", ["rejudging", "coursecheck"])
def test_an_address_without_a_number_is_no_page(client, exercise, kind):
    judge(client, "add_rejudging", "change_rejudging")

    assert client.get(f"/admin/exercises/{kind}/abc/change/").status_code == 404


def test_a_preview_is_discarded(client, exercise):
    judge(client, "add_rejudging", "change_rejudging")
    attempt = judged(exercise)
    client.post(url("exercise_rejudge", exercise.pk), {"against": "same"})
    rejudging = Rejudging.objects.get()

    done = client.post(url("rejudging_discard", rejudging.pk), follow=True)

    assert "Discarded: every attempt has kept its result" in text_of(done)
    assert Submission.objects.get(pk=attempt.pk).current_run.verdict == "failed"
    assert "Discarded" in text_of(client.get(url("rejudging_changelist")))


@pytest.mark.parametrize(("action", "against"), [("judge_by_published", "published"), ("judge_by_same", "same")])
def test_the_actions_of_attempts_lead_to_a_preview(client, exercise, action, against):
    judge(client, "add_rejudging")
    attempt, _other = judged(exercise), judged(exercise)

    response = client.post(url("submission_changelist"), {"action": action, "_selected_action": [attempt.pk]})

    rejudging = Rejudging.objects.get()
    assert (rejudging.against, [run.submission_id for run in rejudging.runs.all()]) == (against, [attempt.pk])
    assert response["Location"] == url("rejudging_change", rejudging.pk)
    assert Run.objects.counting().count() == 2


@pytest.mark.parametrize(
    ("permissions", "choose", "look", "act"),
    [
        ([], 403, 403, 403),
        (["view_rejudging"], 403, 200, 403),
        (["add_rejudging"], 200, 200, 403),
        (["add_rejudging", "change_rejudging"], 200, 200, 303),
    ],
)
def test_who_may_judge_again_and_who_may_look(client, exercise, permissions, choose, look, act):
    judge(client, "add_rejudging")
    judged(exercise)
    client.post(url("exercise_rejudge", exercise.pk), {"against": "same"})
    rejudging = Rejudging.objects.get()
    client.logout()
    Permission.objects.get(codename="add_rejudging").user_set.clear()
    other = make_user("other", is_staff=True)
    other.user_permissions.set(
        Permission.objects.filter(codename__in=["edit_every_course", "view_exercise", *permissions])
    )
    client.force_login(other)

    statuses = [
        client.get(url("exercise_rejudge", exercise.pk)).status_code,
        client.get(url("rejudging_change", rejudging.pk)).status_code,
        client.post(url("rejudging_discard", rejudging.pk)).status_code,
        client.post(url("rejudging_apply", rejudging.pk)).status_code,
    ]

    assert statuses == [choose, look, act, act]
