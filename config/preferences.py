"""Preferences are cookies that the server renders from, so that the first paint is right."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from config.assets import has_bundles, has_fonts
from courses.listings import FRAMEWORKS

THEMES = ("light", "dark")


def preferences(request: HttpRequest) -> dict[str, Any]:
    """Context of every page.

    theme: light, dark, or "" for the system's; single_keys: whether shortcuts of one key are on;
    preferred_framework: the one to show first where several are compared, or "";
    assets: {"fonts": whether the web fonts were built, "bundled": whether the scripts were};
    address: of this page, for paper.
    """
    theme, framework = request.COOKIES.get("theme", ""), request.COOKIES.get("fw", "")
    return {
        "theme": theme if theme in THEMES else "",
        "preferred_framework": framework if framework in FRAMEWORKS else "",
        "single_keys": request.COOKIES.get("keys") != "0",
        "assets": {"fonts": has_fonts(), "bundled": has_bundles()},
        # Not request.build_absolute_uri(): the page that refuses a wrong Host header has this foot, too.
        "address": f"{settings.SITE_URL}{request.get_full_path()}",
    }
