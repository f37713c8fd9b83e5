"""The format of course.toml and of lesson files: read with every mistake named, written in one canonical form.

Text in, dataclass out, and back: no database, no disk.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext

from courses.toml_tables import FormatError, Table, parse_toml, quoted

TITLE_LENGTH = 200  # of the columns
SUMMARY_LENGTH = 1000
LANGUAGE = re.compile(r"(?=.{2,16}$)[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
MAX_MINUTES = 600
LINE_LENGTH = 120  # of a list that course.toml keeps on one line
FENCE = "+++"  # above and below the front matter of a lesson


@dataclass(frozen=True, slots=True)
class ModuleEntry:
    slug: str
    title: str
    lessons: tuple[str, ...]  # slugs, in order


@dataclass(frozen=True, slots=True)
class CourseFile:
    title: str
    summary: str
    language: str
    draft: bool  # load_course does not publish it
    modules: tuple[ModuleEntry, ...]

    @property
    def content(self) -> dict[str, Any]:
        """What the author wrote, for a content hash."""
        return asdict(self)

    @property
    def lesson_slugs(self) -> list[str]:
        """All lessons in course order."""
        return [lesson for module in self.modules for lesson in module.lessons]

    def to_toml(self) -> str:
        """The text of course.toml."""
        lines = [f"title = {quoted(self.title)}", f"summary = {quoted(self.summary)}"]
        lines.append(f"language = {quoted(self.language)}")
        if self.draft:
            lines.append("draft = true")
        for module in self.modules:
            lines += ["", "[[modules]]", f"slug = {quoted(module.slug)}", f"title = {quoted(module.title)}"]
            lines.append(_list("lessons", module.lessons))
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class LessonFile:
    title: str
    summary: str
    minutes: int
    draft: bool  # loaded, but load_course does not publish it
    body_markdown: str
    body_line: int = field(default=1, compare=False)  # where the body starts in its file

    @property
    def content(self) -> dict[str, Any]:
        """What the author wrote, for a content hash."""
        content = asdict(self)
        del content["body_line"]
        return content

    def to_text(self) -> str:
        """The text of lessons/<slug>.md."""
        lines = [FENCE, f"title = {quoted(self.title)}", f"summary = {quoted(self.summary)}"]
        lines.append(f"minutes = {self.minutes}")
        if self.draft:
            lines.append("draft = true")
        return "\n".join([*lines, FENCE, "", self.body_markdown])


def parse_course(text: str) -> CourseFile:
    """What course.toml says. Raises FormatError."""
    values = parse_toml(text)
    problems: list[tuple[int, str]] = []
    lines = text.split("\n")
    # Where each [[modules]] starts, so that a mistake in one of them gets its own line.
    starts = [number for number, line in enumerate(lines, start=1) if re.match(r"\s*\[\[", line)]
    head_end = starts[0] - 1 if starts else len(lines)
    head = Table(values, "\n".join(lines[:head_end]), problems=problems)
    head.only({"title", "summary", "language", "draft", "modules"})
    title, summary = head.text("title", longest=TITLE_LENGTH), head.text("summary", longest=SUMMARY_LENGTH)
    language, draft = head.text("language"), head.flag("draft")
    if language and not LANGUAGE.fullmatch(language):
        head.problem(
            "language",
            gettext('language is a tag such as "en" or "pt-BR", not "%(language)s"') % {"language": language},
        )
    entries = values.get("modules", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        head.problem("modules", gettext("modules are tables: [[modules]] with slug, title and lessons"))
        raise FormatError(problems)
    tables = []
    for index, entry in enumerate(entries):
        first = starts[index] if index < len(starts) else 1
        last = starts[index + 1] - 1 if index + 1 < len(starts) else len(lines)
        tables.append(Table(entry, "\n".join(lines[first - 1 : last]), problems=problems, first_line=first))
    modules = _modules(tables)
    if problems:
        raise FormatError(problems)
    return CourseFile(title, summary, language, draft, modules)


def _modules(tables: list[Table]) -> tuple[ModuleEntry, ...]:
    """The modules that the tables describe; a slug that comes twice is a problem."""
    modules: list[ModuleEntry] = []
    module_slugs: set[str] = set()
    lesson_slugs: set[str] = set()
    for table in tables:
        table.only({"slug", "title", "lessons"})
        module = ModuleEntry(
            table.slug("slug"), table.text("title", longest=TITLE_LENGTH), tuple(table.slugs("lessons"))
        )
        if module.slug in module_slugs:
            table.problem("slug", gettext('there is a module "%(slug)s" already') % {"slug": module.slug})
        module_slugs.add(module.slug)
        for lesson in module.lessons:
            if lesson in lesson_slugs:
                message = gettext('the lesson "%(slug)s" is in the course already') % {"slug": lesson}
                table.problems.append((table.line_of(lesson), message))
            lesson_slugs.add(lesson)
        modules.append(module)
    return tuple(modules)


def parse_lesson(text: str) -> LessonFile:
    """What a lesson file says. Raises FormatError."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        message = gettext("a lesson starts with %(fence)s, then title, summary and minutes, then %(fence)s")
        raise FormatError([(1, message % {"fence": FENCE})])
    end = next((number for number, line in enumerate(lines[1:], start=2) if line.rstrip() == FENCE), 0)
    if not end:
        message = gettext("the front matter never ends; it needs a line %(fence)s below it")
        raise FormatError([(1, message % {"fence": FENCE})])
    front = "\n".join(lines[1 : end - 1])
    problems: list[tuple[int, str]] = []
    table = Table(parse_toml(front, first_line=2), front, problems=problems, first_line=2)
    table.only({"title", "summary", "minutes", "draft"})
    title, summary = table.text("title", longest=TITLE_LENGTH), table.text("summary", longest=SUMMARY_LENGTH)
    minutes, draft = table.integer("minutes", at_least=1, at_most=MAX_MINUTES), table.flag("draft")
    body_line = next((n for n, line in enumerate(lines[end:], start=end + 1) if line.strip()), 0)
    if not body_line:
        problems.append((end, gettext("the lesson has no text below its front matter")))
    if problems:
        raise FormatError(problems)
    return LessonFile(title, summary, minutes, draft, "\n".join(lines[body_line - 1 :]), body_line)


def _list(key: str, slugs: tuple[str, ...]) -> str:
    """A TOML list on one line, or one item a line when that is too long."""
    line = f"{key} = [{', '.join(map(quoted, slugs))}]"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"{key} = [", *(f"    {quoted(slug)}," for slug in slugs), "]"])
