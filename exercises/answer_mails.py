"""Mails that tell a learner of what staff wrote. The row says whether one is owed; a message only says: look now.

What could not be sent is tried again by the next look (exercises.tasks.mail_answers, every minute), later each time.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext

from exercises.models import AnswerMailsOff, EntryMessage, Submission

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than a mail takes; one whose worker died is sent after it
MAX_TRIES = 10  # over about 17 hours
SALT = "exercises.answer-mails"


def send_due() -> int:
    """Send every mail that is owed now, one for each attempt. Returns how many were sent."""
    owed = EntryMessage.objects.mail_due().order_by("submission_id").values_list("submission_id", flat=True).distinct()
    return sum(_send_about(submission_id) for submission_id in list(owed))


def _send_about(submission_id: int) -> bool:
    claimed = _claim(submission_id)
    if not claimed:
        return False  # another worker has them
    messages = EntryMessage.objects.filter(pk__in=claimed)
    submission = Submission.objects.select_related("user", "exercise_version").get(pk=submission_id)
    unread = list(messages.unread())
    address = address_of(submission.user)
    if not unread or address is None or submission.user is None:
        messages.update(mail_due_at=None)
        return False
    try:
        _mail(submission, submission.user, unread, address)
    except (SMTPException, OSError) as error:
        logger.warning("a mail about attempt %s could not be sent: %s", submission.uuid, error)
        _put_off(messages)
        return False
    messages.update(mail_due_at=None)
    return True


def _claim(submission_id: int) -> list[int]:
    """Primary keys of the texts that this mail is about; nobody else sends one about them before LEASE is over."""
    until = now() + LEASE
    with transaction.atomic():
        due = EntryMessage.objects.mail_due().filter(submission=submission_id)
        return [
            pk
            for pk in list(due.values_list("pk", flat=True))
            if EntryMessage.objects.mail_due().filter(pk=pk).update(mail_due_at=until, mail_tries=F("mail_tries") + 1)
        ]


def _put_off(messages: QuerySet[EntryMessage]) -> None:
    """Try again after 1, 2, 4, … minutes, and not at all after MAX_TRIES: the site shows the answer anyway."""
    for message in messages:
        pause = timedelta(minutes=2 ** (message.mail_tries - 1))
        message.mail_due_at = now() + pause if message.mail_tries < MAX_TRIES else None
        message.save(update_fields=["mail_due_at"])


def address_of(user: User | None) -> str | None:
    """Where mails about answers go: the account's own address once it is confirmed. None: nowhere, or not wanted."""
    if user is None or not user.is_active or AnswerMailsOff.objects.filter(user=user).exists():
        return None
    addresses = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return addresses.values_list("email", flat=True).first()


def _mail(submission: Submission, user: User, messages: list[EntryMessage], address: str) -> None:
    off = settings.SITE_URL + reverse("exercises:answer-mails-off", args=[token_of(user)])
    with translation.override(settings.LANGUAGE_CODE):
        title = " ".join(submission.exercise_version.title.split())  # one line, as a header has to be
        subject = gettext("An answer to “%(title)s”") % {"title": title}
        context = {
            "title": title,
            "messages": messages,
            "page": settings.SITE_URL + submission.get_absolute_url(),
            "off": off,
        }
        body = render_to_string("exercises/email/answer.txt", context)
    headers = {"List-Unsubscribe": f"<{off}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}  # RFC 8058
    mail = EmailMessage(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", body, to=[address], headers=headers)
    mail.send()


def token_of(user: User) -> str:
    """What a link in a mail carries: who wants no more of them. It opens nothing else, and does not expire."""
    return signing.dumps(user.pk, salt=SALT)


def user_id_in(token: str) -> int | None:
    """None where this site did not make the token."""
    try:
        return int(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def set_mails(*, user_id: int, are_wanted: bool) -> None:
    """Whether an account gets these mails. Doing it again changes nothing; an account that is gone is no error."""
    if are_wanted:
        AnswerMailsOff.objects.filter(user_id=user_id).delete()
    elif get_user_model().objects.filter(pk=user_id).exists():
        AnswerMailsOff.objects.get_or_create(user_id=user_id)
