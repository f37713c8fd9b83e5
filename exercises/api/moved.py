"""Old addresses in the API lead to the new ones, and those of what was archived say so, as pages do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponsePermanentRedirect
from django.urls import reverse

from courses.addresses import retired_course, retired_lesson
from exercises.access import retired_exercise
from exercises.addresses import moved
from exercises.errors import Archived

if TYPE_CHECKING:
    from rest_framework.views import APIView
else:
    APIView = object


class FollowsMoves(APIView):
    """For a view whose address has `course`, `lesson` or `slug` in it: 301 for reading, 308 for what is sent, 410."""

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Http404) and (present := moved(self.kwargs, self.request.user)):
            match = self.request.resolver_match
            assert match is not None  # noqa: S101 - the request has come to this view
            response = HttpResponsePermanentRedirect(
                reverse(match.view_name, kwargs=present), preserve_request=self.request.method not in ("GET", "HEAD")
            )
            response.exception = True  # type: ignore[attr-defined]  # as DRF marks its own
            return response
        if isinstance(exc, Http404) and is_retired(self.kwargs):
            exc = Archived()
        return super().handle_exception(exc)


def is_retired(kwargs: Mapping[str, str]) -> bool:
    """Whether learners had this before it was archived."""
    if "lesson" in kwargs:
        return retired_lesson(kwargs["course"], kwargs["lesson"]) is not None
    if "course" in kwargs:
        return retired_course(kwargs["course"]) is not None
    return retired_exercise(kwargs.get("slug", "")) is not None
