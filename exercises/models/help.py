"""What learners looked at of the help that an exercise offers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exercises.models.exercise import Exercise
from exercises.models.owner import OwnedModel, Owner
from exercises.models.run import Run
from exercises.models.submission import Submission


class HelpUsedQuerySet(models.QuerySet["HelpUsed"]):
    def owned_by(self, owner: Owner) -> HelpUsedQuerySet:
        return self.filter(**owner.columns)

    def before_a_pass(self, owner: Owner) -> HelpUsedQuerySet:
        """Exercises whose solution *owner* opened before handing in anything that passed."""
        earlier = Submission.objects.owned_by(owner).filter(
            exercise_version__exercise=models.OuterRef("exercise"),
            created_at__lt=models.OuterRef("solution_opened_at"),
            runs__verdict=Run.Verdict.PASSED,
        )
        return self.owned_by(owner).filter(solution_opened_at__isnull=False).exclude(models.Exists(earlier))


class HelpUsed(OwnedModel):
    """How much of an exercise's help a learner has opened. No row: nothing yet."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    hints = models.PositiveSmallIntegerField(default=0)  # how many of them, from the first on
    # When it was opened by its button; null also where a pass has opened it, which is nothing to remember.
    solution_opened_at = models.DateTimeField(null=True)

    objects = HelpUsedQuerySet.as_manager()

    class Meta(OwnedModel.Meta):
        verbose_name = _("help that was used")
        verbose_name_plural = _("help that was used")
        constraints = [
            *OwnedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "exercise"], condition=Q(user__isnull=False), name="help_used_once_by_user"
            ),
            models.UniqueConstraint(
                fields=["guest", "exercise"], condition=Q(guest__isnull=False), name="help_used_once_by_guest"
            ),
        ]

    def __str__(self) -> str:
        return f"help of exercise {self.exercise_id}"
