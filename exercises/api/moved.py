"""Old addresses in the API lead to the new ones, as those of pages do."""

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import reverse

from exercises.addresses import moved

if TYPE_CHECKING:
    from rest_framework.views import APIView
else:
    APIView = object


class FollowsMoves(APIView):
    """For a view whose address has `course`, `lesson` or `slug` in it: 301 for reading, 308 for what is sent."""

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Http404) and (present := moved(self.kwargs, self.request.user)):
            match = self.request.resolver_match
            assert match is not None  # noqa: S101 - the request has come to this view
            response = HttpResponsePermanentRedirect(
                reverse(match.view_name, kwargs=present), preserve_request=self.request.method not in ("GET", "HEAD")
            )
            response.exception = True  # type: ignore[attr-defined]  # as DRF marks its own
            return response
        return super().handle_exception(exc)
