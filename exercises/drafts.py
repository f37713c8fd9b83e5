"""Keeping the code that a learner is writing: one draft for each exercise, and nothing of it lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from exercises.errors import DraftConflict, InvalidFiles, NotPublished
from exercises.files import problems_of
from exercises.kept_drafts import complete, keep_in_history
from exercises.models import Draft, Exercise, KeptDraft, Owner
from exercises.owners import hold_owner


@dataclass(frozen=True, slots=True)
class SetAside:
    """Code that the history shall have: {path: text}, and why it makes room."""

    files: Mapping[str, object]
    reason: KeptDraft.Reason


def draft_of(owner: Owner | None, exercise: Exercise) -> Draft | None:
    return Draft.objects.owned_by(owner).filter(exercise=exercise).first() if owner else None


@transaction.atomic
def save_draft(
    *, owner: Owner, exercise: Exercise, files: Mapping[str, object], version: int, keep: SetAside | None = None
) -> Draft:
    """Store *files* ({path: text}) as the draft, and what is to be kept as an entry of the history.

    *version* is the draft's as the caller knows it; 0 where there is none. Saving what is there already changes
    nothing. The draft is the account's when *owner* is a guest who has logged in meanwhile.

    Raises NotPublished, InvalidFiles, and DraftConflict when somebody else has saved other code meanwhile.
    """
    if exercise.published is None:
        raise NotPublished
    for given in (files, keep.files if keep else None):
        problems = problems_of(given, expected=exercise.published.starter) if given is not None else {}
        if problems:
            raise InvalidFiles(problems)
    owner = hold_owner(owner)
    texts = {path: str(text) for path, text in files.items()}
    draft = _stored(owner, exercise, texts, version)
    if keep:
        keep_in_history(owner=owner, exercise=exercise, files=keep.files, reason=keep.reason)
    return draft


def _stored(owner: Owner, exercise: Exercise, files: dict[str, str], version: int) -> Draft:
    mine = Draft.objects.owned_by(owner).filter(exercise=exercise)
    if version and mine.replace(version=version, files=files):
        return mine.get()
    present = mine.first()
    if present is None:
        return Draft.objects.create(**owner.columns, exercise=exercise, files=files, version=version + 1)
    if complete(present.files, exercise) == files:
        return present
    raise DraftConflict(present)


@transaction.atomic
def replace_draft(*, owner: Owner, exercise: Exercise, files: Mapping[str, str], reason: KeptDraft.Reason) -> Draft:
    """Make *files* the draft, whatever it is now; that becomes an entry of the history. {} is the start version."""
    owner = hold_owner(owner)
    present = draft_of(owner, exercise)
    if present is None:
        return Draft.objects.create(**owner.columns, exercise=exercise, files=dict(files))
    if complete(present.files, exercise) != complete(files, exercise):
        keep_in_history(owner=owner, exercise=exercise, files=complete(present.files, exercise), reason=reason)
    Draft.objects.filter(pk=present.pk).replace(version=present.version, files=dict(files))
    return Draft.objects.get(pk=present.pk)


def start_over(*, owner: Owner, exercise: Exercise) -> Draft:
    """Make the start version the draft; what the page showed becomes an entry, unless it is one already."""
    return replace_draft(owner=owner, exercise=exercise, files={}, reason=KeptDraft.Reason.RESET)


def follow_attempt(*, owner: Owner, exercise: Exercise, files: Mapping[str, str], version: int) -> None:
    """Make the draft what was handed in from a page that does not save by itself, where there is a draft.

    *version* is that of the draft which the page began with. What another device saved since becomes an entry.
    """
    if draft_of(owner, exercise) is None:
        return
    try:
        save_draft(owner=owner, exercise=exercise, files=files, version=version)
    except DraftConflict:
        replace_draft(owner=owner, exercise=exercise, files=files, reason=KeptDraft.Reason.CONFLICT)
