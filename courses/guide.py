"""The guide for authors in the admin: docs/authoring.md as a page."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from courses.access import may
from courses.rendering import Rendered, render

LANGUAGE = "en"  # which the file is in, whatever its reader's is
TITLE = re.compile(r"\A# .+\n")
# To other files of the project, which the site does not have as pages.
FILE_LINK = re.compile(r'<a href="(?![#/]|https?:)[^"]*"[^>]*>(?P<text>.*?)</a>', re.DOTALL)


@cache
def authoring_guide() -> Rendered:
    """The file without its title. Read once in a process."""
    text = (settings.BASE_DIR / "docs" / "authoring.md").read_text(encoding="utf-8")
    with translation.override(LANGUAGE):
        rendered = render(TITLE.sub("", text))
    return Rendered(FILE_LINK.sub(r"\g<text>", rendered.html), rendered.contents, rendered.problems)


@require_safe
def guide_view(request: HttpRequest) -> HttpResponse:
    """For all who may look at courses."""
    if not may(request.user, "courses.view_course"):
        raise PermissionDenied
    about = {"title": gettext("Guide for authors"), "guide": authoring_guide(), "language": LANGUAGE}
    context = {**admin.site.each_context(request), **about}
    return TemplateResponse(request, "admin/guide.html", context)
