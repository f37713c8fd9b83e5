"""The page that everybody gets while an operator works on the site.

It is on while there is a file `maintenance` in VAR_DIR: that needs no restart, and no process of ours has to answer.
The first number in the file, if any, is how many seconds clients are told to wait.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from config.preferences import preferences

FILE = "maintenance"
RETRY_SECONDS = 300
# Machines have to see that the process lives, and operators what it does.
STAYS_OPEN = ("/health/", "/metrics")


def retry_after_seconds() -> int | None:
    """None: the site is open."""
    try:
        text = (settings.VAR_DIR / FILE).read_text(errors="replace")[:1000]
    except FileNotFoundError:
        return None
    except OSError:
        return RETRY_SECONDS  # it is there, though this process may not read it
    number = re.search(r"\d{1,6}", text)
    return int(number[0]) if number else RETRY_SECONDS


class MaintenanceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seconds = retry_after_seconds()
        if seconds is None or request.path.startswith(STAYS_OPEN):
            return self.get_response(request)
        response: HttpResponse
        if request.path.startswith("/api/"):
            detail = _("The site is being worked on. Please try again later.")
            response = JsonResponse({"code": "maintenance", "detail": detail}, status=503)
        else:
            response = HttpResponse(render_to_string("503.html", preferences(request)), status=503)
        response["Retry-After"] = str(seconds)
        response["Cache-Control"] = "no-store"
        return response
