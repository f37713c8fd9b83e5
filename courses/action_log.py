"""What the admin's log holds: codes and parameters; a sentence is made of them in the language of who reads it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext, gettext_noop


def noted(message: str, **parameters: str | int) -> list[dict[str, Any]]:
    """What `ModelAdmin.log_change()` and its like store of something that was done.

    *message* is the English text, marked with gettext_noop() and with %(names)s of its *parameters*. Whoever reads the
    log without sentence_of() is told by Django that the state was changed.
    """
    return [{"changed": {"fields": [gettext_noop("state")]}, "said": message, "parameters": parameters}]


def sentence_of(entry: LogEntry) -> str:
    """What *entry* says was done; older ones, and those of Django, in Django's way."""
    try:
        (note,) = json.loads(entry.change_message)
        return gettext(note["said"]) % note["parameters"]
    except (KeyError, TypeError, ValueError):
        return entry.get_change_message()
