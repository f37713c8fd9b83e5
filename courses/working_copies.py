"""What editors have typed and not saved, one row for each of them, and who has which form open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.utils.timezone import now

from courses.models import WorkingCopy

# A form that is open says so every minute; where it was not heard of for this long, it is closed.
OPEN_FOR = timedelta(seconds=150)
# Unsaved text of others is told of for this long.
FRESH_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=90)

Content = Mapping[str, Sequence[str]]  # {name of a field: values}, as a browser sent them


class AlreadySaved(Exception):
    """The form that sent this was saved meanwhile: its text is in a version, and not unsaved."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is edited: the label of a model, such as courses.lesson, and a primary key; 0 for a row that is new."""

    kind: str
    object_id: int = 0

    @classmethod
    def of(cls, row: Model) -> Subject:
        """*row* may be one that is not stored yet."""
        return cls(row._meta.label_lower, row.pk or 0)


@dataclass(frozen=True, slots=True)
class OtherEditor:
    """Somebody else with the same thing. since: when they opened the form; unsaved_at: when they typed last, if it is
    not saved; is_open: whether they have the form open now."""

    name: str
    since: datetime
    unsaved_at: datetime | None
    is_open: bool


@transaction.atomic
def open_form(*, subject: Subject, editor: User) -> WorkingCopy:
    """Note that *editor* has the form open, now or still."""
    moment = now()
    row, is_new = WorkingCopy.objects.select_for_update().get_or_create(
        kind=subject.kind,
        object_id=subject.object_id,
        editor=editor,
        defaults={"opened_at": moment, "seen_at": moment},
    )
    if not is_new:
        if row.seen_at < moment - OPEN_FOR:
            row.opened_at = moment
        row.seen_at = moment
        row.save(update_fields=["opened_at", "seen_at"])
    return row


@transaction.atomic
def keep(*, subject: Subject, editor: User, content: Content, form: str = "") -> WorkingCopy:
    """Keep *content* as the unsaved text of *editor*, in place of what was kept before.

    *form* is the form's own name. Raises AlreadySaved where that has been saved.
    """
    row = open_form(subject=subject, editor=editor)
    if form and row.closed_form == form:
        raise AlreadySaved
    # PostgreSQL has no NUL in its texts.
    row.content = {name: [value.replace("\0", "") for value in values] for name, values in content.items()}
    row.changed_at = row.seen_at
    row.save(update_fields=["content", "changed_at"])
    WorkingCopy.objects.filter(editor=editor, seen_at__lt=now() - KEPT_FOR).delete()
    return row


@transaction.atomic
def discard(*, subject: Subject, editor: User, form: str = "") -> None:
    """Forget what *editor* has not saved; what *form* still sends afterwards is not kept."""
    rows = WorkingCopy.objects.filter(kind=subject.kind, object_id=subject.object_id, editor=editor)
    rows.update(content=None, changed_at=None, closed_form=form)


def forget_copies(subject: Subject) -> None:
    """For something that was deleted."""
    WorkingCopy.objects.filter(kind=subject.kind, object_id=subject.object_id).delete()


def close_form(*, subject: Subject, editor: User) -> None:
    """Note that *editor* has left the form; what is unsaved stays."""
    rows = WorkingCopy.objects.filter(kind=subject.kind, object_id=subject.object_id, editor=editor)
    rows.update(seen_at=now() - OPEN_FOR)


def unsaved(*, subject: Subject, editor: User) -> WorkingCopy | None:
    """What *editor* typed and did not save. One query."""
    return WorkingCopy.objects.filter(
        kind=subject.kind, object_id=subject.object_id, editor=editor, content__isnull=False
    ).first()


def others(*, subject: Subject, editor: User) -> list[OtherEditor]:
    """Who else has the form open, or has not saved what they typed lately. A row that is being added has no others.

    One query.
    """
    if not subject.object_id:
        return []
    moment = now()
    rows = WorkingCopy.objects.filter(kind=subject.kind, object_id=subject.object_id).exclude(editor=editor)
    found = [
        OtherEditor(
            name=row.editor.get_full_name() or row.editor.get_username(),
            since=row.opened_at,
            unsaved_at=row.changed_at if row.changed_at and row.changed_at > moment - FRESH_FOR else None,
            is_open=row.seen_at > moment - OPEN_FOR,
        )
        for row in rows.select_related("editor").order_by("opened_at")
    ]
    return [other for other in found if other.is_open or other.unsaved_at]
