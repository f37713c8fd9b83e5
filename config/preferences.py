"""Preferences are cookies that the server renders from, so that the first paint is right."""

from typing import Any

from django.http import HttpRequest

THEMES = ("light", "dark")


def preferences(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: `theme` (light, dark or "" for the system's) and `single_keys` (shortcuts are on)."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "single_keys": request.COOKIES.get("keys") != "0",
    }
