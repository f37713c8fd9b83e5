"""What a visitor gets when we made a mistake."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults


def server_error(request: HttpRequest) -> HttpResponse:
    """The page 500.html, or for clients of the API an error of the shape that all of its errors have."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return JsonResponse({"code": "error", "detail": "Something went wrong on our side. It was logged."}, status=500)
