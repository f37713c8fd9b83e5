"""When a version becomes the one that learners have: now, at a time, never again. Lessons and exercises do it alike.

The time of a first publication is only compared with the clock, by every query that asks for what is published: nothing
has to happen for it. A newer version of what learners have already waits in `scheduled` until somebody calls
release_scheduled() for it: the page that is asked for, or the beat (exercises.tasks), whichever comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext

from courses.models import Course, Released
from courses.rendering import Problem

COLUMNS = ("published", "published_at", "scheduled", "scheduled_at", "archived_at", "held_back")


class PublishRefused(Exception):
    """The draft cannot be published. `problems` has the lines to mend; it is empty when there is nothing to publish."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = list(problems)


def waits_for(row: Course | Released) -> str:
    """What else has to be published before learners see *row*, in words; "" where nothing has but maybe itself."""
    if row.published_at is None or row.archived_at is not None:
        return ""
    missing = [type(one) for one in row.above if not one.is_live]
    if len(missing) > 1:
        return gettext("Learners see it once its lesson and its course are published.")
    if missing == [Course]:
        return gettext("Learners see it once its course is published.")
    return gettext("Learners see it once its lesson is published.") if missing else ""


def refuse_archived(stored: Released) -> None:
    """Raises PublishRefused."""
    if stored.archived_at is not None:
        raise PublishRefused(gettext("This is archived. Bring it back first, then publish."))


def release_draft(row: Any, stored: Any, *, at: datetime | None = None) -> bool:
    """Let learners have the draft of *stored* from *at* on, or now; whether `published` is another version then.

    *stored* is the row as it is in the database, locked; *row*, which is written, is the caller's. A time that has
    passed is now. Raises PublishRefused where something is archived, or there is nothing to schedule.
    """
    refuse_archived(stored)
    moment = now()
    is_later = at is not None and at > moment
    row.draft = stored.draft
    if is_later and stored.is_live:
        if stored.draft_id == stored.published_id:
            raise PublishRefused(gettext("Learners have this version already. Save a newer one to schedule it."))
        row.published, row.published_at = stored.published, stored.published_at
        row.scheduled, row.scheduled_at = stored.draft, at
    else:
        row.published = stored.draft
        # The time of the first publication stays while it is published: newer versions are corrections of it.
        row.published_at = at if is_later else stored.published_at if stored.is_live else moment
        row.scheduled = row.scheduled_at = None
        if stored.published_id != stored.draft_id:
            _forget_schedule(stored.published)
        _note_first(stored.draft, row.published_at if is_later else moment)
    row.archived_at, row.held_back = None, False
    row.save(update_fields=COLUMNS)
    return bool(row.published_id != stored.published_id)


def release_scheduled(row: Any, stored: Any) -> bool:
    """Let learners have the scheduled version, if its time has come; whether it had."""
    if not stored.is_due or stored.archived_at is not None:
        return False
    row.published, row.published_at = stored.scheduled, stored.published_at
    row.scheduled = row.scheduled_at = None
    row.save(update_fields=["published", "published_at", "scheduled", "scheduled_at"])
    _note_first(row.published, stored.scheduled_at)
    return True


def cancel_schedule(row: Any, stored: Any) -> bool:
    """What was to be published is not any more; learners keep what they have. False: nothing was scheduled."""
    row.published, row.published_at = stored.published, stored.published_at
    if stored.scheduled_id is not None:
        row.scheduled = row.scheduled_at = None
    elif stored.published_at is not None and stored.published_at > now():
        row.published = row.published_at = None
        _forget_schedule(stored.published)
    else:
        return False
    row.save(update_fields=["published", "published_at", "scheduled", "scheduled_at"])
    return True


def take_offline(row: Any, stored: Any) -> None:
    """Learners do not have it any more, and load_course does not publish it again; drafts and history stay."""
    _forget_schedule(stored.published)
    row.published = row.published_at = row.scheduled = row.scheduled_at = row.archived_at = None
    row.held_back = True
    row.save(update_fields=COLUMNS)


def archive(row: Any, stored: Any) -> None:
    """Retire it: in no list and no search, its page says what it was. What learners did stays, and counts again if it
    is brought back. Its file says that it is a draft, so that a load elsewhere does not publish it."""
    row.archived_at = stored.archived_at or now()
    row.held_back = True
    row.save(update_fields=["archived_at", "held_back"])


def bring_back(row: Any, stored: Any) -> None:
    """Undo archive(): what was published is published again."""
    row.archived_at = None
    row.held_back = stored.published_at is None
    row.save(update_fields=["archived_at", "held_back"])


def _note_first(version: Any, at: datetime) -> None:
    """Note when learners have *version* for the first time, where they have not had it yet."""
    if version.published_at is None or version.published_at > now():
        version.published_at = at
        version.save(update_fields=["published_at"])


def _forget_schedule(version: Any) -> None:
    """Undo _note_first() for a time that has not come."""
    if version is not None and version.published_at is not None and version.published_at > now():
        version.published_at = None
        version.save(update_fields=["published_at"])
