"""Load a course from its files (format: docs/authoring.md) into the database, all or nothing.

Rows are the truth once loaded. A row that was edited in the admin since the last load is kept as it is, named in
`Loading.kept`, and the rest is loaded; `force` overwrites it. Nothing is ever deleted: what the files no longer have
is named in `Loading.only_here`.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from typing import Any, Final, Protocol

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils.translation import gettext

from courses.addresses import course_at
from courses.course_files import CourseFile, LessonFile, ModuleEntry, parse_course, parse_lesson
from courses.course_folder import FilesRefused, read_archive, read_folder
from courses.entry_names import shown
from courses.images import ImageRefused, store_image
from courses.models import Course, Lesson, Module, Noted
from courses.publishing import (
    PublishRefused,
    content_hash,
    lesson_content,
    lesson_names,
    publish_course,
    publish_lesson,
    render_again,
    render_lesson,
    save_lesson_draft,
)
from courses.search.index import fill
from courses.site_links import loading_files_of
from courses.snapshots import FormerNames, course_as_file, former_names, lesson_as_file, with_present_names
from courses.structure import save_course
from courses.toml_tables import FormatError, is_slug, quoted

COURSE: Final = "course.toml"
OWN_NAMES: Final = frozenset({COURSE, "lessons", "images"})  # what this app keeps at the top of a course's folder
# Beginnings of texts in other encodings than UTF-8, the longer one of two first.
OTHER_ENCODINGS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a file. line counts from 1; None when the mistake has no line, such as a missing file."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.message}"


class ContentError(Exception):
    """The files have mistakes; nothing was loaded. `problems` has all of them, in the order of path and line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems), key=lambda problem: (problem.path, problem.line or 0))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Change:
    """A file whose content the load brought into the database. before is None for a new one, after where it went."""

    label: str
    before: str | None
    after: str | None

    def diff(self) -> Iterator[str]:
        """The lines of a unified diff, each with its line end."""
        lines = unified_diff(
            list(StringIO(self.before or "")),  # lines end at \n and nowhere else
            list(StringIO(self.after or "")),
            fromfile="/dev/null" if self.before is None else f"database/{self.label}",
            tofile="/dev/null" if self.after is None else f"files/{self.label}",
        )
        for line in lines:
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


class LoadChanged(Exception):
    """The load would not do what was expected of it; nothing was loaded."""


@dataclass(slots=True, kw_only=True)
class Loading:
    """One load: its files, what it may do (force, publish), and what it found and did.

    is_checked: who calls vouches for what the publish gates of other parts would find; else they hold.

    Labels are paths in the course's folder, with "/" between their parts.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)  # by label, in the order of the labels
    root: str = ""  # where they come from, for messages
    force: bool = False
    publish: bool = False
    is_checked: bool = False
    author: User | None = None  # whom new versions are by
    course: Course | None = None  # what was loaded; None as long as its files cannot be read
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # labels of rows that were edited in the admin and left alone
    overwritten: list[str] = field(default_factory=list)  # labels of rows that were edited in the admin, and forced
    only_here: list[str] = field(default_factory=list)  # labels of rows that have no file
    published_now: list[str] = field(default_factory=list)  # labels of rows that this load published
    unchecked: list[str] = field(default_factory=list)  # labels of rows that a gate kept from being published
    unfinished: list[Problem] = field(default_factory=list)  # mistakes of what was loaded as a draft
    waits_for_lesson: bool = False  # the course was to be published, and none of its lessons is

    @property
    def is_unchanged(self) -> bool:
        return not self.changes and not self.published_now

    @property
    def fingerprint(self) -> str:
        """Of everything that the load does: two loads that do the same to the database have the same."""
        changes = [asdict(change) for change in self.changes]
        done = {"kept": self.kept, "overwritten": self.overwritten, "only_here": self.only_here}
        return content_hash(done | {"changes": changes, "published": self.published_now})

    @property
    def images(self) -> list[str]:
        """The names of the images that this load stored, new or in place of others."""
        return [change.label.removeprefix("images/") for change in self.changes if change.label.startswith("images/")]

    def below(self, folder: str) -> dict[str, bytes]:
        """The files below *folder*, by their path in it."""
        prefix = f"{folder}/"
        return {label.removeprefix(prefix): text for label, text in self.files.items() if label.startswith(prefix)}

    def problem(self, label: str, line: int | None, message: str) -> None:
        """Record a mistake in a file. Any one of them rolls the whole load back, after all were found."""
        self.problems.append(Problem(self._path(label), line, message))

    def unfinished_at(self, label: str, line: int | None, message: str) -> None:
        """Record a mistake in a file that is loaded all the same: learners get nothing of it."""
        problem = Problem(self._path(label), line, message)
        if problem not in self.unfinished:
            self.unfinished.append(problem)

    def _path(self, label: str) -> str:
        return f"{self.root}/{label}" if self.root else label

    def keep_edited(self, label: str, edited: bool) -> bool:
        """Whether to leave the row *label* alone: it was *edited* in the admin, and this load is not forced.

        Ask only about rows whose content differs from the file's. The answer True is recorded.
        """
        if edited and self.force:
            self.overwritten.append(label)
        elif edited:
            self.kept.append(label)
        return edited and not self.force

    def changed(self, label: str, before: str | None, after: str | None) -> None:
        """Record that *label*'s content (as the file would have it) went from *before* to *after*."""
        self.changes.append(Change(label, before, after))

    def missing(self, label: str) -> None:
        """Record a row that the files do not have (any more); it stays."""
        self.only_here.append(label)

    def published(self, label: str) -> None:
        """Record that this load published *label*."""
        self.published_now.append(label)


class Part(Protocol):
    """What another app keeps in a course folder. Registered with register_part() in AppConfig.ready()."""

    @property
    def names(self) -> Collection[str]:
        """What it has at the top of the course's folder."""

    def load(self, course: Course, loading: Loading) -> None:
        """Write this part's files of *loading* into the database, inside the load's transaction.

        All lessons of course.toml exist by now (without a draft when their file has a mistake). Report mistakes
        through *loading*; write nothing when nothing differs; publish only when loading.publish.
        """

    def export(self, course: Course) -> Mapping[str, bytes]:
        """The files of this part's rows of *course*, by label, in the form that load() reads without a difference."""


_parts: list[Part] = []


def register_part(part: Part) -> None:
    """Have *part* loaded and exported with every course, after those registered before it."""
    _parts.append(part)


def registered_parts() -> Iterator[Part]:
    yield from _parts


def names_at_the_top() -> set[str]:
    """What a course's folder may have in it."""
    return {*OWN_NAMES, *(name for part in _parts for name in part.names)}


def load_course(
    folder: Path, *, force: bool = False, publish: bool = False, is_checked: bool = False, dry_run: bool = False
) -> Loading:
    """Bring the course in *folder*, whose name is the course's slug, into the database; say what was done.

    publish: publish what is loaded, except what says `draft = true`, and what was not checked as it has to be unless
    the caller vouches for that (is_checked). dry_run: find out and roll back. Raises ContentError when any file has a
    mistake.
    """
    try:
        files = read_folder(folder)
    except FilesRefused as refusal:
        problems = [Problem(f"{folder}/{entry}", None, message) for entry, message in refusal.problems]
        raise ContentError(problems) from refusal
    return load_files(
        folder.name, files, root=str(folder), force=force, publish=publish, is_checked=is_checked, dry_run=dry_run
    )


def load_archive(
    content: bytes,
    *,
    name: str,
    force: bool = False,
    dry_run: bool = False,
    author: User | None = None,
    expected: str | None = None,
) -> Loading:
    """Bring the course of a .zip archive called *name* into the database; say what was done.

    expected: the fingerprint that the load must have. Raises ContentError, and LoadChanged for another fingerprint.
    """
    slug, files = course_of_archive(content, name=name)
    return load_files(slug, files, root=slug, force=force, dry_run=dry_run, author=author, expected=expected)


def course_of_archive(content: bytes, *, name: str) -> tuple[str, dict[str, bytes]]:
    """The slug and the files of the course in a .zip archive called *name*. Raises ContentError."""
    try:
        return read_archive(content, name=name)
    except FilesRefused as refusal:
        raise ContentError([Problem(entry, None, message) for entry, message in refusal.problems]) from refusal


def load_files(
    slug: str,
    files: Mapping[str, bytes],
    *,
    root: str = "",
    force: bool = False,
    publish: bool = False,
    is_checked: bool = False,
    dry_run: bool = False,
    author: User | None = None,
    expected: str | None = None,
) -> Loading:
    """Bring the course *slug* that *files* (by label) describe into the database; the rest is as in load_course()."""
    loading = Loading(files=files, root=root, force=force, publish=publish, is_checked=is_checked, author=author)
    with loading_files_of(slug), transaction.atomic():
        _load(slug, loading)
        if loading.problems:
            raise ContentError(loading.problems)
        if expected is not None and loading.fingerprint != expected:
            raise LoadChanged
        transaction.set_rollback(dry_run)
    return loading


def _load(slug: str, loading: Loading) -> None:
    if not is_slug(slug):
        message = gettext('the folder is named like the course\'s slug, and "%(name)s" is none') % {"name": shown(slug)}
        loading.problems.append(Problem(loading.root, None, message))
    if not _check_top(loading):
        return
    file = _read_course(loading)
    lesson_files = _read_lessons(loading)
    if file is None or not is_slug(slug):
        return
    _compare_lists(file, lesson_files, loading)
    # Of files that are older than a change of slugs in the admin: {present slug: the file's}.
    before = course_at(slug)
    names = {present: name for name, present in lesson_names(before).items() if name in lesson_files} if before else {}
    renamed = {name: present for present, name in names.items()}
    modules = [replace(one, lessons=tuple(renamed.get(name, name) for name in one.lessons)) for one in file.modules]
    file = replace(file, modules=tuple(modules))
    course = loading.course = _load_structure(slug, file, loading)
    _load_images(course, loading)
    former = former_names(course)
    for lesson in course.lessons.select_related("draft", "published").filter(slug__in=file.lesson_slugs):
        name = names.get(lesson.slug, lesson.slug)
        if lesson_file := lesson_files.get(name):
            lesson.course = course
            _load_lesson(lesson, lesson_file, loading, name=name, names=former)
    for part in registered_parts():
        part.load(course, loading)
    if loading.publish and not course.held_back and course.published_at is None and course.archived_at is None:
        try:
            publish_course(course=course)
            loading.published(COURSE)
        except PublishRefused:  # a later load publishes it with the first of its lessons
            loading.waits_for_lesson = True
    fill()


def _check_top(loading: Loading) -> bool:
    """Report what does not belong there; whether the rest can be read for what it is."""
    known = names_at_the_top()
    strangers = sorted({label.partition("/")[0] for label in loading.files} - known)
    in_small_letters = {name.casefold(): name for name in known}
    meant = {name: in_small_letters[name.casefold()] for name in strangers if name.casefold() in in_small_letters}
    for name, right in meant.items():
        loading.problem(name, None, gettext("must be named %(name)s, in small letters") % {"name": right})
    if meant:
        return False  # what is in it would be missed everywhere else
    if COURSE in loading.files:  # else it is no course, and each of its files would be told of
        for name in strangers:
            loading.problem(name, None, gettext("does not belong to a course"))
    return True


# --- Reading ---------------------------------------------------------------------------------------------------------


def read_text(label: str, loading: Loading) -> str | None:
    """The text of a file with \n line ends; None, and a problem, when it is missing or is not UTF-8."""
    content = loading.files.get(label)
    if content is None:
        loading.problem(label, None, gettext("is missing"))
        return None
    for beginning, encoding in OTHER_ENCODINGS:
        if content.startswith(beginning):
            loading.problem(label, 1, gettext("is %(encoding)s, not UTF-8") % {"encoding": encoding})
            return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"0x{content[error.start]:02x}"
        loading.problem(label, line, gettext("is not UTF-8 (byte %(byte)s)") % {"byte": byte})
        return None
    if "\0" in text:
        loading.problem(label, text.count("\n", 0, text.index("\0")) + 1, gettext("has a NUL character"))
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_course(loading: Loading) -> CourseFile | None:
    text = read_text(COURSE, loading)
    if text is None:
        return None
    try:
        return parse_course(text)
    except FormatError as error:
        for line, message in error.problems:
            loading.problem(COURSE, line, message)
    return None


def _read_lessons(loading: Loading) -> dict[str, LessonFile | None]:
    """All lesson files by slug; None for one with mistakes."""
    files: dict[str, LessonFile | None] = {}
    for name in loading.below("lessons"):
        label, slug = f"lessons/{name}", name.removesuffix(".md")
        if slug == name or not is_slug(slug):
            loading.problem(label, None, gettext("is no lesson: lessons are files named <slug>.md"))
            continue
        files[slug] = None
        text = read_text(label, loading)
        if text is None:
            continue
        try:
            parsed = parse_lesson(text)
        except FormatError as error:
            for line, message in error.problems:
                loading.problem(label, line, message)
        else:
            files[slug] = _normalised(parsed)
    return files


def _normalised(file: LessonFile) -> LessonFile:
    """The file with its texts as the database keeps them."""
    texts = lesson_content(
        title=file.title, summary=file.summary, minutes=file.minutes, body_markdown=file.body_markdown
    )
    return replace(file, **texts)


def _compare_lists(file: CourseFile, lesson_files: Mapping[str, LessonFile | None], loading: Loading) -> None:
    text = loading.files[COURSE].decode("utf-8-sig")
    for slug in file.lesson_slugs:
        if slug not in lesson_files:
            line = text.count("\n", 0, text.find(quoted(slug))) + 1
            loading.problem(
                COURSE, line, gettext('there is no lessons/%(slug)s.md for the lesson "%(slug)s"') % {"slug": slug}
            )
    for slug in sorted(lesson_files.keys() - set(file.lesson_slugs)):
        loading.problem(f"lessons/{slug}.md", None, gettext("is in no module of course.toml"))


# --- Order and the course's own texts --------------------------------------------------------------------------------


def _load_structure(slug: str, file: CourseFile, loading: Loading) -> Course:
    """Bring course.toml into the database; afterwards each of its lessons has a row."""
    course = course_at(slug)
    if course is None:
        course = save_course(course=Course(slug=slug))
        current, before = None, None
    else:
        current = course_as_file(course)
        before = current.to_toml()
    wanted = file if current is None else _with_rows_without_files(file, current, loading)
    if current is not None and current != wanted:
        edited = content_hash(current.content) != course.loaded_hash
        if loading.keep_edited(COURSE, edited):
            _write_structure(course, _only_additions(current, wanted))
            return course
    if current != wanted:
        _write(course, title=wanted.title, summary=wanted.summary, language=wanted.language, held_back=wanted.draft)
        _write_structure(course, wanted)
        loading.changed(COURSE, before, wanted.to_toml())
    _write(course, loaded_hash=content_hash(wanted.content))
    return course


def _with_rows_without_files(file: CourseFile, current: CourseFile, loading: Loading) -> CourseFile:
    """*file* plus the modules and lessons that only the database has, at the end of their lists."""
    slugs = set(file.lesson_slugs)
    extra = {
        module.slug: tuple(lesson for lesson in module.lessons if lesson not in slugs) for module in current.modules
    }
    for lessons in extra.values():
        for lesson in lessons:
            loading.missing(f"lessons/{lesson}.md")
    modules = [replace(module, lessons=module.lessons + extra.pop(module.slug, ())) for module in file.modules]
    for module in current.modules:
        if module.slug in extra:
            loading.missing(f"{COURSE}: [[modules]] {module.slug}")
            modules.append(replace(module, lessons=extra[module.slug]))
    return replace(file, modules=tuple(modules))


def _only_additions(current: CourseFile, wanted: CourseFile) -> CourseFile:
    """*current* plus the modules and lessons that only *wanted* has, at the end of their lists."""
    slugs = set(current.lesson_slugs)
    modules = {module.slug: module for module in current.modules}
    for module in wanted.modules:
        new = tuple(lesson for lesson in module.lessons if lesson not in slugs)
        known = modules.get(module.slug, ModuleEntry(module.slug, module.title, ()))
        modules[module.slug] = replace(known, lessons=known.lessons + new)
    return replace(current, modules=tuple(modules.values()))


def _write_structure(course: Course, file: CourseFile) -> None:
    """Make the modules and lessons of *course* those of *file*, in its order."""
    modules = {module.slug: module for module in course.modules.all()}
    lessons = {lesson.slug: lesson for lesson in course.lessons.all()}
    for position, entry in enumerate(file.modules, start=1):
        module = modules.get(entry.slug) or Module(course=course, slug=entry.slug)
        _write(module, title=entry.title, position=position)
        for place, slug in enumerate(entry.lessons, start=1):
            lesson = lessons.get(slug) or Lesson(course=course, slug=slug)
            _write(lesson, module_id=module.pk, position=place)


def _write(row: models.Model, **fields: Any) -> None:
    """Set and save what differs; nothing is written when nothing does."""
    different = {name: value for name, value in fields.items() if getattr(row, name) != value}
    if different or row.pk is None:
        for name, value in different.items():
            setattr(row, name, value)
        row.save(update_fields=None if row.pk is None else list(different))


# --- Images ----------------------------------------------------------------------------------------------------------


def _load_images(course: Course, loading: Loading) -> None:
    """Bring the images in, before the texts that name them are read."""
    present = dict(course.images.values_list("name", "digest"))
    for name, data in loading.below("images").items():
        label, before = f"images/{name}", present.pop(name, None)
        if before == hashlib.sha256(data).hexdigest():
            continue
        try:
            image = store_image(course=course, name=name, data=data, author=loading.author)
        except ImageRefused as refusal:
            loading.problem(label, None, str(refusal))
        else:
            loading.changed(label, before and _image_as_text(before), _image_as_text(image.digest))
    for name in present:
        loading.missing(f"images/{name}")
    if loading.images:
        render_again(course, loading.images)


def _image_as_text(digest: str) -> str:
    """What a diff says of an image."""
    return f"SHA-256: {digest}\n"


# --- Texts of lessons ------------------------------------------------------------------------------------------------


def _present(file: LessonFile, names: FormerNames) -> LessonFile:
    return replace(file, body_markdown=with_present_names(file.body_markdown, names))


def _load_lesson(lesson: Lesson, file: LessonFile, loading: Loading, *, name: str, names: FormerNames) -> None:
    """*name* is the file's, which may be older than the lesson's slug; *names* is what former_names() gives."""
    label = f"lessons/{name}.md"
    current = None if lesson.draft is None else lesson_as_file(lesson)
    if current and _present(current, names) == _present(file, names):
        file = current  # an export has links with the present names, where the text may still have former ones
    if current != file:
        if current and loading.keep_edited(label, content_hash(current.content) != lesson.loaded_hash):
            return
        save_lesson_draft(
            lesson=lesson,
            title=file.title,
            summary=file.summary,
            minutes=file.minutes,
            body_markdown=file.body_markdown,
            author=loading.author,
            origin=Noted.Origin.LOADED,
        )
        _report_problems(lesson, file, label, loading)
        loading.changed(label, current.to_text() if current else None, file.to_text())
    _write(lesson, held_back=file.draft, loaded_hash=content_hash(file.content))
    is_newer = lesson.draft_id not in (lesson.published_id, lesson.scheduled_id)
    if loading.publish and not file.draft and is_newer and lesson.archived_at is None:
        try:
            publish_lesson(lesson=lesson, at=lesson.scheduled_at or lesson.published_at)  # what is scheduled stays so
        except PublishRefused:
            _report_problems(lesson, file, label, loading)
        else:
            loading.published(label)


def _report_problems(lesson: Lesson, file: LessonFile, label: str, loading: Loading) -> None:
    """A text with problems is not loaded, unless it says of itself that it is a draft."""
    report = loading.unfinished_at if file.draft else loading.problem
    for problem in render_lesson(lesson.course, file.body_markdown).problems:
        report(label, file.body_line + problem.line - 1, problem.message)
