"""Pages of courses and lessons. They differ by reader (progress, preferences), so no shared cache may keep them."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from courses.models import Course, Lesson, LessonVersion
from courses.outline import flat, outline_of, without_dead_links

# A browser may keep the page for its back button, and asks again before it shows it as new.
personal = cache_control(private=True, no_cache=True)


@require_safe
@personal
@vary_on_cookie
def home(request: HttpRequest) -> HttpResponse:
    courses = Course.objects.visible_to(request.user).with_counts()
    return render(request, "courses/home.html", {"courses": courses})


@require_safe
@personal
@vary_on_cookie
def course(request: HttpRequest, course: str) -> HttpResponse:
    found = get_object_or_404(Course.objects.visible_to(request.user), slug=course)
    return render(request, "courses/course.html", {"course": found, "outline": outline_of(found)})


@require_safe
@personal
@vary_on_cookie
def lesson(request: HttpRequest, course: str, lesson: str) -> HttpResponse:
    """A published lesson; for staff also ?version=draft and ?version=<number>, which no search engine may keep."""
    found_course = get_object_or_404(Course.objects.visible_to(request.user), slug=course)
    wanted = request.GET.get("version", "")
    if wanted:
        found = get_object_or_404(found_course.lessons.select_related("draft"), slug=lesson)
        version = _preview(request, found, wanted)
    else:
        found = get_object_or_404(found_course.lessons.with_published_text(), slug=lesson)
        version = cast(LessonVersion, found.published)
    outline = outline_of(found_course, current=found, preview=version if wanted else None)
    lessons = flat(outline)
    version.body_html = without_dead_links(version.body_html, {entry.slug for entry in lessons})  # for this page only
    index = next(index for index, entry in enumerate(lessons) if entry.is_current)
    context = {
        "course": found_course,
        "lesson": found,
        "version": version,
        "outline": outline,
        "number": index + 1,
        "total": len(lessons),
        "previous": lessons[index - 1] if index else None,
        "next": lessons[index + 1] if index + 1 < len(lessons) else None,
        "is_preview": bool(wanted),
    }
    response = render(request, "courses/lesson.html", context)
    if wanted:
        response["X-Robots-Tag"] = "noindex"
    return response


def _preview(request: HttpRequest, lesson: Lesson, wanted: str) -> LessonVersion:
    """The version of *lesson* that staff asks for. Everybody else is told that there is no such page."""
    if request.user.is_staff and wanted == "draft" and lesson.draft is not None:
        return lesson.draft
    # At most nine digits: any such number is one that databases can look for.
    if request.user.is_staff and wanted.isascii() and wanted.isdigit() and len(wanted) < 10:
        return get_object_or_404(lesson.versions, number=int(wanted))
    raise Http404
