"""Attempts that staff had judged again, and what became of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from exercises.models.run import RunQuerySet


class Rejudging(models.Model):
    """A set of attempts that are judged again, in runs that do not count until it is applied."""

    class Against(models.TextChoices):  # which version judges
        PUBLISHED = "published", _("the published version")
        SAME = "same", _("the version that judged it before")

    against = models.CharField(_("against"), max_length=9, choices=Against.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    skipped = models.PositiveIntegerField(default=0)  # attempts that were asked for and cannot be judged again
    created_at = models.DateTimeField(_("created at"), default=now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("created by"),
    )
    applied_at = models.DateTimeField(null=True, editable=False)
    discarded_at = models.DateTimeField(null=True, editable=False)
    runs: RunQuerySet  # the other end; none once it is discarded

    class Meta:
        verbose_name = _("judging again")
        verbose_name_plural = _("attempts judged again")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(discarded_at__isnull=True),
                name="rejudging_applied_or_discarded",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("admin:exercises_rejudging_change", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it can still be applied or discarded."""
        return self.applied_at is None and self.discarded_at is None
