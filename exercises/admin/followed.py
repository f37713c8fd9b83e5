"""Pages of something that is under way: they come up to date by themselves, with a script or by reloading."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response

from exercises.errors import ExerciseError

PENDING_RETRY_SECONDS = 1


def followed_page(request: HttpRequest, template: str, fragment: str, context: Mapping[str, Any]) -> HttpResponse:
    """The page of *template*, or with ?part=live only its *fragment*, which stands in the page as {{ live }}.

    *context* says with `is_pending` whether there is more to come. An unchanged fragment is answered with 304. The
    fragment has no forms: it is the same for all who may see it.
    """
    live = render_to_string(fragment, dict(context))
    if request.GET.get("part") != "live":
        return TemplateResponse(request, template, {**context, "live": live})
    etag = f'W/"{hashlib.sha256(live.encode()).hexdigest()[:32]}"'
    unchanged = cast("HttpResponse | None", get_conditional_response(request, etag=etag))
    response = unchanged or HttpResponse(live, headers={"ETag": etag})
    if context["is_pending"]:
        response["Retry-After"] = str(PENDING_RETRY_SECONDS)
    return response


def row_at(model_admin: ModelAdmin[Any], request: HttpRequest, object_id: object) -> Any:
    """The row of an address of *model_admin*, with what its list shows. Raises Http404, also for what is no number."""
    rows = model_admin.get_queryset(request).select_related(*cast("list[str]", model_admin.list_select_related))
    try:
        return get_object_or_404(rows, pk=object_id)
    except ValueError as error:
        raise Http404 from error


def require_post(request: HttpRequest) -> HttpResponse | None:
    return None if request.method == "POST" else HttpResponseNotAllowed(["POST"])


def is_done(request: HttpRequest, action: Any, *, refused: str) -> bool:
    """Call *action*; whether it was done. *refused* is said when it was refused."""
    try:
        action()
    except ExerciseError:
        messages.warning(request, refused)
        return False
    return True


def see_other(address: str) -> HttpResponse:
    """303: what follows a POST is a GET."""
    response = redirect(address)
    response.status_code = 303
    return response
