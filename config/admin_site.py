"""The admin's own pages: who gets in, and where links to the site lead."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode

from courses.access import acts_as_staff
from courses.guide import guide_view

READS = ("GET", "HEAD", "OPTIONS")


def as_one_change(view: Callable[..., Any]) -> Callable[..., Any]:
    """*view*, with what a POST does and the line about it in the admin's log in one transaction.

    Views whose POST stores nothing, or takes long before it does, keep out by `transaction.non_atomic_requests`: what
    Django's own setting ATOMIC_REQUESTS, which the site does not use, would go by.
    """
    if getattr(view, "_non_atomic_requests", None):
        return view

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method in READS:
            return view(request, *args, **kwargs)
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except Exception:
            request._messages = default_storage(request)  # type: ignore[attr-defined]  # what they say is not true now
            raise

    return wrapped


class StaffSite(AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and acts_as_staff(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        return super().admin_view(as_one_change(view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Where everybody is led who may not see a page; staff without a second step to the page that explains it."""
        if request.user.is_authenticated and getattr(request.user, "lacks_second_step", False):
            wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
            query = urlencode({REDIRECT_FIELD_NAME: wanted})
            return HttpResponseRedirect(f"{reverse('accounts:second-step')}?{query}")
        return super().login(request, extra_context)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        careful = path(
            "r/<int:content_type_id>/<path:object_id>/", self.admin_view(self.view_on_site), name="view_on_site"
        )
        guide = path("guide/authoring/", self.admin_view(guide_view), name="guide_authoring")
        return [guide, *(careful if getattr(url, "name", "") == "view_on_site" else url for url in super().get_urls())]

    def view_on_site(self, request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
        """Leads to a row's page on the site, for those who may see the row here.

        Django's own view leads everybody on to everything: to the page of a guest's attempt, for one, whose address is
        all that protects it.
        """
        model = get_object_or_404(ContentType, pk=content_type_id).model_class()
        model_admin = self._registry.get(model) if model else None
        row = model_admin.get_object(request, object_id) if model_admin else None
        if model_admin is None or row is None:
            raise Http404
        if not model_admin.has_view_permission(request, row):
            raise PermissionDenied
        return shortcut(request, content_type_id, object_id)
