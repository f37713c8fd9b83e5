"""Judging attempts again after something was mended: first a preview, then staff apply it or let it be.

The runs of a preview are of the batch and do not count: no page, no position in the queue, no limit and no progress of
a learner knows of them. Applied, they become the results of their attempts, which point at the version that judged them
then. Who has passed an exercise stays passed, whatever comes of judging again: the earlier run is kept, and a pass
counts once and for all (exercises.progress).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from exercises import events, progress, queueing
from exercises.answers import ANSWERED
from exercises.errors import ExerciseError
from exercises.locks import hold
from exercises.models import ExerciseVersion, Rejudging, Run, Submission, SubmissionQuerySet

Against = Rejudging.Against
CHUNK = 500  # rows that are written at once


class NothingToJudge(ExerciseError):
    code = "nothing_to_judge"
    message = _("None of these attempts can be judged again.")


class NotReady(ExerciseError):
    code = "not_ready"
    message = _("It is applied or discarded already, or its attempts are still being judged.")


class Change(NamedTuple):
    """From one verdict to another; "" is a run that came to no verdict."""

    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What applying would change, or did. counts: attempts by change, the most frequent first."""

    done: int
    total: int
    counts: list[tuple[Change, int]]

    @property
    def is_pending(self) -> bool:
        return self.done < self.total


@transaction.atomic
def request_rejudging(
    *, attempts: SubmissionQuerySet, against: Rejudging.Against, author: User | None = None, note: str = ""
) -> Rejudging:
    """Judge *attempts* again in the batch, with the random values that they had, as a preview.

    Left out, and counted as skipped, are those without a verdict, answers (which are judged at once), those whose files
    do not fit the version that is to judge them, and those of another preview that is still open.

    Raises NothingToJudge.
    """
    hold("rejudging")  # so that no attempt is in two previews that are asked for at once
    rejudging = Rejudging.objects.create(against=against, created_by=author, note=note)
    runs: list[Run] = []
    for attempt in attempts.with_current_run().select_related("exercise_version__exercise__published").order_by("pk"):
        version = version_for(attempt, against)
        if version is None:
            rejudging.skipped += 1
            continue
        current = attempt.current_run
        runs.append(
            Run(
                submission=attempt,
                rejudging=rejudging,
                judged_by=version,
                is_preview=True,
                purpose=Run.Purpose.REJUDGE,
                seed=current.seed,
            )
        )
    open_ones = Run.objects.filter(is_preview=True, submission__in=[run.submission_id for run in runs])
    taken = set(open_ones.values_list("submission_id", flat=True))
    rejudging.skipped += len(taken)
    runs = [run for run in runs if run.submission_id not in taken]
    if not runs:
        raise NothingToJudge
    Run.objects.bulk_create(runs, batch_size=CHUNK)
    rejudging.save(update_fields=["skipped"])
    transaction.on_commit(queueing.wake_batch)
    return rejudging


def version_for(attempt: Submission, against: str) -> ExerciseVersion | None:
    """The version that judges *attempt* again; None where it cannot be."""
    before = attempt.exercise_version
    version = before.exercise.published if against == Against.PUBLISHED else before
    if version is None or attempt.current_run.status != Run.Status.DONE or before.kind in ANSWERED:
        return None
    is_fitting = version.kind == before.kind and version.starter.keys() == attempt.files.keys()
    return version if is_fitting else None


def preview_of(rejudging: Rejudging) -> Preview:
    """Two queries, for any number of attempts."""
    statuses = Counter(rejudging.runs.order_by().values_list("status", flat=True))
    total = statuses.total()
    judged = rejudging.runs.exclude(status__in=Run.PENDING).order_by()
    changes = judged.values_list(Subquery(verdict_before()), "verdict")
    counts = Counter(Change(before or "", after) for before, after in changes)
    return Preview(
        done=total - sum(statuses[status] for status in Run.PENDING), total=total, counts=counts.most_common()
    )


def changed_runs(rejudging: Rejudging) -> QuerySet[Run]:
    """Its runs with another verdict than the attempt had before, which is their verdict_before."""
    runs = rejudging.runs.annotate(verdict_before=Subquery(verdict_before())).filter(status=Run.Status.DONE)
    return runs.exclude(verdict=Subquery(verdict_before())).select_related(
        "submission__exercise_version__exercise", "submission__user", "judged_by"
    )


def verdict_before() -> QuerySet[Run, Any]:
    """The verdict that counted before a run, of the same attempt."""
    earlier = Run.objects.counting().filter(submission=OuterRef("submission"), pk__lt=OuterRef("pk"))
    return earlier.order_by("-pk").values("verdict")[:1]


@transaction.atomic
def apply_rejudging(*, rejudging: Rejudging) -> int:
    """Make its runs the results of their attempts. Returns how many. Raises NotReady.

    What came to no verdict is left out: those attempts keep the result that they have.
    """
    opened = Rejudging.objects.filter(pk=rejudging.pk, applied_at__isnull=True, discarded_at__isnull=True)
    if rejudging.runs.pending().exists() or not opened.update(applied_at=now()):
        raise NotReady
    rejudging.runs.exclude(status=Run.Status.DONE).delete()
    runs = list(rejudging.runs.select_related("judged_by__exercise").order_by("submission_id"))
    ids = [run.submission_id for run in runs if run.submission_id is not None]
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        # Locked, so that no guest signs up in between, and read anew: some may have done so.
        owners = {row.pk: row.owner for row in Submission.objects.select_for_update().filter(pk__in=chunk)}
        attempts = Submission.objects.filter(pk__in=chunk)
        own = Submission.objects.filter(pk=OuterRef("submission")).values("exercise_version")[:1]
        Run.objects.counting().filter(submission__in=chunk, judged_by=None).update(judged_by=Subquery(own))
        new = Run.objects.filter(submission=OuterRef("pk"), rejudging=rejudging).values("judged_by")[:1]
        attempts.update(exercise_version=Subquery(new))
        rejudging.runs.filter(submission__in=chunk).update(is_preview=False)
        for run in runs[start : start + CHUNK]:
            if run.verdict == Run.Verdict.PASSED and run.judged_by is not None and run.submission_id in owners:
                progress.note_pass(owners[run.submission_id], run.judged_by.exercise)
    for uuid in Submission.objects.filter(pk__in=ids).values_list("uuid", flat=True):
        events.announce(uuid)
    return len(runs)


@transaction.atomic
def discard_rejudging(*, rejudging: Rejudging) -> None:
    """Forget its runs, also those that are still to be done: every attempt keeps its result. Raises NotReady."""
    opened = Rejudging.objects.filter(pk=rejudging.pk, applied_at__isnull=True, discarded_at__isnull=True)
    if not opened.update(discarded_at=now()):
        raise NotReady
    rejudging.runs.all().delete()


def verdict_name(verdict: str) -> str:
    return str(Run.Verdict(verdict).label) if verdict else str(_("no verdict"))


def named(counts: list[tuple[Change, int]]) -> Iterator[tuple[str, str, int, bool]]:
    """Each change in words: before, after, how many, and whether it is one."""
    for change, count in counts:
        yield verdict_name(change.before), verdict_name(change.after), count, change.before != change.after
