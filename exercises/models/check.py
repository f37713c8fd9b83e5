"""The publish gate's memory: what came of running a version's own files in the sandbox."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from exercises.models.exercise import ExerciseVersion


class CheckQuerySet(models.QuerySet["ExerciseCheck"]):
    def is_green(self, version: ExerciseVersion) -> bool:
        """Whether the newest check of *version* found nothing wrong."""
        newest = self.filter(version=version).order_by("-pk").first()
        return newest is not None and newest.status == ExerciseCheck.Status.PASSED


class ExerciseCheck(models.Model):
    """One check of a version: does its reference pass, its starter not, and each wrong file fail where it says?"""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PASSED = "passed", _("All as it should be")
        FAILED = "failed", _("Something is wrong")
        UNAVAILABLE = "unavailable", _("The sandbox was not available")

    version = models.ForeignKey(ExerciseVersion, on_delete=models.CASCADE, related_name="checks")
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.PENDING)
    # One object a program that was run, see exercises.checking.Finding; for an operator's eyes when unavailable.
    findings = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    finished_at = models.DateTimeField(null=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.version}: {self.get_status_display()}"
