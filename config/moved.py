"""Old addresses of courses, lessons and exercises lead to the new ones: every page below them, whatever it is for."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from accounts.middleware import BothWays
from exercises.addresses import moved

NAMESPACES = ("courses", "exercises")
SAFE = ("GET", "HEAD")


class OldAddresses(BothWays):
    """It costs nothing where a page is found; the API has exercises.api.moved, as it answers 404 itself."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(exception, Http404) or match is None or match.namespace not in NAMESPACES:
            return None
        present = moved(match.kwargs, request.user)
        if present is None:
            return None
        address = reverse(match.view_name, kwargs=present)
        if request.GET:
            address += "?" + request.GET.urlencode()
        # 308 for what is sent: a form that was open meanwhile must not lose what was typed.
        return HttpResponsePermanentRedirect(address, preserve_request=request.method not in SAFE)
