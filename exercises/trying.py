"""Running code without handing it in: an exercise's files, or a listing of a lesson, changed or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.http import Http404

from courses.access import acts_as_staff
from courses.code_lines import without_notes
from courses.listings import Listing, listings
from courses.models import Lesson, LessonVersion
from exercises import events
from exercises.answers import ANSWERED
from exercises.asking import read_request, request_asking
from exercises.cases import questions
from exercises.errors import InvalidFiles, NotComplete, NotPending, NotPublished, NotRunnable
from exercises.files import problems_of
from exercises.models import Exercise, ExerciseVersion, Owner, Run, Trial
from exercises.owners import hold_owner
from exercises.submitting import refuse_too_many, start_run

LISTING_FILE = "main.py"  # as which a listing runs
EXAMPLE_SEED = 1  # of the random values in what an exercise is asked to begin with
BATCH = 500  # trials that are deleted at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What can be run: where it came from, the files that belong to it, and how it is asked what it does.

    files are those to begin with, and request is what is asked then.
    """

    kind: str
    framework: str
    files: Mapping[str, str]
    request: dict[str, Any]
    limits: dict[str, Any] = field(default_factory=dict)
    exercise_version: ExerciseVersion | None = None
    lesson_version: LessonVersion | None = None
    listing: str = ""
    version: str = ""  # which one staff asked for in place of the published one: "draft", or a number

    def read_files(self, files: Mapping[str, object]) -> dict[str, str]:
        """*files*, where they are those of this program. Raises InvalidFiles."""
        if problems := problems_of(files, expected=self.files):
            raise InvalidFiles(problems)
        return {path: str(text) for path, text in files.items()}


def program_of_exercise(exercise: Exercise, version: ExerciseVersion | None = None, *, asked_for: str = "") -> Program:
    """The published version's, or *version*'s. Raises NotPublished and NotRunnable."""
    version = version or exercise.published
    if version is None:
        raise NotPublished
    if version.kind in ANSWERED:
        raise NotRunnable
    version.exercise = exercise
    asked = questions(version.cases[:1], EXAMPLE_SEED)
    return Program(
        kind=version.kind,
        framework=version.framework,
        files=version.starter,
        request=read_request(version.kind, request_asking(asked[0]) if asked else {}),
        limits=version.limits,
        exercise_version=version,
        version=asked_for,
    )


def program_of_listing(version: LessonVersion, listing: Listing, *, asked_for: str = "") -> Program:
    asked = {"method": listing.method, "path": listing.path, "body": listing.body} if listing.kind == "http" else {}
    return Program(
        kind=listing.kind,
        framework="" if listing.framework == "python" else listing.framework,
        files={LISTING_FILE: without_notes(listing.source) + "\n"},
        request=read_request(listing.kind, asked),
        lesson_version=version,
        listing=listing.name,
        version=asked_for,
    )


def find_listing(
    user: User | AnonymousUser, *, course: str, lesson: str, name: str, version: str = ""
) -> tuple[LessonVersion, Listing]:
    """A listing of a lesson that *user* may read: of its published text; for who works on it else of the draft.

    With a *version*, "draft" or a number, of that one, for who works on it only. Two queries for learners. Raises
    Http404.
    """
    lessons = Lesson.objects.filter(course__slug=course, slug=lesson).select_related("course", "published", "draft")
    own = lessons.editable_by(user).first() if acts_as_staff(user) else None
    found = own or lessons.published().first()
    if found is None or (version and own is None):
        raise Http404
    versions = [found.published, found.draft if own else None]
    if version == "draft":
        versions = [found.draft]
    elif version:
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        versions = [found.versions.filter(number=number).first()]
    for text in filter(None, versions):
        for listing in listings(text.body_markdown):
            if listing.name == name:
                text.lesson = found
                return text, listing
    raise Http404


@transaction.atomic
def start(*, owner: Owner, program: Program, files: Mapping[str, str], request: Mapping[str, Any]) -> Trial:
    """Store *files* and *request*, both as the program and exercises.asking read them, and queue their run.

    The trial is the account's when *owner* is a guest who has logged in meanwhile. Raises TooManyPending when *owner*
    already waits for MAX_PENDING results, and NotComplete.
    """
    if program.exercise_version is not None and not program.exercise_version.is_complete:
        raise NotComplete
    owner = hold_owner(owner)
    refuse_too_many(owner)
    trial = Trial.objects.create(
        **owner.columns,
        kind=program.kind,
        framework=program.framework,
        limits=program.limits,
        files=dict(files),
        request=dict(request),
        exercise_version=program.exercise_version,
        lesson_version=program.lesson_version,
        listing=program.listing,
    )
    trial.run = start_run(trial, purpose=Run.Purpose.RUN)
    return trial


def cancel(*, trial: Trial) -> None:
    """Stop the trial's run; a worker that has it ends the program at its next look. Raises NotPending."""
    if not Run.objects.cancel(trial.run.pk):
        raise NotPending
    events.announce(trial.uuid)


def clear_outdated() -> int:
    """Delete the trials that nobody comes back for, some at a time. Returns how many there were."""
    count = 0
    while outdated := list(Trial.objects.outdated().values_list("pk", flat=True)[:BATCH]):
        Trial.objects.filter(pk__in=outdated).delete()
        count += len(outdated)
    return count
