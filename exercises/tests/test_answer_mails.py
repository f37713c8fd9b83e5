"""Learners with a confirmed address get a mail when staff answers them, unless they do not want it."""

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils.timezone import now

from exercises import answer_mails
from exercises.answer_mails import MAX_TRIES, send_due, token_of
from exercises.answering import answer
from exercises.conversations import answer_entry, mark_seen
from exercises.models import AnswerMailsOff, EntryMessage, Owner
from exercises.tests.answer_content import RIGHT, make_answered
from exercises.tests.builders import guest, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    user = make_user("ana")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def reviewer():
    return make_user("reviewer", is_staff=True)


@pytest.fixture
def attempt(ana):
    return answer(owner=Owner(user_id=ana.pk), exercise=make_answered("scenario"), answers=RIGHT["scenario"])


class Failing(EmailBackend):
    """A server that takes nothing."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")


def test_mail_says_what_was_written_and_where_to_answer(attempt, reviewer, settings):
    answer_entry(submission=attempt, entry=1, text="Why <not> Flask & co?", author=reviewer)
    answer_entry(submission=attempt, entry=3, text="Good.", author=reviewer)

    sent = [send_due(), send_due()]

    assert sent == [1, 0]
    message = mail.outbox[0]
    assert message.to == ["ana@example.org"]
    assert message.subject == "[Fieldguide] An answer to “Scenario”"
    for words in ("Scenario 1:\n\nWhy <not> Flask & co?", "Scenario 3:\n\nGood.", attempt.get_absolute_url()):
        assert words in message.body
    assert "reviewer" not in message.body
    assert not EntryMessage.objects.filter(mail_due_at__isnull=False).exists()


def test_mail_is_queued_when_the_answer_is_stored(attempt, reviewer, monkeypatch, django_capture_on_commit_callbacks):
    queued = []
    monkeypatch.setattr("exercises.queueing.send_answer_mails", lambda: queued.append(EntryMessage.objects.count()))

    with django_capture_on_commit_callbacks(execute=True):
        answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)
        before = list(queued)

    assert (before, queued) == ([], [1])


@pytest.mark.parametrize("who", ["guest", "unconfirmed", "no address", "unwilling", "closed", "has read it"])
def test_nobody_else_gets_one(ana, attempt, reviewer, who):
    if who == "guest":
        attempt = answer(owner=guest(), exercise=attempt.exercise_version.exercise, answers=RIGHT["scenario"])
    elif who == "unconfirmed":
        EmailAddress.objects.update(verified=False)
    elif who == "no address":
        EmailAddress.objects.all().delete()
    elif who == "unwilling":
        answer_mails.set_mails(user_id=ana.pk, are_wanted=False)
    elif who == "closed":
        ana.is_active = False
        ana.save()
    message = answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)
    if who == "has read it":
        mark_seen([message])

    assert (send_due(), mail.outbox) == (0, [])
    assert not EntryMessage.objects.filter(mail_due_at__isnull=False).exists()


def test_what_could_not_be_sent_is_tried_again_and_given_up_in_the_end(attempt, reviewer, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    pauses = []
    with time_machine.travel(now(), tick=False) as clock:
        while True:
            send_due()
            due = EntryMessage.objects.get().mail_due_at
            if due is None:
                break
            assert send_due() == 0
            assert EntryMessage.objects.get().mail_due_at == due  # not before its time
            pauses.append((due - now()).total_seconds() / 60)
            clock.shift(due - now())

    assert pauses == [2**tries for tries in range(MAX_TRIES - 1)]
    assert mail.outbox == []


def test_a_mail_arrives_once_the_server_is_back(attempt, reviewer, settings):
    back = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)
    send_due()
    settings.EMAIL_BACKEND = back

    with time_machine.travel(now() + timedelta(minutes=2)):
        sent = [send_due(), send_due()]

    assert (sent, len(mail.outbox)) == ([1, 0], 1)


def test_a_mail_that_another_worker_sends_is_left_to_it_until_that_is_dead(attempt, reviewer):
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)
    answer_mails._claim(attempt.pk)

    at_once = send_due()
    with time_machine.travel(now() + answer_mails.LEASE + timedelta(seconds=1)):
        later = send_due()

    assert (at_once, later) == (0, 1)


def test_a_title_cannot_add_headers(ana, reviewer):
    exercise = make_answered("scenario")
    exercise.published.title = "A\nBcc: all@example.org"
    exercise.published.save()
    attempt = answer(owner=Owner(user_id=ana.pk), exercise=exercise, answers=RIGHT["scenario"])
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)

    send_due()

    assert mail.outbox[0].subject == "[Fieldguide] An answer to “A Bcc: all@example.org”"
    assert mail.outbox[0].recipients() == ["ana@example.org"]


# Switching them off


def link_in(message) -> str:
    return re.search(r"http://[^/]+(/answer-mails/\S+)", message.body)[1]


def test_link_in_the_mail_switches_them_off_without_signing_in(client, attempt, reviewer):
    answer_entry(submission=attempt, entry=1, text="Good.", author=reviewer)
    send_due()
    link = link_in(mail.outbox[0])

    looked_at = client.get(link)
    before = AnswerMailsOff.objects.count()
    statuses = [client.post(link).status_code, client.post(link, {"List-Unsubscribe": "One-Click"}).status_code]

    assert (looked_at.status_code, before) == (200, 0)  # programs look at links before people do
    assert (statuses, AnswerMailsOff.objects.count()) == ([200, 200], 1)
    assert mail.outbox[0].extra_headers["List-Unsubscribe"].endswith(f"{link}>")
    assert mail.outbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_mail_program_needs_no_cookie_for_it(attempt, ana):
    program = Client(enforce_csrf_checks=True)

    answered = program.post(f"/answer-mails/{token_of(ana)}/", {"List-Unsubscribe": "One-Click"})

    assert (answered.status_code, AnswerMailsOff.objects.filter(user=ana).count()) == (200, 1)


@pytest.mark.parametrize("token", ["x", "MQ:1abc:forged", "1"])
def test_a_link_that_we_did_not_make_does_nothing(client, ana, token):
    assert client.post(f"/answer-mails/{token}/").status_code == 404
    assert AnswerMailsOff.objects.count() == 0


def test_a_link_of_an_account_that_is_gone_is_no_error(client, ana):
    link = f"/answer-mails/{token_of(ana)}/"
    ana.delete()

    assert client.post(link).status_code == 200


def test_account_page_switches_them_off_and_on(client, ana):
    client.force_login(ana)

    states = [AnswerMailsOff.objects.count()]
    for wanted in "001":
        client.post("/accounts/answer-mails/", {"wanted": wanted})
        states.append(AnswerMailsOff.objects.count())

    assert states == [0, 1, 1, 0]
    assert client.post("/accounts/answer-mails/", {"wanted": "2"}).status_code == 400
    client.logout()
    assert client.post("/accounts/answer-mails/", {"wanted": "0"}).status_code == 302
    assert AnswerMailsOff.objects.count() == 0
