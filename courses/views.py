"""Pages of courses and lessons. They differ by reader (progress, preferences), so no shared cache may keep them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import cast
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from courses.access import acts_as_staff
from courses.addresses import retired_course, retired_lesson
from courses.images import CONTENT_TYPES, stamp_of
from courses.models import Course, CourseImage, Lesson, LessonVersion
from courses.outline import Outline, outline_of, without_dead_links
from courses.previews import PARAMETER, PreviewOver, check_preview
from courses.publishing import release_due_lesson
from courses.search import GROUPS, search

# A browser may keep the page for its back button, and asks again before it shows it as new.
personal = cache_control(private=True, no_cache=True)

YEAR_SECONDS = 365 * 24 * 3600
RUN_ANCHOR = re.compile(r'<a class="run-link".*?</a>', re.DOTALL)  # as courses.code_blocks writes it
RUN_LINK = re.compile(r'(href="run/[a-z0-9-]+/)"')  # as courses.rendering writes it

# Hits of each group: on the page, on the page of one group, and while somebody types.
HITS_ON_PAGE, HITS_OF_GROUP, HITS_WHILE_TYPING = 8, 100, 5


@require_safe
@personal
@vary_on_cookie
def home(request: HttpRequest) -> HttpResponse:
    courses = list(Course.objects.visible_to(request.user).with_outline())
    return render(request, "courses/home.html", {"courses": courses})


@require_safe
@personal
@vary_on_cookie
def course(request: HttpRequest, course: str) -> HttpResponse:
    found = Course.objects.visible_to(request.user).with_outline().filter(slug=course).first()
    if found is None:
        retired = retired_course(course)
        if retired is None:
            raise Http404
        return retired_page(request, course=retired)
    return render(request, "courses/course.html", {"course": found, "outline": outline_of(found)})


@require_safe
@personal
@vary_on_cookie
def lesson(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """A published lesson; for staff also ?version=draft and ?version=<number>, which no search engine may keep.

    Whoever has a link with ?preview=<token> sees the draft, and can do nothing on its page (courses.previews).
    """
    token = request.GET.get(PARAMETER, "")
    wanted = "" if token else request.GET.get("version", "")
    try:
        if token:
            found, version = _shared(course, lesson, token)
        else:
            found, version = (
                _preview(request, course, lesson, wanted) if wanted else _published(request, course, lesson)
            )
    except PreviewOver:
        return preview_over(request)
    except Http404:
        if retired := retired_lesson(course, lesson):
            return retired_page(request, course=retired.course, lesson=retired)
        raise
    outline = outline_of(found.course, current=found, preview=version if wanted or token else None)
    is_preview, is_shared = bool(wanted), bool(token)
    response = lesson_page(
        request, found, version, outline, is_preview=is_preview, is_shared=is_shared, runs_version=wanted
    )
    if is_preview or is_shared:
        response["X-Robots-Tag"] = "noindex"
    return response


def lesson_page(
    request: HttpRequest,
    found: Lesson,
    version: LessonVersion,
    outline: Outline,
    *,
    is_preview: bool,
    is_shared: bool = False,
    runs_version: str = "",
) -> HttpResponse:
    """The page of one version of a lesson, which is marked in *outline*.

    is_shared: for whoever has the link, who can do nothing on it. runs_version: the ?version= of its listings.
    """
    lessons = outline.lessons
    html = without_dead_links(version.body_html, {entry.slug for entry in lessons})
    if is_shared:
        html = RUN_ANCHOR.sub("", html)
    version.body_html = with_runs_of(html, runs_version) if runs_version else html  # for this page only
    index = next(index for index, entry in enumerate(lessons) if entry.is_current)
    context = {
        "course": found.course,
        "lesson": found,
        "version": version,
        "outline": outline,
        "number": index + 1,
        "total": len(lessons),
        "previous": lessons[index - 1] if index else None,
        "next": lessons[index + 1] if index + 1 < len(lessons) else None,
        "is_preview": is_preview,
        "is_shared": is_shared,
    }
    return render(request, "courses/lesson.html", context)


def preview_over(request: HttpRequest) -> HttpResponse:
    """What a preview link leads to that is too old, was withdrawn, or never was one."""
    response = render(request, "courses/preview_over.html", status=HTTPStatus.GONE)
    response["X-Robots-Tag"] = "noindex"
    return response


def retired_page(request: HttpRequest, *, course: Course, lesson: Lesson | None = None) -> HttpResponse:
    """What was here before it was archived."""
    return render(request, "courses/retired.html", {"course": course, "lesson": lesson}, status=HTTPStatus.GONE)


def _shared(course: str, slug: str, token: str) -> tuple[Lesson, LessonVersion]:
    lessons = Lesson.objects.with_course_outline().select_related("draft")
    found = get_object_or_404(lessons, course__slug=course, slug=slug)
    check_preview(found, token)
    if found.draft is None:
        raise Http404
    return found, found.draft


def with_runs_of(html: str, wanted: str) -> str:
    """*html* of a lesson whose listings run as version *wanted* has them."""
    return RUN_LINK.sub(lambda link: f'{link[1]}?version={quote(wanted)}"', html)


def _published(request: HttpRequest, course: str, lesson: str) -> tuple[Lesson, LessonVersion]:
    # The page needs the HTML alone.
    lessons = Lesson.objects.visible_to(request.user).with_course_outline().defer("published__body_markdown")
    found = get_object_or_404(lessons, course__slug=course, slug=lesson)
    if found.is_due and release_due_lesson(lesson=found):
        found = get_object_or_404(lessons, pk=found.pk)
    return found, cast(LessonVersion, found.published)


def _preview(request: HttpRequest, course: str, slug: str, wanted: str) -> tuple[Lesson, LessonVersion]:
    """The version of a lesson that who works on it asks for. Everybody else is told that there is no such page."""
    if acts_as_staff(request.user):
        lessons = Lesson.objects.editable_by(request.user).with_course_outline().select_related("draft")
        found = get_object_or_404(lessons, course__slug=course, slug=slug)
        if wanted == "draft" and found.draft is not None:
            return found, found.draft
        # At most nine digits: any such number is one that databases can look for.
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
            return found, get_object_or_404(found.versions, number=int(wanted))
    raise Http404


@require_safe
def image(request: HttpRequest, course: str, name: str) -> HttpResponse:
    """A picture of a course. ?v= is of its content: a browser may keep that for ever, and who has it may see it.

    So the texts of a draft show their pictures to everybody who is shown the draft, and to nobody else.
    """
    found = get_object_or_404(CourseImage.objects.select_related("course"), course__slug=course, name=name)
    is_known = constant_time_compare(request.GET.get("v", ""), stamp_of(found.digest))
    if not is_known and not Course.objects.visible_to(request.user).filter(pk=found.course_id).exists():
        raise Http404
    response = HttpResponse(bytes(found.data), content_type=CONTENT_TYPES[found.name.rpartition(".")[2]])
    # It is a picture, whatever somebody managed to put into it.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    if is_known:
        patch_cache_control(response, public=True, max_age=YEAR_SECONDS, immutable=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
@personal
@vary_on_cookie
def search_page(request: HttpRequest) -> HttpResponse:
    """What there is about ?q=, best first in each group; with ?in= one group alone. No search engine may keep it."""
    group = request.GET.get("in", "")
    group = group if group in GROUPS else ""
    found = search(request.GET.get("q", ""), limit=HITS_OF_GROUP if group else HITS_ON_PAGE, group=group)
    courses = [] if found.groups else Course.objects.published()
    response = render(request, "courses/search.html", {"found": found, "group": group, "courses": courses})
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@personal
@vary_on_cookie
def search_hits(request: HttpRequest) -> HttpResponse:
    """The hits alone, as options of the search dialog."""
    found = search(request.GET.get("q", ""), limit=HITS_WHILE_TYPING)
    response = render(request, "courses/_search_hits.html", {"found": found})
    response["X-Robots-Tag"] = "noindex"
    return response
