"""Pages tell times in the zone of their reader, which a script names in a cookie (static/js/zone.js)."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "zone"
# Programs are told times in one zone, and staff plan and count days together.
IN_THE_SITES_ZONE = ("/api/", "/admin/")


def readers_time_zone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware."""

    def respond(request: HttpRequest) -> HttpResponse:
        zone = zone_called(request.COOKIES.get(COOKIE, ""))
        if zone is None or request.path.startswith(IN_THE_SITES_ZONE):
            return get_response(request)
        with timezone.override(zone):
            return get_response(request)

    return respond


def zone_called(name: str) -> ZoneInfo | None:
    """None for what is no zone that this machine knows."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # a folder of zones is an OSError, as is a name that is too long
        return None
