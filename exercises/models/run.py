"""One execution of what somebody handed in, tried out or checked, and the moves that a run can make."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from exercises.models.exercise import ExerciseVersion
from exercises.models.owner import Owner

if TYPE_CHECKING:
    from exercises.models.check import ExerciseCheck
    from exercises.models.submission import Submission
    from exercises.models.trial import Trial

ATTEMPTED = "submission__exercise_version"
# From a run to what logs and messages say of it.
SUBJECTS = (
    f"{ATTEMPTED}__exercise",
    "trial__exercise_version__exercise",
    "trial__lesson_version__lesson",
    "exercise_check__version__exercise",
    "judged_by",
)
NO_LEASE: dict[str, Any] = {"lease": None, "leased_until": None}


class RunQuerySet(models.QuerySet["Run"]):
    """Questions about runs, and their state changes.

    Every change is one conditional UPDATE, and tells whether it took place: two workers that race for a run
    cannot both win, and one whose lease went to somebody else changes nothing.
    """

    def pending(self) -> RunQuerySet:
        """Runs that have not come to an end."""
        return self.filter(status__in=Run.PENDING)

    def owned_by(self, owner: Owner) -> RunQuerySet:
        """Runs of what *owner* handed in, as far as they count; not what staff tried of a version not for learners."""
        columns = {f"submission__{name}": value for name, value in owner.columns.items()}
        return self.counting().filter(**columns, submission__is_preview=False)

    def counting(self) -> RunQuerySet:
        """All but those that only show what judging again would change."""
        return self.filter(is_preview=False)

    def without_previews(self) -> RunQuerySet:
        """Runs of what was handed in, as far as they count."""
        return self.counting().filter(submission__is_preview=False)

    def for_learners(self) -> RunQuerySet:
        """Runs that a learner waits for, or did: they go before everything else."""
        return self.exclude(purpose__in=Run.IN_BATCH)

    def in_batch(self) -> RunQuerySet:
        """Runs that staff asked for, which are done one after the other when nobody else wants to be served."""
        return self.filter(purpose__in=Run.IN_BATCH)

    def of_learners(self) -> RunQuerySet:
        """Runs that statistics are about: of what was handed in, as far as it counts, but for what staff handed in."""
        staff = get_user_model().objects.filter(is_staff=True).values("pk")
        # Not a plain exclude(): it would drop guests, whose column is null, or join each row.
        return self.without_previews().filter(Q(submission__user__isnull=True) | ~Q(submission__user__in=staff))

    def awaited_by(self, owner: Owner) -> RunQuerySet:
        """Runs that *owner* waits for, whether something was handed in or only tried out."""
        handed_in, tried_out = (
            Q(**{f"{subject}__{name}": value for name, value in owner.columns.items()})
            for subject in ("submission", "trial")
        )
        return self.pending().for_learners().filter(handed_in | tried_out)

    def with_subject(self) -> RunQuerySet:
        """Also load what logs and messages say of a run: its exercise or its lesson."""
        return self.select_related(*SUBJECTS)

    def newest(self) -> RunQuerySet:
        """The last run of each submission that counts: its result."""
        counting = Run.objects.counting()
        newer = counting.filter(submission=models.OuterRef("submission"), pk__gt=models.OuterRef("pk"))
        return self.counting().exclude(models.Exists(newer))

    def with_submission(self) -> RunQuerySet:
        """Also load what the API says of the attempt; what an author wrote of its version is not loaded."""
        return self.select_related("submission__exercise_version__exercise").only(
            *(field.attname for field in Run._meta.concrete_fields),
            *(
                f"submission__{name}"
                for name in ("uuid", "created_at", "user_id", "guest", "is_preview", "exercise_version")
            ),
            *(f"submission__exercise_version__{name}" for name in ("number", "kind", "cases", "sheet", "exercise")),
            "submission__exercise_version__exercise__slug",
        )

    def queued_before(self, run: Run) -> RunQuerySet:
        """Runs that wait and will be done earlier than *run*."""
        queued = self.filter(status=Run.Status.QUEUED, pk__lt=run.pk)
        return queued.in_batch() if run.is_in_batch else queued.for_learners()

    def next_in_batch(self) -> RunQuerySet:
        """Those in the batch that may be done now, in their order: what has failed through us waits for its time.

        An author looks at the check of an exercise, and at the listings of a lesson: they go before what is of many.
        """
        due = Q(requeue_at__isnull=True) | Q(requeue_at__lte=now())
        is_of_many = Q(rejudging__isnull=False) | Q(exercise_check__course_check__isnull=False)
        found = self.in_batch().filter(due, status=Run.Status.QUEUED)
        return found.order_by(models.Case(models.When(is_of_many, then=1), default=0), "pk")

    def is_learner_waiting(self) -> bool:
        """Whether a run that somebody waits for was not begun with. What failed before waits for its time, too."""
        return self.for_learners().filter(status=Run.Status.QUEUED, tries=0).exists()

    def is_batch_under_way(self) -> bool:
        """Whether some worker is doing a run of the batch, or did until a moment ago."""
        return self.in_batch().filter(status=Run.Status.RUNNING, leased_until__gte=now()).exists()

    def abandoned(self) -> RunQuerySet:
        """Runs whose worker has not renewed its lease in time."""
        return self.filter(status=Run.Status.RUNNING, leased_until__lt=now())

    def waiting_since_before(self, moment: datetime) -> RunQuerySet:
        """Queued runs that were handed in before *moment*."""
        return self.filter(status=Run.Status.QUEUED, created_at__lt=moment)

    def overdue(self) -> RunQuerySet:
        """Queued runs that nobody claimed in time: the broker may have lost their message."""
        return self.for_learners().filter(status=Run.Status.QUEUED, requeue_at__lt=now())

    def claim(self, pk: int, *, lease: uuid.UUID, until: datetime) -> Run | None:
        """Move one queued run to RUNNING under *lease*, count the try, and return the run.

        None means that it is gone, has come to an end, or that another worker has it.
        """
        queued = self.filter(pk=pk, status=Run.Status.QUEUED)
        claimed = queued.update(
            status=Run.Status.RUNNING,
            lease=lease,
            leased_until=until,
            requeue_at=None,
            tries=F("tries") + 1,
            started_at=now(),
        )
        if not claimed:
            return None
        # Nearly always an attempt: to ask for all that a run can be about takes Django four times as long.
        attempt = self.filter(pk=pk, submission__isnull=False, judged_by__isnull=True)
        texts = (f"{ATTEMPTED}__{name}" for name in ExerciseVersion.NOT_FOR_JUDGING)
        if run := attempt.select_related(f"{ATTEMPTED}__exercise").defer(*texts).first():
            return run
        versions = (ATTEMPTED, "trial__exercise_version", "judged_by")
        unneeded = (f"{version}__{name}" for version in versions for name in ExerciseVersion.NOT_FOR_JUDGING)
        texts = (f"trial__lesson_version__{name}" for name in ("body_markdown", "body_html", "contents"))
        return self.with_subject().defer(*unneeded, *texts).get(pk=pk)

    def held(self, run: Run) -> RunQuerySet:
        """*run* itself while it is RUNNING under the lease that *run* carries, else nothing."""
        return self.filter(pk=run.pk, status=Run.Status.RUNNING, lease=run.lease)

    def renew(self, run: Run, *, until: datetime) -> bool:
        """Keep the lease until *until*. False: stop working, the run was cancelled or is somebody else's."""
        return bool(self.held(run).update(leased_until=until))

    def finish(self, run: Run, **result: Any) -> bool:
        """Store *result* (columns of Run, with a verdict) if *run* still holds its lease."""
        return bool(self.held(run).update(status=Run.Status.DONE, finished_at=now(), **NO_LEASE, **result))

    def put_back(
        self,
        run: Run,
        *,
        requeue_at: datetime,
        next_try_at: datetime | None = None,
        counts: bool = True,
        worker_lost: bool = False,
    ) -> bool:
        """Back to QUEUED for another try; the sweeper sends it at *requeue_at* if nobody does earlier.

        *next_try_at* is when it is to be tried, for the page. Unless it *counts*, the try is taken back that claim()
        counted. *worker_lost*: its worker was not heard of any more.
        """
        columns: dict[str, Any] = {"started_at": None, "requeue_at": requeue_at, **NO_LEASE}
        if next_try_at is not None:
            columns["details"] = {"next_try_at": next_try_at.isoformat()}
        if not counts:
            columns["tries"] = F("tries") - 1
        if worker_lost:
            columns["workers_lost"] = F("workers_lost") + 1
        return bool(self.held(run).update(status=Run.Status.QUEUED, **columns))

    def give_up(self, run: Run, *, reason: Run.Fault) -> bool:
        """End as BROKEN: it was our fault, and no try is left."""
        return bool(self.held(run).update(status=Run.Status.BROKEN, reason=reason, finished_at=now(), **NO_LEASE))

    def give_up_waiting(self, run: Run, *, reason: Run.Fault) -> bool:
        """End as BROKEN a run that nobody has claimed."""
        queued = self.filter(pk=run.pk, status=Run.Status.QUEUED)
        return bool(
            queued.update(status=Run.Status.BROKEN, reason=reason, finished_at=now(), requeue_at=None, **NO_LEASE)
        )

    def cancel(self, pk: int) -> bool:
        """End a run that is still pending; its worker notices at its next `renew`."""
        return bool(self.filter(pk=pk).cancel_all())

    def cancel_all(self) -> int:
        """What cancel() does, for all of them that are still pending. Returns how many these were."""
        return self.pending().update(status=Run.Status.CANCELLED, finished_at=now(), requeue_at=None, **NO_LEASE)

    def postpone(self, run: Run, *, requeue_at: datetime) -> bool:
        """Move an overdue run's time on, if nobody else has done so since *run* was read."""
        unchanged = self.filter(pk=run.pk, status=Run.Status.QUEUED, requeue_at=run.requeue_at)
        return bool(unchanged.update(requeue_at=requeue_at))


class Run(models.Model):
    """One execution: where it is in our pipeline, and what came of it.

    It is about exactly one of a submission, which is judged, a trial, which is only looked at, and a check of an
    exercise, of whose programs it judges one.
    """

    class Purpose(models.TextChoices):
        SUBMIT = "submit", _("Submission")
        RUN = "run", _("Run without an attempt")
        CHECK = "check", _("Check of what staff wrote")
        REJUDGE = "rejudge", _("Judged again")

    class Status(models.TextChoices):  # where the run is in our pipeline
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        BROKEN = "broken", _("Broken")  # our fault; final after the last try; never counts against the learner

    PENDING = (Status.QUEUED, Status.RUNNING)
    # Nobody waits for them: they are of no message of their own, see exercises.queueing.
    IN_BATCH = (Purpose.CHECK, Purpose.REJUDGE)

    class Verdict(models.TextChoices):  # how the learner did; set once DONE
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")
        CRASHED = "crashed", _("Crashed")
        TIMED_OUT = "timed_out", _("Timed out")
        MEMORY_EXCEEDED = "memory_exceeded", _("Memory exceeded")
        OUTPUT_EXCEEDED = "output_exceeded", _("Output exceeded")
        RAN = "ran", _("Ran")  # of a trial: it did what it does, and nothing was expected

    class Fault(models.TextChoices):  # why it is broken: values of `reason` besides those of exercises.judging
        SANDBOX_UNAVAILABLE = "sandbox_unavailable", _("The sandbox was not available")
        INTERNAL_ERROR = "internal_error", _("Our own code failed")
        WORKER_LOST = "worker_lost", _("The worker ended in the middle")

    # Ended without a result, hence worth another try.
    REPEATABLE = (Status.CANCELLED, Status.BROKEN)

    uuid = models.UUIDField(_("UUID"), default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(
        "exercises.Submission", on_delete=models.CASCADE, null=True, related_name="runs", verbose_name=_("submission")
    )
    trial = models.OneToOneField(
        "exercises.Trial", on_delete=models.CASCADE, null=True, related_name="run", verbose_name=_("trial")
    )
    exercise_check = models.ForeignKey(
        "exercises.ExerciseCheck",
        on_delete=models.CASCADE,
        null=True,
        related_name="runs",
        verbose_name=_("check"),
    )
    program = models.CharField(_("program"), max_length=120, blank=True)  # of the check: see ExerciseCheck.files_of()
    rejudging = models.ForeignKey(
        "exercises.Rejudging",
        on_delete=models.CASCADE,
        null=True,
        related_name="runs",
        verbose_name=_("re-judging"),
    )
    # Of a submission the version that judges it, where that may be another than the submission's. When judging again is
    # applied the submission points at it, too, and the runs before it keep what had judged them.
    judged_by = models.ForeignKey(
        ExerciseVersion, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("judged by")
    )
    is_preview = models.BooleanField(_("preview"), default=False)  # it does not count: see exercises.rejudging
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose.choices, default=Purpose.SUBMIT)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.QUEUED)
    verdict = models.CharField(_("verdict"), max_length=15, choices=Verdict.choices, blank=True)
    # A stable code that refines the verdict (or why it is broken); sentences are made from it when a page is rendered.
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    details = models.JSONField(default=dict)  # parameters of those sentences: line, exception, limit, ...
    tests = models.JSONField(default=list)  # one object a case, in the author's order; see exercises.judging
    # What a trial was answered, see exercises.observing; None while there is none, and of a submission.
    answer = models.JSONField(null=True)
    score = models.FloatField(_("score"), null=True)  # share of the cases that passed, 0 to 1
    seed = models.BigIntegerField(_("seed"))  # of the random values in the cases
    level = models.CharField(_("level"), max_length=16, blank=True)  # isolation that was in force, see docs/sandbox.md

    tries = models.PositiveSmallIntegerField(_("tries"), default=0)  # how often a worker has claimed it
    # How many of them ended with their worker: that is seldom the run's doing, so they are counted apart.
    workers_lost = models.PositiveSmallIntegerField(_("lost workers"), default=0)
    lease = models.UUIDField(_("lease"), null=True)  # of the worker that has it now; finishing needs it
    leased_until = models.DateTimeField(_("leased until"), null=True)
    # When the sweeper sends the task again if nobody has claimed the run by then: its message may be lost.
    requeue_at = models.DateTimeField(_("sent again at"), null=True)

    stdout = models.TextField(blank=True)
    stderr = models.TextField(blank=True)
    truncated = models.BooleanField(_("truncated"), default=False)
    wall_ms = models.PositiveIntegerField(_("time (ms)"), null=True)
    cpu_ms = models.PositiveIntegerField(_("processor time (ms)"), null=True)
    memory_bytes = models.PositiveBigIntegerField(_("memory (bytes)"), null=True)  # above the framework's baseline

    created_at = models.DateTimeField(_("created at"), default=now, editable=False)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(submission__isnull=False, trial__isnull=True, exercise_check__isnull=True)
                | Q(submission__isnull=True, trial__isnull=False, exercise_check__isnull=True)
                | Q(submission__isnull=True, trial__isnull=True, exercise_check__isnull=False),
                name="run_of_submission_trial_or_check",
            ),
            models.CheckConstraint(
                condition=Q(exercise_check__isnull=True, program="") | Q(exercise_check__isnull=False) & ~Q(program=""),
                name="run_program_iff_check",
            ),
            # Asking twice for another try, or a double click, must not judge the same files twice at once.
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(status__in=["queued", "running"], is_preview=False),
                name="run_one_pending_a_submission",
            ),
            models.UniqueConstraint(fields=["rejudging", "submission"], name="run_once_a_rejudging"),
            models.CheckConstraint(
                condition=Q(is_preview=False) | Q(rejudging__isnull=False, submission__isnull=False),
                name="run_preview_of_a_rejudging",
            ),
            models.CheckConstraint(
                condition=Q(status="done") & ~Q(verdict="") | ~Q(status="done") & Q(verdict=""),
                name="run_verdict_iff_done",
            ),
            models.CheckConstraint(
                condition=Q(status="running", lease__isnull=False, leased_until__isnull=False)
                | ~Q(status="running") & Q(lease__isnull=True, leased_until__isnull=True),
                name="run_lease_iff_running",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running"], finished_at__isnull=True)
                | ~Q(status__in=["queued", "running"]) & Q(finished_at__isnull=False),
                name="run_finished_iff_final",
            ),
        ]
        indexes = [
            # Only unfinished runs are looked for by state, and they are few among all.
            models.Index(fields=["status", "id"], name="run_pending", condition=Q(status__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def subject(self) -> Submission | Trial | ExerciseCheck:
        """What it is about: where it came from, and the id under which its changes are announced."""
        subject = self.submission or self.trial or self.exercise_check
        assert subject is not None  # noqa: S101 - a constraint: it is one of the three
        return subject

    @property
    def version(self) -> ExerciseVersion:
        """The version of an exercise that judges it. ValueError for a trial, which nothing judges."""
        if self.submission is not None:
            own = self.submission.exercise_version_id
            if self.judged_by_id in (None, own) or self.judged_by is None:
                return self.submission.exercise_version
            return self.judged_by
        if self.exercise_check is not None:
            return self.exercise_check.version
        raise ValueError(f"the run {self} is of a trial")

    @property
    def files(self) -> dict[str, str]:
        """The program: {path: text}."""
        if self.exercise_check is not None:
            return self.exercise_check.files_of(self.program)
        subject = self.submission or self.trial
        assert subject is not None  # noqa: S101 - a constraint: it is one of the three
        return dict(subject.files)

    @property
    def is_in_batch(self) -> bool:
        return self.purpose in self.IN_BATCH

    @property
    def is_pending(self) -> bool:
        return self.status in self.PENDING

    @property
    def is_repeatable(self) -> bool:
        return self.status in self.REPEATABLE
