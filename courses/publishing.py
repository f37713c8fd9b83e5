"""Services that write lessons: save a draft, publish, unpublish, restore. Whoever writes a lesson's text comes here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Q
from django.utils.timezone import now
from django.utils.translation import gettext

from courses.images import images_of
from courses.models import Course, Lesson, LessonVersion
from courses.rendering import Problem, Rendered, render
from courses.search.index import forget_row, index_row


class PublishRefused(Exception):
    """The draft cannot be published. `problems` has the lines to mend; it is empty when there is nothing to publish."""

    def __init__(self, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems or []


class DraftChanged(Exception):
    """Somebody else saved the lesson or the exercise meanwhile. `newest` is the version that they saved."""

    def __init__(self, newest: Any) -> None:
        super().__init__(f"version {newest.number} was saved meanwhile")
        self.newest = newest


def content_hash(fields: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of *fields* as canonical JSON: the order of keys does not count, types do."""
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def normalised_text(text: str) -> str:
    """*text* as it is stored, whatever a browser or an editor made of it: one kind of line end, exactly one at the end.

    Blank lines at the beginning go, and so does a byte order mark there. Other white space stays: two spaces at the end
    of a line mean something in Markdown.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines:
        lines[0] = without_mark(lines[0])
        if lines[0].strip():
            break
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines) + "\n" if lines else ""


def without_mark(text: str) -> str:
    """*text* without the byte order mark that some editors begin a file with."""
    return text.lstrip("\ufeff")


def one_line(text: str) -> str:
    return " ".join(text.split())


def lesson_content(*, title: str, summary: str, minutes: int, body_markdown: str) -> dict[str, Any]:
    """The fields of a version that an author writes, as they are stored; a version's content hash covers these."""
    return {
        "title": one_line(title),
        "summary": one_line(summary),
        "minutes": minutes,
        "body_markdown": normalised_text(body_markdown),
    }


def render_lesson(course: Course, body_markdown: str) -> Rendered:
    """Render a text of *course*; a lesson or an image that the course does not have is a problem. Two queries."""
    slugs = set(course.lessons.values_list("slug", flat=True))
    return render(body_markdown, lesson_slugs=slugs, images=images_of(course), can_run=True)


def render_again(course: Course, image_names: Collection[str]) -> None:
    """Make the HTML anew of the texts in use that name one of these images: it has their addresses and sizes."""
    in_use = LessonVersion.objects.filter(
        Q(pk__in=course.lessons.values("draft")) | Q(pk__in=course.lessons.values("published"))
    )
    for version in in_use:
        if any(f"images/{name}" in version.body_markdown for name in image_names):
            version.body_html = render_lesson(course, version.body_markdown).html
            version.save(update_fields=["body_html"])


@transaction.atomic
def save_lesson_draft(
    *,
    lesson: Lesson,
    title: str,
    summary: str,
    minutes: int,
    body_markdown: str,
    author: User | None = None,
    note: str = "",
) -> LessonVersion:
    """Store the text as the lesson's newest version and make that its draft; learners keep reading the published one.

    A text equal to the draft's makes no new version: the draft is returned. Problems in the text do not
    prevent saving; they prevent publishing.
    """
    fields = lesson_content(title=title, summary=summary, minutes=minutes, body_markdown=body_markdown)
    hashed = content_hash(fields)
    stored = _locked(lesson)
    if stored.draft is not None and stored.draft.content_hash == hashed:
        lesson.draft = stored.draft
        return stored.draft
    rendered = render_lesson(stored.course, fields["body_markdown"])
    newest = stored.versions.aggregate(number=Max("number"))["number"] or 0
    version = LessonVersion.objects.create(
        lesson=stored,
        number=newest + 1,
        body_html=rendered.html,
        contents=rendered.contents,
        content_hash=hashed,
        created_by=author,
        note=note,
        **fields,
    )
    lesson.draft = version
    lesson.save(update_fields=["draft"])
    return version


@transaction.atomic
def restore_lesson_version(*, version: LessonVersion, author: User | None = None) -> LessonVersion:
    """Make the text of an old *version* the draft again, as a new version. What learners read stays."""
    return save_lesson_draft(
        lesson=version.lesson,
        title=version.title,
        summary=version.summary,
        minutes=version.minutes,
        body_markdown=version.body_markdown,
        author=author,
        note=f"Version {version.number} restored",
    )


@transaction.atomic
def check_draft_is_still(*, lesson: Lesson, number: int) -> None:
    """Raise DraftChanged unless version *number* is the draft that an editor started from.

    The row stays locked until the surrounding transaction ends, so that what follows there saves on top of it.
    """
    draft = _locked(lesson).draft
    if draft is not None and draft.number != number:
        raise DraftChanged(draft)


def draft_problems(lesson: Lesson) -> list[Problem]:
    """What is wrong with the lesson's draft; [] when it has none. Renders the text: not for lists."""
    return [] if lesson.draft is None else render_lesson(lesson.course, lesson.draft.body_markdown).problems


@transaction.atomic
def publish_lesson(*, lesson: Lesson) -> LessonVersion:
    """Show the lesson's draft to learners from now on. Publishing what is published already changes nothing.

    Raises PublishRefused when there is no draft or when its text has problems.
    """
    stored = _locked(lesson)
    if stored.draft is None:
        raise PublishRefused(gettext("The lesson has no text yet."))
    if problems := draft_problems(stored):
        raise PublishRefused(gettext("Mend these problems, then publish."), problems)
    lesson.draft = lesson.published = stored.draft
    # The time of the first publication stays while the lesson is published: newer versions are corrections of it.
    lesson.published_at = stored.published_at or now()
    lesson.held_back = False
    lesson.save(update_fields=["published", "published_at", "held_back"])
    if stored.published_id != stored.draft_id:
        index_row("lesson", lesson)
    return stored.draft


@transaction.atomic
def unpublish_lesson(*, lesson: Lesson) -> None:
    """Take the lesson away from learners; drafts and history stay, and load_course does not publish it again."""
    _locked(lesson)
    lesson.published = None
    lesson.published_at = None
    lesson.held_back = True
    lesson.save(update_fields=["published", "published_at", "held_back"])
    forget_row("lesson", lesson.pk)


@transaction.atomic
def publish_course(*, course: Course) -> None:
    """Let learners see the course and its published lessons."""
    course.published_at = course.published_at or now()
    course.held_back = False
    course.save(update_fields=["published_at", "held_back"])


@transaction.atomic
def unpublish_course(*, course: Course) -> None:
    """Take the course away from learners with everything in it; load_course does not publish it again."""
    course.published_at = None
    course.held_back = True
    course.save(update_fields=["published_at", "held_back"])


def _locked(lesson: Lesson) -> Lesson:
    """The lesson's row as it is now, with its course and draft; nobody else changes it until this transaction ends.

    (SQLite knows no row locks and needs none: there a transaction that writes is alone.)
    """
    return Lesson.objects.select_for_update(of=("self",)).select_related("course", "draft").get(pk=lesson.pk)
