"""The code that a learner is writing, and what of it was set aside."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from exercises.models.exercise import Exercise
from exercises.models.owner import OwnedModel, Owner


class DraftQuerySet(models.QuerySet["Draft"]):
    def owned_by(self, owner: Owner) -> DraftQuerySet:
        return self.filter(**owner.columns)

    def replace(self, *, version: int, files: dict[str, str]) -> bool:
        """Store *files* if the draft is still at *version*; one UPDATE, so that of two that race one is told."""
        return bool(self.filter(version=version).update(files=files, version=F("version") + 1, updated_at=now()))


class Draft(OwnedModel):
    """What a learner is writing for one exercise, as the last device that saved it left it."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    files = models.JSONField(default=dict)  # {path: text}; a file that is not in it is as the start version has it
    version = models.PositiveIntegerField(default=1)  # goes up with every change; a save names the one that it knows
    updated_at = models.DateTimeField(default=now, editable=False)

    objects = DraftQuerySet.as_manager()

    class Meta(OwnedModel.Meta):
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            *OwnedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "exercise"], condition=Q(user__isnull=False), name="draft_once_by_user"
            ),
            models.UniqueConstraint(
                fields=["guest", "exercise"], condition=Q(guest__isnull=False), name="draft_once_by_guest"
            ),
        ]

    def __str__(self) -> str:
        return f"draft of exercise {self.exercise_id}, version {self.version}"


class KeptDraftQuerySet(models.QuerySet["KeptDraft"]):
    def owned_by(self, owner: Owner) -> KeptDraftQuerySet:
        return self.filter(**owner.columns)


class KeptDraft(OwnedModel):
    """Code that was never handed in and that other code took the place of; an entry of the history."""

    class Reason(models.TextChoices):
        RESET = "reset", _("Before a reset")
        REPLACED = "replaced", _("Before older code was used again")
        CONFLICT = "conflict", _("The draft that was not chosen")
        LOGIN = "login", _("The older draft at a login")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+")
    files = models.JSONField()  # {path: text}
    reason = models.CharField(max_length=8, choices=Reason.choices)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = KeptDraftQuerySet.as_manager()

    class Meta(OwnedModel.Meta):
        ordering = ["-pk"]
        verbose_name = _("draft that was set aside")
        verbose_name_plural = _("drafts that were set aside")
        indexes = [
            models.Index(fields=["user", "exercise"], name="kept_draft_of_user"),
            models.Index(fields=["guest", "exercise"], name="kept_draft_of_guest"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
