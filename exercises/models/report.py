"""What readers say about a page."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from courses.models import LessonVersion
from exercises.models.exercise import ExerciseVersion
from exercises.models.owner import OwnedModel


class ProblemReport(OwnedModel):
    """One reader's word on one version of a lesson or an exercise. Open until somebody of the staff has closed it."""

    class Kind(models.TextChoices):
        PROBLEM = "problem", _("Problem")
        UNCLEAR = "unclear", _("Not clear")
        CLEAR = "clear", _("Clear")

    MAX_TEXT = 2000  # characters
    MAX_PAGE = 300

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    lesson_version = models.ForeignKey(
        LessonVersion, on_delete=models.CASCADE, null=True, related_name="reports", verbose_name=_("lesson")
    )
    exercise_version = models.ForeignKey(
        ExerciseVersion, on_delete=models.CASCADE, null=True, related_name="reports", verbose_name=_("exercise")
    )
    text = models.TextField(_("text"), blank=True)  # hostile; "" unless it is a problem
    page = models.CharField(_("page"), max_length=MAX_PAGE)  # path of the page
    created_at = models.DateTimeField(_("created at"), default=now, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("closed by"),
    )

    class Meta(OwnedModel.Meta):
        ordering = ["-pk"]
        verbose_name = _("problem report")
        verbose_name_plural = _("problem reports")
        constraints = [
            *OwnedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(lesson_version__isnull=True, exercise_version__isnull=False)
                | Q(lesson_version__isnull=False, exercise_version__isnull=True),
                name="problemreport_is_about_one_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.page}"

    @property
    def version(self) -> LessonVersion | ExerciseVersion:
        version = self.lesson_version or self.exercise_version
        assert version is not None  # noqa: S101 - a constraint of the database
        return version
