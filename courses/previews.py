"""Links by which people without an account see a draft: signed, valid for some days, and withdrawn by one button.

A link is good for looking at one page. It opens no session, and nothing can be written with it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.timezone import now

from courses.models import Released, new_preview_key

VALID = timedelta(days=7)
PARAMETER = "preview"  # in the address of the page


class PreviewOver(Exception):
    """The link is not good any more, or never was."""


def preview_address(row: Any) -> str:
    """The address of the page of *row*, a lesson or an exercise, with its draft, for VALID from now on."""
    return f"{row.get_absolute_url()}?{PARAMETER}={signing.dumps(row.pk, salt=_salt(row))}"


def valid_until() -> datetime:
    """Of a link that is made now."""
    return now() + VALID


def check_preview(row: Any, token: str) -> None:
    """Raise PreviewOver unless *token* is of a link to *row* that is valid still."""
    try:
        pk = signing.loads(token, salt=_salt(row), max_age=VALID)
    except signing.BadSignature as error:  # also one that is too old
        raise PreviewOver from error
    if pk != row.pk:
        raise PreviewOver


@transaction.atomic
def withdraw_previews(row: Released) -> None:
    """Make all links to *row* that were given out worth nothing."""
    row.preview_key = new_preview_key()
    row.save(update_fields=["preview_key"])


def _salt(row: Any) -> str:
    return f"courses.previews:{row._meta.label_lower}:{row.preview_key}"
