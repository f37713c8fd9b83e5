"""Where the theme menu, the shortcuts dialog and the tabs of frameworks send their choice."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from config.preferences import THEMES
from courses.listings import FRAMEWORKS

YEAR_SECONDS = 365 * 24 * 3600


def safe_next(request: HttpRequest) -> str:
    """The page to go back to: the form's `next` when it is an address of this site, else the home page."""
    address = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own else "/"


@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Keep `theme` (light, dark or system), `keys` (1 or 0), `fw` (a framework) and `language` in cookies, answer 303.

    Other values change nothing.

    The server sets the cookies, not a script: Safari forgets a script's cookies after seven days.
    """
    response = HttpResponseRedirect(safe_next(request))
    response.status_code = 303
    theme, keys, framework, language = (request.POST.get(name) for name in ("theme", "keys", "fw", "language"))
    cookie: dict[str, Any] = {"max_age": YEAR_SECONDS, "httponly": True, "samesite": "Lax"}
    cookie["secure"] = request.is_secure()
    if theme in THEMES:
        response.set_cookie("theme", theme, **cookie)
    elif theme == "system":
        response.delete_cookie("theme", samesite="Lax")
    if keys in ("0", "1"):
        response.set_cookie("keys", keys, **cookie)
    if framework in FRAMEWORKS:
        response.set_cookie("fw", framework, **cookie)
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **cookie)
    return response
