"""Practice. Rows are written by the services of this app only (architecture: one direction); read them from anywhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now

from courses.models import HASH_LENGTH, Course, Lesson


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose work a row is: exactly one of an account (its primary key) and a guest (the id in the session)."""

    user_id: int | None = None
    guest: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.guest is None):
            raise ValueError("an owner is an account or a guest, not both and not neither")

    @property
    def columns(self) -> dict[str, Any]:
        """Keyword arguments for filter() and create() of any OwnedModel."""
        return {"user_id": self.user_id, "guest": self.guest}


class OwnedModel(models.Model):
    """A row that belongs to a learner: to one account or to one guest."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    guest = models.UUIDField(null=True, blank=True, db_index=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, guest__isnull=False) | Q(user__isnull=False, guest__isnull=True),
                name="%(class)s_has_one_owner",
            )
        ]


class Family(models.Model):
    """Cases that several exercises share, with parameters that each of them fills in."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="families")
    slug = models.SlugField(unique=True)
    cases_toml = models.TextField(verbose_name="cases", help_text="TOML, see docs/authoring.md.")
    loaded_hash = models.CharField(max_length=HASH_LENGTH, blank=True, editable=False)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "families"

    def __str__(self) -> str:
        return self.slug


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    def published(self) -> ExerciseQuerySet:
        """Exercises a visitor may solve now: published themselves, in a published course.

        Their lesson may still be a draft: the exercise then stands alone.
        """
        return self.filter(
            published__isnull=False, published_at__lte=now(), lesson__course__published_at__lte=now()
        ).select_related("published")


class Exercise(models.Model):
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="exercises")
    slug = models.SlugField(unique=True)
    position = models.PositiveIntegerField(default=0, help_text="Place in the lesson; smaller comes first.")
    draft = models.ForeignKey(
        "ExerciseVersion", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    published = models.ForeignKey(
        "ExerciseVersion", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    loaded_hash = models.CharField(max_length=HASH_LENGTH, blank=True, editable=False)

    objects = ExerciseQuerySet.as_manager()

    class Meta:
        ordering = ["lesson__module__position", "lesson__position", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published__isnull=True, published_at__isnull=True)
                | Q(published__isnull=False, published_at__isnull=False),
                name="exercise_published_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("exercises:exercise", args=[self.slug])


class ExerciseVersion(models.Model):
    """One saved state of an exercise with its cases resolved; never changed after it was made."""

    class Kind(models.TextChoices):
        HTTP = "http", "Web application"

    class Framework(models.TextChoices):
        FLASK = "flask", "Flask"
        DJANGO = "django", "Django"
        FASTAPI = "fastapi", "FastAPI"
        STARLETTE = "starlette", "Starlette"
        PYRAMID = "pyramid", "Pyramid"
        AIOHTTP = "aiohttp", "aiohttp"
        SANIC = "sanic", "Sanic"
        TORNADO = "tornado", "Tornado"
        GEVENT = "gevent", "gevent"
        STREAMLIT = "streamlit", "Streamlit"
        DASH = "dash", "Plotly Dash"

    class Difficulty(models.TextChoices):
        EASY = "easy", "Easy"
        MEDIUM = "medium", "Medium"
        HARD = "hard", "Hard"

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(help_text="1 is the first save of this exercise.")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.HTTP)
    framework = models.CharField(max_length=16, choices=Framework.choices, blank=True)
    difficulty = models.CharField(max_length=8, choices=Difficulty.choices, default=Difficulty.EASY)
    prompt_markdown = models.TextField(verbose_name="prompt")
    instructions_html = models.TextField(editable=False)  # rendered and sanitised at save time
    # Files are {path: text}; paths are relative, use "/" and stay inside the work folder.
    starter = models.JSONField(default=dict)
    solution = models.JSONField(default=dict)
    solution_markdown = models.TextField(blank=True)
    wrong = models.JSONField(default=dict)  # plausible mistakes; each must fail at the case that it names
    family = models.ForeignKey(Family, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    params = models.JSONField(default=dict)  # what this exercise fills into the cases of its family
    cases_toml = models.TextField(blank=True, help_text="The exercise's own cases; empty when a family has them.")
    cases = models.JSONField(default=list, editable=False)  # resolved: what exercises.cases.parse() returned
    hints = models.JSONField(default=list)  # texts, from nudge to how
    limits = models.JSONField(default=dict)  # overrides of sandbox.Limits by field name
    content_hash = models.CharField(max_length=HASH_LENGTH, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["exercise", "number"], name="exercise_version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.number})"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def owned_by(self, owner: Owner) -> SubmissionQuerySet:
        return self.filter(**owner.columns)

    def readable_by(self, user) -> SubmissionQuerySet:
        """What *user* may read: everything for staff; one's own; and a guest's, because only the guest knows its id."""
        if user.is_staff:
            return self
        return self.filter(Q(guest__isnull=False) | Q(user_id=user.pk if user.is_authenticated else None))


class Submission(OwnedModel):
    """What a learner handed in. Only its owner ever changes, when a guest signs up."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exercise_version = models.ForeignKey(ExerciseVersion, on_delete=models.PROTECT, related_name="submissions")
    files = models.JSONField()
    created_at = models.DateTimeField(default=now, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta(OwnedModel.Meta):
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "exercise_version"], name="submission_of_user"),
            models.Index(fields=["guest", "exercise_version"], name="submission_of_guest"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def get_absolute_url(self) -> str:
        return reverse("exercises:submission", args=[self.uuid])


class RunQuerySet(models.QuerySet["Run"]):
    def pending(self) -> RunQuerySet:
        """Runs that have not come to an end."""
        return self.filter(status__in=Run.PENDING)


class Run(models.Model):
    """One execution of what a learner handed in: where it is in our pipeline, and what came of it."""

    class Purpose(models.TextChoices):
        SUBMIT = "submit", "Submission"
        REJUDGE = "rejudge", "Judged again"

    class Status(models.TextChoices):  # where the run is in our pipeline
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        BROKEN = "broken", "Broken"  # our fault; final after the last try; never counts against the learner

    PENDING = (Status.QUEUED, Status.RUNNING)

    class Verdict(models.TextChoices):  # how the learner did; set once DONE
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        CRASHED = "crashed", "Crashed"
        TIMED_OUT = "timed_out", "Timed out"
        MEMORY_EXCEEDED = "memory_exceeded", "Memory exceeded"
        OUTPUT_EXCEEDED = "output_exceeded", "Output exceeded"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="runs")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.SUBMIT)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    verdict = models.CharField(max_length=15, choices=Verdict.choices, blank=True)
    # A stable code that refines the verdict (or why it is broken); sentences are made from it when a page is rendered.
    reason = models.CharField(max_length=32, blank=True)
    details = models.JSONField(default=dict)  # parameters of those sentences: line, exception, limit, ...
    tests = models.JSONField(default=list)  # one object a case, in the author's order; see exercises.judging
    score = models.FloatField(null=True)  # share of the cases that passed, 0 to 1
    seed = models.BigIntegerField()  # of the random values in the cases
    level = models.CharField(max_length=16, blank=True)  # isolation that was in force, see docs/sandbox.md

    tries = models.PositiveSmallIntegerField(default=0)  # how often a worker has claimed it
    lease = models.UUIDField(null=True)  # of the worker that has it now; finishing needs it
    leased_until = models.DateTimeField(null=True)
    # When the sweeper sends the task again if nobody has claimed the run by then: its message may be lost.
    requeue_at = models.DateTimeField(null=True)

    stdout = models.TextField(blank=True)
    stderr = models.TextField(blank=True)
    truncated = models.BooleanField(default=False)
    wall_ms = models.PositiveIntegerField(null=True)
    cpu_ms = models.PositiveIntegerField(null=True)
    memory_bytes = models.PositiveBigIntegerField(null=True)  # above the framework's baseline

    created_at = models.DateTimeField(default=now, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
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
    def is_pending(self) -> bool:
        return self.status in self.PENDING


class LessonDone(OwnedModel):
    """A learner marked a lesson as done."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    done_at = models.DateTimeField(default=now, editable=False)

    class Meta(OwnedModel.Meta):
        constraints = [
            *OwnedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "lesson"], condition=Q(user__isnull=False), name="lesson_done_once_by_user"
            ),
            models.UniqueConstraint(
                fields=["guest", "lesson"], condition=Q(guest__isnull=False), name="lesson_done_once_by_guest"
            ),
        ]

    def __str__(self) -> str:
        return f"lesson {self.lesson_id}"
