"""Services for what staff and a learner write to each other about the entries of an answered scenario."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.timezone import now

from courses.hostile_text import clean
from exercises import queueing
from exercises.errors import ConversationFull, NoConversation, NoSuchEntry
from exercises.locks import hold
from exercises.models import EntryMessage, Owner, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

    from exercises.models import EntryMessageQuerySet

MAX_UNREAD = 5  # texts of a learner about one entry that staff has not dealt with
MAX_MESSAGES = 100  # about one entry


def entry_count(submission: Submission) -> int:
    """How many entries the attempt has; 0 where it is no scenario. Needs exercise_version and answers."""
    if submission.exercise_version.kind != "scenario" or not submission.answers:
        return 0
    return len(submission.answers["entries"])


@transaction.atomic
def answer_entry(*, submission: Submission, entry: int, text: str, author: User) -> EntryMessage:
    """Store what staff says about an entry; its learner is told. What the learner wrote before is dealt with.

    entry: from 1. Raises NoSuchEntry, ConversationFull.
    """
    earlier = _conversation(submission, entry, may_be_full=False)
    earlier.from_learner().unread().update(read_at=now())
    has_account = submission.user_id is not None
    message = EntryMessage.objects.create(
        submission_id=submission.pk,
        entry=entry,
        is_from_staff=True,
        author=author,
        text=clean(text, EntryMessage.MAX_TEXT),
        mail_due_at=now() if has_account else None,  # nobody knows where a guest could be written to
    )
    if has_account:
        transaction.on_commit(partial(queueing.send_answer_mails))
    return message


@transaction.atomic
def write_back(*, submission: Submission, entry: int, text: str) -> EntryMessage:
    """Store what the learner answers; staff has it in its queue again.

    Raises NoSuchEntry, NoConversation where staff has not written about that entry, ConversationFull.
    """
    earlier = _conversation(submission, entry, may_be_full=False)
    if not earlier.from_staff().exists():
        raise NoConversation
    if earlier.from_learner().unread().count() >= MAX_UNREAD:
        raise ConversationFull
    return EntryMessage.objects.create(
        submission_id=submission.pk, entry=entry, is_from_staff=False, text=clean(text, EntryMessage.MAX_TEXT)
    )


@transaction.atomic
def needs_no_answer(*, submission: Submission, entry: int) -> int:
    """Staff has read what the learner wrote last and will not answer. Returns how many texts that were.

    Raises NoSuchEntry.
    """
    return _conversation(submission, entry).from_learner().unread().update(read_at=now())


def _conversation(submission: Submission, entry: int, *, may_be_full: bool = True) -> EntryMessageQuerySet:
    """The texts about an entry, with nobody else writing there. Raises NoSuchEntry, and where there is to be room for
    another one ConversationFull."""
    if not 1 <= entry <= entry_count(submission):
        raise NoSuchEntry
    hold(f"conversation:{submission.pk}")
    found = EntryMessage.objects.filter(submission_id=submission.pk, entry=entry)
    if not may_be_full and found.count() >= MAX_MESSAGES:
        raise ConversationFull
    return found


def conversations_of(submission: Submission) -> dict[int, list[EntryMessage]]:
    """The texts about each entry that has some, oldest first. One query; none for an attempt that is no scenario."""
    found: dict[int, list[EntryMessage]] = {}
    if entry_count(submission):
        for message in EntryMessage.objects.filter(submission_id=submission.pk).select_related("author"):
            found.setdefault(message.entry, []).append(message)
    return found


def mark_seen(messages: Iterable[EntryMessage]) -> None:
    """Note that the learner has seen these texts of staff. One UPDATE where some are new, else nothing."""
    new = [message.pk for message in messages if message.is_from_staff and message.read_at is None]
    if new:
        EntryMessage.objects.filter(pk__in=new).unread().update(read_at=now(), mail_due_at=None)


def attempts_with_news(owner: Owner | None) -> list[Submission]:
    """Attempts of *owner* about which staff has written what was not seen yet, newest first. One query, or none."""
    if owner is None:
        return []
    news = EntryMessage.objects.written_to(owner).unread()
    found = Submission.objects.filter(pk__in=news.values("submission"))
    course = "exercise_version__exercise__lesson__course"
    return list(found.select_related(course).only("uuid", "exercise_version__title", f"{course}__language"))
