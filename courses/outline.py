"""The outline of a course as learners see it: its modules, its published lessons, and what there is to do after each.

It is read with every page of a course and changes only when staff writes. So it is kept beside the course as it was
when something in the course was written last (CourseOutline), and read from the rows where that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.timezone import now

from courses.code_blocks import find_fences
from courses.listings import SHOWCASE, is_program
from courses.models import Course, CourseOutline, Lesson, LessonVersion, Module
from courses.publishing import render_lesson

# A link to a lesson of the same course, as courses.rendering writes it; links do not nest.
LESSON_ANCHOR = re.compile(r'<a href="\.\./(?P<slug>[a-z0-9-]+)/(?:#[^"]*)?"[^>]*>(?P<text>.*?)</a>', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineExercise:
    """Something to do after a lesson; whoever registered it knows what kind and framework are. since: a POSIX time."""

    pk: int
    slug: str
    url: str
    title: str
    kind: str
    framework: str
    difficulty: str
    version: int
    since: float


@dataclass(frozen=True, slots=True)
class OutlineLesson:
    lesson_id: int
    slug: str
    url: str
    title: str
    summary: str
    minutes: int
    is_current: bool = False
    exercises: tuple[OutlineExercise, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlineModule:
    number: int  # among the modules that are shown, from 1
    slug: str
    title: str
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True, slots=True)
class Showcase:
    """The listing with which the course introduces itself, as the page of its lesson shows it."""

    lesson: OutlineLesson
    html: str


@dataclass(frozen=True, slots=True)
class Outline:
    """modules: without those that have nothing to read. Exercises go with their lesson.

    key: two outlines with the same one, which is not "", are the same; "" where it was not read from the stored one.
    """

    modules: tuple[OutlineModule, ...]
    showcase: Showcase | None = None
    key: str = ""

    @property
    def lessons(self) -> list[OutlineLesson]:
        """The lessons of all modules, in order."""
        return [lesson for module in self.modules for lesson in module.lessons]

    @property
    def keep_seconds(self) -> int | None:
        """How long what is made of it and named by its key may be kept: for ever (None), or not at all (0)."""
        return None if self.key else 0


ExercisesOf = Callable[[Course], dict[int, list[OutlineExercise]]]
_providers: list[ExercisesOf] = []


def register_exercises(provider: ExercisesOf) -> None:
    """Have outlines show what *provider* gives: the published exercises of a course, by the lesson's primary key.

    Also those that are published in the future. For the start of an app.
    """
    _providers.append(provider)


def outline_of(course: Course, *, current: Lesson | None = None, preview: LessonVersion | None = None) -> Outline:
    """What learners can read of *course* now. No query where the course came `with_outline()` and it is stored.

    *current* is marked. With a *preview* of it, it is shown with that version's texts, published or not.
    Whether the course itself may be seen is the caller's question.
    """
    stored = None if preview else _stored(course)
    content = stored if stored is not None else outline_content(course, also=current if preview else None)
    moment = now().timestamp()
    modules: list[OutlineModule] = []
    showcase = None
    for module in content["modules"]:
        entries = []
        for row in module["lessons"]:
            is_current = current is not None and row["id"] == current.pk
            if (row["since"] is None or row["since"] > moment) and not (is_current and preview):
                continue
            exercises = tuple(OutlineExercise(**row) for row in row["exercises"] if row["since"] <= moment)
            shown = (row["title"], row["summary"], row["minutes"])
            if is_current and preview is not None:
                shown = (preview.title, preview.summary, preview.minutes)
            entries.append(OutlineLesson(row["id"], row["slug"], row["url"], *shown, is_current, exercises))
            if showcase is None and row["showcase"]:
                showcase = Showcase(entries[-1], row["showcase"])
        if entries:
            modules.append(OutlineModule(len(modules) + 1, module["slug"], module["title"], tuple(entries)))
    outline = Outline(tuple(modules), showcase)
    return outline if stored is None else replace(outline, key=_key(course, outline))


def _key(course: Course, outline: Outline) -> str:
    """Name what is shown of the stored outline now.

    The stamp says which outline it is. What is shown of it only grows with the time, so that numbers say how much.
    """
    lessons = outline.lessons
    exercises = sum(len(lesson.exercises) for lesson in lessons)
    return f"{course.pk}-{course.outline.stamp}-{len(lessons)}-{exercises}"


def with_new_lesson(outline: Outline, *, module: Module, lesson: Lesson, version: LessonVersion) -> Outline:
    """*outline* with a lesson that is not stored yet at the end of *module*, as the current one."""
    url = reverse("courses:lesson", args=[module.course.slug, lesson.slug])
    entry = OutlineLesson(0, lesson.slug, url, version.title, version.summary, version.minutes, is_current=True)
    modules = list(outline.modules)
    for index, shown in enumerate(modules):
        if shown.slug == module.slug:
            modules[index] = replace(shown, lessons=(*shown.lessons, entry))
            break
    else:  # it has nothing to read yet
        modules.append(OutlineModule(len(modules) + 1, module.slug, module.title, (entry,)))
    return replace(outline, modules=tuple(modules))


def _stored(course: Course) -> dict[str, Any] | None:
    try:
        return course.outline.content
    except CourseOutline.DoesNotExist:
        return None


def outline_content(course: Course, *, also: Lesson | None = None) -> dict[str, Any]:
    """The outline as CourseOutline.content keeps it, read from the rows; with *also*, whether it is published or not.

    Also with what will be published later: whoever reads the content looks at `since`.
    """
    exercises: dict[int, list[OutlineExercise]] = {}
    for provider in _providers:
        for lesson_id, found in provider(course).items():
            exercises.setdefault(lesson_id, []).extend(found)
    lessons = course.lessons.filter(published__isnull=False, archived_at__isnull=True)
    if also is not None:
        lessons = lessons | course.lessons.filter(pk=also.pk)
    rows = lessons.in_course_order().values_list(
        "module__slug", "module__title", "pk", "slug", "published_at",
        "published__title", "published__summary", "published__minutes",
    )  # fmt: skip
    showcases = _showcases(course)
    modules = [
        {
            "slug": slug,
            "title": title,
            "lessons": [
                {
                    "id": pk,
                    "slug": lesson_slug,
                    "url": reverse("courses:lesson", args=[course.slug, lesson_slug]),
                    "since": published_at and published_at.timestamp(),
                    "title": lesson_title,
                    "summary": summary,
                    "minutes": minutes,
                    "exercises": [asdict(exercise) for exercise in exercises.pop(pk, [])],
                    "showcase": showcases.get(pk, ""),
                }
                for *_, pk, lesson_slug, published_at, lesson_title, summary, minutes in group
            ],
        }
        for (slug, title), group in groupby(rows, key=lambda row: row[:2])
    ]
    return {"modules": modules}


def _showcases(course: Course) -> dict[int, str]:
    """The listings that are marked as a showcase, rendered, by their lesson's primary key: the first of each lesson."""
    marked = course.lessons.filter(
        published__isnull=False, archived_at__isnull=True, published__body_markdown__contains=SHOWCASE
    )
    found = {}
    for pk, slug, markdown in marked.values_list("pk", "slug", "published__body_markdown"):
        for fence in find_fences(markdown.split("\n")):
            if SHOWCASE in fence.options and is_program(fence) and pk not in found:
                html = render_lesson(course, f"~~~~~~{fence.header}\n{fence.source}\n~~~~~~").html
                address = reverse("courses:lesson", args=[course.slug, slug])
                found[pk] = html.replace('href="run/', f'href="{address}run/')  # relative to the lesson there
    return found


def outline_changed(course_id: int) -> None:
    """Call in the transaction that writes something which outlines show, or may show. Readers never see an old one.

    The outline is stored again once the transaction is over.
    """
    CourseOutline.objects.filter(course=course_id).update(content=None, stamp=F("stamp") + 1)
    transaction.on_commit(lambda: store_outline(course_id), robust=True)


def store_outline(course_id: int) -> None:
    """Read the outline from the rows and keep it, unless they change meanwhile. Does nothing where it is kept."""
    if not Course.objects.filter(pk=course_id).exists():
        return  # deleted
    row, _ = CourseOutline.objects.select_related("course").get_or_create(course_id=course_id)
    if row.content is None:
        content = outline_content(row.course)
        CourseOutline.objects.filter(course=course_id, stamp=row.stamp).update(content=content)


def without_dead_links(html: str, slugs: Collection[str]) -> str:
    """*html* of a lesson in which links to lessons that are not among *slugs* are plain text.

    A text may name a lesson before that is published; the link appears when it is.
    """
    return LESSON_ANCHOR.sub(lambda link: link[0] if link["slug"] in slugs else link["text"], html)
