"""What an account has besides what django-allauth keeps: tokens for the API."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def of(self, user_id: int) -> ApiTokenQuerySet:
        return self.filter(user_id=user_id)

    def mark_used(self, token: ApiToken, *, day: date) -> None:
        """Note that *token* was used on *day*; one UPDATE on the first use of a day, none after it."""
        if token.last_used_on != day:
            self.filter(pk=token.pk).update(last_used_on=day)


class ApiToken(models.Model):
    """A way into the API for a program of the account's. The token itself is shown once and kept by its owner only."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=60)  # the owner's word for where it is used
    # SHA-256 in hexadecimal. A token has 256 random bits: what slows down the guessing of passwords would gain nothing.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    ending = models.CharField(_("ending"), max_length=4, editable=False)  # last characters of the token, to tell it by
    created_at = models.DateTimeField(_("created at"), default=now, editable=False)
    last_used_on = models.DateField(_("last used on"), null=True, editable=False)  # UTC

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            # A form that is sent twice, by a reload or a double click, makes one token.
            models.UniqueConstraint(fields=["user", "name"], name="api_token_name_once_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.name} (…{self.ending})"
