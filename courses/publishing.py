"""Services that write lessons: save a draft, publish, schedule, archive, restore. All who write one come here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext

from courses import releasing
from courses.anchors import anchors_after, with_anchors
from courses.images import images_of
from courses.models import Course, Lesson, LessonVersion, Noted
from courses.releasing import PublishRefused as PublishRefused  # of both apps, who publish here
from courses.rendering import Problem, Rendered, render
from courses.search.index import forget_row, index_row
from courses.site_links import lost_headings
from courses.usage import Mention


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


def lesson_names(course: Course) -> dict[str, str]:
    """By which names texts of *course* can link to its lessons: {slug that one has or had: slug that it has}.

    Two queries.
    """
    former = course.former_lesson_addresses.values_list("slug", "lesson__slug")
    return dict(former) | {slug: slug for slug in course.lessons.values_list("slug", flat=True)}


def render_lesson(course: Course, body_markdown: str) -> Rendered:
    """Render a text of *course*; a lesson or an image that the course does not have is a problem.

    Three queries, and one more where it links to parts of lessons.
    """
    return render(body_markdown, **what_can_be_named(course), can_run=True)


def what_can_be_named(course: Course) -> dict[str, Any]:
    """What render() needs to know of *course*, to which a text belongs. Three queries."""
    names = lesson_names(course)
    return {
        "lesson_names": names,
        "images": images_of(course),
        "lost_headings": partial(lost_headings, course, names),
    }


Renderer = Callable[[Course, Collection[str]], None]
_renderers: list[Renderer] = []


def register_renderer(renderer: Renderer) -> None:
    """Have *renderer* make HTML anew of what another app has in a course, as render_again() does of lessons."""
    _renderers.append(renderer)


def render_again(course: Course, image_names: Collection[str]) -> None:
    """Make the HTML anew of all versions that show one of these images: it has their addresses and sizes."""
    for renderer in (_render_lessons_again, *_renderers):
        renderer(course, image_names)


def _render_lessons_again(course: Course, image_names: Collection[str]) -> None:
    mentions = [Mention(f"images/{name}") for name in image_names]
    for version in LessonVersion.objects.filter(lesson__course=course).select_related("lesson__course"):
        if any(mention.is_in(version.body_markdown) for mention in mentions):
            version.body_html = version_html(version).html
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
    origin: str = "",
    restored_number: int | None = None,
) -> LessonVersion:
    """Store the text as the lesson's newest version and make that its draft; learners keep reading the published one.

    *note*, *origin* and *restored_number*: see Noted.

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
        origin=origin,
        restored_number=restored_number,
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
        origin=Noted.Origin.RESTORED,
        restored_number=version.number,
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


def version_html(version: LessonVersion) -> Rendered:
    """*version* rendered, with the old names of its headings. version.lesson.course is needed."""
    rendered = render_lesson(version.lesson.course, version.body_markdown)
    return replace(rendered, html=with_anchors(rendered.html, version.anchors))


def check_lesson_publishable(lesson: Lesson) -> LessonVersion:
    """The draft that would be published.

    Raises PublishRefused when there is none, when its text has problems, or when the lesson is archived.
    """
    if lesson.draft is None:
        raise PublishRefused(gettext("The lesson has no text yet."))
    releasing.refuse_archived(lesson)
    if problems := draft_problems(lesson):
        raise PublishRefused(gettext("Mend these problems, then publish."), problems)
    return lesson.draft


@transaction.atomic
def publish_lesson(*, lesson: Lesson, at: datetime | None = None) -> LessonVersion:
    """Show the lesson's draft to learners from now on, or from *at*. Publishing what they read already changes nothing.

    Raises PublishRefused as check_lesson_publishable() does.
    """
    stored = _locked(lesson)
    draft = check_lesson_publishable(stored)
    if releasing.release_draft(lesson, stored, at=at):
        _shown_now(lesson, before=stored.published)
    return draft


@transaction.atomic
def release_due_lesson(*, lesson: Lesson) -> bool:
    """Show the scheduled version of *lesson*, if its time has come; whether it had. Asked twice, it is done once."""
    stored = _locked(lesson)
    is_released = releasing.release_scheduled(lesson, stored)
    if is_released:
        _shown_now(lesson, before=stored.published)
    return is_released


def release_due_lessons() -> int:
    """All whose time has come; how many there were. One query where there are none."""
    return sum(release_due_lesson(lesson=lesson) for lesson in Lesson.objects.due())


@transaction.atomic
def cancel_lesson_schedule(*, lesson: Lesson) -> bool:
    """Have nothing happen at the time that was set; False when none was."""
    stored = _locked(lesson)
    is_cancelled = releasing.cancel_schedule(lesson, stored)
    if is_cancelled and lesson.published_id is None:
        forget_row("lesson", lesson.pk)
    return is_cancelled


@transaction.atomic
def unpublish_lesson(*, lesson: Lesson) -> None:
    """Take the lesson away from learners; drafts and history stay, and load_course does not publish it again."""
    releasing.take_offline(lesson, _locked(lesson))
    forget_row("lesson", lesson.pk)


@transaction.atomic
def archive_lesson(*, lesson: Lesson) -> None:
    """Retire the lesson with its exercises: their pages say what they were."""
    releasing.archive(lesson, _locked(lesson))


@transaction.atomic
def bring_back_lesson(*, lesson: Lesson) -> None:
    releasing.bring_back(lesson, _locked(lesson))


def check_course_publishable(course: Course, *, at: datetime | None = None) -> None:
    """Raise PublishRefused for a course that is archived, or has no lesson to read now, or *at* a later time."""
    if course.archived_at is not None:
        raise PublishRefused(gettext("This is archived. Bring it back first, then publish."))
    if not (course.is_live or course.lessons.with_published_text(at or now()).exists()):
        raise PublishRefused(gettext("Learners would find nothing in this course. Publish a lesson of it first."))


@transaction.atomic
def publish_course(*, course: Course, at: datetime | None = None) -> None:
    """Let learners see the course and its published lessons, now or from *at* on.

    Raises PublishRefused as check_course_publishable() does, and for a later time where learners have it already.
    """
    _lock_course(course)
    moment = now()
    is_later = at is not None and at > moment
    check_course_publishable(course, at=at if is_later else moment)
    if course.is_live and is_later:
        raise PublishRefused(gettext("Learners have this course already."))
    if not course.is_live:
        course.published_at = at if is_later else moment
    course.held_back = False
    course.save(update_fields=["published_at", "held_back"])


@transaction.atomic
def cancel_course_schedule(*, course: Course) -> bool:
    """Have nothing happen at the time that was set; False when none was, or it has passed."""
    _lock_course(course)
    if course.published_at is None or course.is_live:
        return False
    course.published_at = None
    course.save(update_fields=["published_at"])
    return True


@transaction.atomic
def unpublish_course(*, course: Course) -> None:
    """Take the course away from learners with everything in it; load_course does not publish it again."""
    course.published_at = course.archived_at = None
    course.held_back = True
    course.save(update_fields=["published_at", "archived_at", "held_back"])


@transaction.atomic
def archive_course(*, course: Course) -> None:
    """Retire the course with everything in it."""
    _lock_course(course)
    course.archived_at = course.archived_at or now()
    course.held_back = True
    course.save(update_fields=["archived_at", "held_back"])


@transaction.atomic
def bring_back_course(*, course: Course) -> None:
    _lock_course(course)
    course.archived_at = None
    course.held_back = course.published_at is None
    course.save(update_fields=["archived_at", "held_back"])


def _shown_now(lesson: Lesson, *, before: LessonVersion | None) -> None:
    """What follows from another version being the published one: its old names of headings, and the search.

    *before*: the version that was published until now; None after a time in which none was.
    """
    version = lesson.published
    assert version is not None  # noqa: S101 - that is why it is called
    earlier = before or lesson.versions.filter(published_at__isnull=False).exclude(pk=version.pk).first()
    if earlier is not None:
        version.lesson = lesson
        rendered = render_lesson(lesson.course, version.body_markdown)
        version.anchors = anchors_after(earlier.body_html, earlier.anchors, rendered.html)
        version.body_html, version.contents = with_anchors(rendered.html, version.anchors), rendered.contents
        version.save(update_fields=["anchors", "body_html", "contents"])
    index_row("lesson", lesson)


def _lock_course(course: Course) -> None:
    """Read again whether *course* is published; nobody else changes it until this transaction ends."""
    columns = ["published_at", "archived_at", "held_back"]
    course.refresh_from_db(fields=columns, from_queryset=Course.objects.select_for_update())


def _locked(lesson: Lesson) -> Lesson:
    """The lesson's row as it is now, with its course and draft; nobody else changes it until this transaction ends.

    (SQLite knows no row locks and needs none: there a transaction that writes is alone.)
    """
    return (
        Lesson.objects.select_for_update(of=("self",))
        .select_related("course", "draft", "published", "scheduled")
        .get(pk=lesson.pk)
    )
