"""What editors have typed and not saved, one row for each form that they opened, and who has which form open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.timezone import now

from courses.models import WorkingCopy

# A form that is open says so every minute; where it was not heard of for this long, it is closed.
OPEN_FOR = timedelta(seconds=150)
# Unsaved text of others is told of for this long.
FRESH_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=90)
# A row without a text says who has a form open, and which form was saved: nothing of that form comes later than this.
EMPTY_FOR = timedelta(days=1)

Content = Mapping[str, Sequence[str]]  # {name of a field: values}, as a browser sent them


class AlreadySaved(Exception):
    """The form that sent this was saved or discarded meanwhile: nothing of it is unsaved."""


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
def open_form(*, subject: Subject, editor: User, form: str = "") -> WorkingCopy:
    """Note that *editor* has the form of this name open, now or still."""
    moment = now()
    row, is_new = WorkingCopy.objects.select_for_update().get_or_create(
        kind=subject.kind,
        object_id=subject.object_id,
        editor=editor,
        form=form,
        defaults={"opened_at": moment, "seen_at": moment},
    )
    if not is_new:
        if row.seen_at < moment - OPEN_FOR:
            row.opened_at = moment
        row.seen_at = moment
        row.save(update_fields=["opened_at", "seen_at"])
    return row


@transaction.atomic
def keep(*, subject: Subject, editor: User, content: Content, form: str = "", number: int = 0) -> WorkingCopy:
    """Keep *content* as the unsaved text of a form, in place of what was kept of it before; other forms keep theirs.

    *form* is the form's own name. *number* counts what it sends: what comes later than something newer is ignored.
    Raises AlreadySaved where the form was saved or discarded.
    """
    row = open_form(subject=subject, editor=editor, form=form)
    if row.is_over:
        raise AlreadySaved
    if number < row.number:
        return row
    # PostgreSQL has no NUL in its texts.
    row.content = {name: [value.replace("\0", "") for value in values] for name, values in content.items()}
    row.changed_at, row.number = row.seen_at, number
    row.save(update_fields=["content", "changed_at", "number"])
    old = Q(seen_at__lt=now() - KEPT_FOR) | Q(seen_at__lt=now() - EMPTY_FOR, content__isnull=True)
    WorkingCopy.objects.filter(old, editor=editor).delete()
    return row


@transaction.atomic
def discard(*, subject: Subject, editor: User, form: str) -> None:
    """Forget what *editor* has not saved of *form*; what that still sends afterwards is not kept."""
    row = open_form(subject=subject, editor=editor, form=form)
    row.content, row.changed_at, row.is_over, row.seen_at = None, None, True, row.seen_at - OPEN_FOR
    row.save(update_fields=["content", "changed_at", "is_over", "seen_at"])


def forget_copies(subject: Subject) -> None:
    """For something that was deleted."""
    WorkingCopy.objects.filter(kind=subject.kind, object_id=subject.object_id).delete()


def close_form(*, subject: Subject, editor: User, form: str) -> None:
    """Note that *editor* has left the form; what is unsaved stays."""
    _copies(subject, editor).filter(form=form).update(seen_at=now() - OPEN_FOR)


def unsaved(*, subject: Subject, editor: User) -> list[WorkingCopy]:
    """What *editor* typed and did not save, of each form, the newest first. One query."""
    return list(_copies(subject, editor).filter(content__isnull=False).order_by("-changed_at", "-pk"))


def others(*, subject: Subject, editor: User) -> list[OtherEditor]:
    """Who else has the form open, or has not saved what they typed lately. A row that is being added has no others.

    One query.
    """
    if not subject.object_id:
        return []
    moment = now()
    rows = WorkingCopy.objects.filter(kind=subject.kind, object_id=subject.object_id).exclude(editor=editor)
    forms: dict[User, list[WorkingCopy]] = {}
    for row in rows.select_related("editor").order_by("opened_at"):
        if row.seen_at > moment - OPEN_FOR or (row.changed_at and row.changed_at > moment - FRESH_FOR):
            forms.setdefault(row.editor, []).append(row)
    return [
        OtherEditor(
            name=editor.get_full_name() or editor.get_username(),
            since=next((row.opened_at for row in rows if row.seen_at > moment - OPEN_FOR), rows[0].opened_at),
            unsaved_at=max((row.changed_at for row in rows if row.changed_at), default=None),
            is_open=any(row.seen_at > moment - OPEN_FOR for row in rows),
        )
        for editor, rows in forms.items()
    ]


def _copies(subject: Subject, editor: User) -> QuerySet[WorkingCopy]:
    return WorkingCopy.objects.filter(kind=subject.kind, object_id=subject.object_id, editor=editor)
