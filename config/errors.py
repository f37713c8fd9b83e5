"""What a visitor gets when there is no answer to what was asked, or when we made a mistake."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.middleware import AfterAnswer
from config.preferences import preferences
from courses.nearest import nearest_pages

PAGES_SHOWN = 5


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks: it gets an error of the shape that all errors of the API have."""
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return JsonResponse({"code": "invalid", "detail": _("The request cannot be read.")}, status=400)
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    if is_api(request):
        return JsonResponse({"code": "permission_denied", "detail": _("This is not yours.")}, status=403)
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page 404.html with the pages whose address is most like the one that was asked for."""
    if is_api(request):
        return JsonResponse({"code": "not_found", "detail": _("There is nothing at this address.")}, status=404)
    context = {"nearest": nearest_pages(request.path, limit=PAGES_SHOWN), "words": words_of(request.path)}
    return render(request, "404.html", context, status=404)


def words_of(path: str) -> str:
    """The last part of an address as somebody would type it into a search."""
    last = next((part for part in reversed(path.split("/")) if part), "")
    return " ".join(word for word in last.replace("_", "-").split("-") if word)[:100]


def server_error(request: HttpRequest) -> HttpResponse:
    """The page 500.html, or for clients of the API an error of the shape that all of its errors have."""
    if not is_api(request):
        return HttpResponse(render_to_string("500.html", preferences(request)), status=500)
    return JsonResponse({"code": "error", "detail": _("Something went wrong on our side. It was logged.")}, status=500)


class MethodNotAllowedPage(AfterAnswer):
    """Views refuse a method with an empty answer, and Django has no handler for it: here it gets its page."""

    def concerns(self, request: HttpRequest, response: HttpResponse) -> bool:
        return isinstance(response, HttpResponseNotAllowed) and not response.content

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.content = render_to_string("405.html", request=request).encode()
        return response
