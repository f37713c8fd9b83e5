"""The publish gate's memory: what came of running a version's own files in the sandbox."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from exercises.models.exercise import ExerciseVersion
from exercises.models.run import Run

if TYPE_CHECKING:
    from exercises.models.run import RunQuerySet

SOLUTION, STARTER, WRONG = "solution", "starter", "wrong/"  # what the programs of a check are called
ENTRY = "main.py"  # what a wrong file stands for


class CheckQuerySet(models.QuerySet["ExerciseCheck"]):
    def is_green(self, version: ExerciseVersion) -> bool:
        """Whether the newest check of *version* found nothing wrong."""
        newest = self.filter(version=version).order_by("-pk").first()
        return newest is not None and newest.status == ExerciseCheck.Status.PASSED

    def pending(self) -> CheckQuerySet:
        return self.filter(status=ExerciseCheck.Status.PENDING)

    def unsettled(self) -> CheckQuerySet:
        """Checks whose programs have all come to an end, and that nobody has drawn the conclusion of."""
        return self.pending().exclude(models.Exists(Run.objects.pending().filter(exercise_check=models.OuterRef("pk"))))

    def with_counts(self) -> CheckQuerySet:
        """Also load run_count, and ended_count of them that have come to an end."""
        ended = ~Q(runs__status__in=Run.PENDING)
        return self.annotate(run_count=Count("runs"), ended_count=Count("runs", filter=ended & Q(runs__isnull=False)))


class CourseCheck(models.Model):
    """All exercises of a course, checked together: a check of each draft that there was."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+", verbose_name=_("course"))
    created_at = models.DateTimeField(_("created at"), default=now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )
    checks: CheckQuerySet  # the other end

    class Meta:
        verbose_name = _("check of a course")
        verbose_name_plural = _("checks of courses")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.course)

    def get_absolute_url(self) -> str:
        return reverse("admin:exercises_coursecheck_change", args=[self.pk])


class ExerciseCheck(models.Model):
    """One check of a version: does its reference pass, its starter not, and each wrong file fail where it says?

    Each program is a run; exercises.checking draws the conclusion when all have ended.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Under way")
        PASSED = "passed", _("All as it should be")
        FAILED = "failed", _("Something is wrong")
        UNAVAILABLE = "unavailable", _("The sandbox was not available")
        CANCELLED = "cancelled", _("Stopped")

    # Ended without telling anything about the exercise.
    REPEATABLE = (Status.UNAVAILABLE, Status.CANCELLED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(ExerciseVersion, on_delete=models.CASCADE, related_name="checks")
    course_check = models.ForeignKey(CourseCheck, on_delete=models.SET_NULL, null=True, related_name="checks")
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.PENDING)
    created_at = models.DateTimeField(default=now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    finished_at = models.DateTimeField(null=True)
    runs: RunQuerySet  # the other end; in the order of the programs

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("check")
        verbose_name_plural = _("checks")

    def __str__(self) -> str:
        return f"{self.version}: {self.get_status_display()}"

    def get_absolute_url(self) -> str:
        return reverse("admin:exercises_exercise_check", args=[self.version.exercise_id, self.pk])

    def files_of(self, program: str) -> dict[str, str]:
        """The files of "solution", "starter" or "wrong/<name>", which is the solution with another main.py."""
        if program == SOLUTION:
            return dict(self.version.solution)
        if program == STARTER:
            return dict(self.version.starter)
        return {**self.version.solution, ENTRY: self.version.wrong[program.removeprefix(WRONG)]}

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    @property
    def origin(self) -> str:
        """For logs: the slug of the exercise."""
        return self.version.exercise.slug

    @property
    def framework(self) -> str:
        return self.version.framework
