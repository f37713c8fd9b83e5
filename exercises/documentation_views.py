"""The page of the API, for people."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exercises.api.documentation import documentation


@require_safe
def documentation_page(request: HttpRequest) -> HttpResponse:
    context = {
        "documentation": documentation(),
        "site": f"{request.scheme}://{request.get_host()}",
        "page_size": settings.REST_FRAMEWORK["PAGE_SIZE"],
    }
    return render(request, "exercises/api/documentation.html", context)
