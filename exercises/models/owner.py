"""Whose work a row is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


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

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("account")
    )
    guest = models.UUIDField(_("guest"), null=True, blank=True, db_index=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, guest__isnull=False) | Q(user__isnull=False, guest__isnull=True),
                name="%(class)s_has_one_owner",
            )
        ]


class Adoption(models.Model):
    """A guest's work went to an account: what is still on its way as the guest's belongs there too."""

    guest = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("adoption")
        verbose_name_plural = _("adoptions")

    def __str__(self) -> str:
        return f"guest {self.guest}"
