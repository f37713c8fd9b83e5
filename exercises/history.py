"""What a learner has written for one exercise: attempts, and drafts that were set aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from exercises.helping import help_of
from exercises.models import Draft, Exercise, ExerciseVersion, KeptDraft, Owner, Run, Submission
from exercises.results import Result, result_of

SHOWN_ATTEMPTS = 50
NOW, START, REFERENCE = "now", "start", "reference"  # what code is called in addresses, beside the ids of entries


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """number as in Result: 0 for an attempt that does not count."""

    number: int
    submission: Submission
    url: str
    created_at: datetime
    result: Result


def newest_of_kind(history: list[HistoryItem], kind: str) -> Submission | None:
    """The newest attempt, to fill the form with; None when the exercise was of another kind then."""
    newest = history[0].submission if history else None
    return newest if newest and newest.exercise_version.kind == kind else None


def number_of(submission: Submission) -> int:
    """Which of its owner's attempts at the exercise it is, from 1; 0 when it does not count: we could not judge it."""
    if submission.current_run.status == Run.Status.BROKEN:
        return 0
    attempts = Submission.objects.among(submission.owner, previews=submission.is_preview)
    attempts = attempts.of_exercise(submission.exercise_version.exercise_id)
    return attempts.counted().filter(pk__lte=submission.pk).count()


def history_of(owner: Owner | None, exercise: Exercise, *, previews: bool = False) -> list[HistoryItem]:
    """The newest SHOWN_ATTEMPTS of *owner* at *exercise*, newest first; with *previews*, those that staff makes.

    Three queries, and one for each attempt that is queued.
    """
    if owner is None:
        return []
    attempts = Submission.objects.among(owner, previews=previews).of_exercise(exercise.pk)
    number = attempts.counted().count()
    items = []
    for submission in attempts.with_current_run().order_by("-pk")[:SHOWN_ATTEMPTS]:
        counts = submission.current_run.status != Run.Status.BROKEN
        result = result_of(submission, number=number if counts else 0, may_act=True)
        number -= counts
        items.append(
            HistoryItem(
                number=result.number,
                submission=submission,
                url=result.url,
                created_at=submission.created_at,
                result=result,
            )
        )
    return items


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An attempt, or a draft that was set aside (result is None). ref is its id as a text."""

    ref: str
    label: str
    note: str  # why it is there; "" of an attempt
    url: str
    created_at: datetime
    files: dict[str, str]
    result: Result | None


def timeline_of(owner: Owner | None, exercise: Exercise, history: list[HistoryItem]) -> list[Entry]:
    """The attempts in *history* and the drafts that were set aside, newest first. One query."""
    if owner is None:
        return []
    kept = KeptDraft.objects.owned_by(owner).filter(exercise=exercise)
    entries = [*map(of_attempt, history), *(of_kept(draft, exercise) for draft in kept)]
    return sorted(entries, key=lambda entry: entry.created_at, reverse=True)


def of_attempt(item: HistoryItem) -> Entry:
    return Entry(
        ref=str(item.submission.uuid),
        label=_("Attempt %(number)s") % {"number": item.number} if item.number else _("Not counted"),
        note="",
        url=item.url,
        created_at=item.created_at,
        files=item.submission.files,
        result=item.result,
    )


def of_kept(draft: KeptDraft, exercise: Exercise) -> Entry:
    return Entry(
        ref=str(draft.uuid),
        label=_("Draft"),
        note=draft.get_reason_display(),
        url=reverse("exercises:kept", args=[exercise.slug, draft.uuid]),
        created_at=draft.created_at,
        files=draft.files,
        result=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Files under a name, to be compared. ref is what an address calls them, name what a sentence does."""

    ref: str
    label: str
    name: str
    files: dict[str, str]


def present_code(draft: Draft | None, history: list[HistoryItem], version: ExerciseVersion) -> dict[str, str]:
    """What the editor begins with: the draft, else the newest attempt, else the start version."""
    newest = newest_of_kind(history, version.kind)
    files = draft.files if draft else newest.files if newest else {}
    return {path: files.get(path, text) for path, text in version.starter.items()}


def comparable(
    owner: Owner | None,
    exercise: Exercise,
    version: ExerciseVersion,
    present: dict[str, str],
    timeline: Iterable[Entry],
) -> list[Code]:
    """Everything that can be compared: the code as it is now, the start version, entries, the reference where open."""
    codes = [
        Code(ref=NOW, label=_("Your code now"), name=_("your code now"), files=present),
        Code(ref=START, label=_("The start version"), name=_("the start version"), files=version.starter),
    ]
    if help_of(owner, exercise, version).solution == "open":
        label, name = _("The reference solution"), _("the reference solution")
        codes.append(Code(ref=REFERENCE, label=label, name=name, files=version.solution))
    for entry in timeline:
        label = f"{entry.label} · {moment(entry.created_at)}"
        codes.append(Code(ref=entry.ref, label=label, name=label, files=entry.files))
    return codes


def entry_files(owner: Owner | None, exercise: Exercise, ref: UUID) -> dict[str, str] | None:
    """The files of one of *owner*'s entries; None when there is no such entry, or none with files."""
    if owner is None:
        return None
    attempts = Submission.objects.owned_by(owner).of_exercise(exercise.pk)
    kept = KeptDraft.objects.owned_by(owner).filter(exercise=exercise)
    found = kept.filter(uuid=ref).first() or attempts.filter(uuid=ref, answers__isnull=True).first()
    return dict(found.files) if found else None


def moment(at: datetime) -> str:
    """As the lists of entries show it."""
    return date_format(localtime(at), "DATETIME_FORMAT")
