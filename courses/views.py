"""Pages of courses and lessons. They differ by reader (progress, preferences), so no shared cache may keep them."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from courses.images import CONTENT_TYPES, stamp_of
from courses.models import Course, CourseImage, Lesson, LessonVersion
from courses.outline import Outline, outline_of, without_dead_links
from courses.search import GROUPS, search

# A browser may keep the page for its back button, and asks again before it shows it as new.
personal = cache_control(private=True, no_cache=True)

YEAR_SECONDS = 365 * 24 * 3600

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
    found = get_object_or_404(Course.objects.visible_to(request.user).with_outline(), slug=course)
    return render(request, "courses/course.html", {"course": found, "outline": outline_of(found)})


@require_safe
@personal
@vary_on_cookie
def lesson(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """A published lesson; for staff also ?version=draft and ?version=<number>, which no search engine may keep."""
    wanted = request.GET.get("version", "")
    found, version = _preview(request, course, lesson, wanted) if wanted else _published(request, course, lesson)
    outline = outline_of(found.course, current=found, preview=version if wanted else None)
    response = lesson_page(request, found, version, outline, is_preview=bool(wanted))
    if wanted:
        response["X-Robots-Tag"] = "noindex"
    return response


def lesson_page(
    request: HttpRequest, found: Lesson, version: LessonVersion, outline: Outline, *, is_preview: bool
) -> HttpResponse:
    """The page of one version of a lesson, which is marked in *outline*."""
    lessons = outline.lessons
    version.body_html = without_dead_links(version.body_html, {entry.slug for entry in lessons})  # for this page only
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
    }
    return render(request, "courses/lesson.html", context)


def _published(request: HttpRequest, course: str, lesson: str) -> tuple[Lesson, LessonVersion]:
    # The page needs the HTML alone.
    lessons = Lesson.objects.visible_to(request.user).with_course_outline().defer("published__body_markdown")
    found = get_object_or_404(lessons, course__slug=course, slug=lesson)
    return found, cast(LessonVersion, found.published)


def _preview(request: HttpRequest, course: str, slug: str, wanted: str) -> tuple[Lesson, LessonVersion]:
    """The version of a lesson that staff asks for. Everybody else is told that there is no such page."""
    if request.user.is_staff:
        lessons = Lesson.objects.with_course_outline().select_related("draft")
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
