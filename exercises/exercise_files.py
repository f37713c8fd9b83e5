"""An exercise as a folder of files (format: docs/authoring.md): read with every mistake named, written in one form.

Texts in, value out, and back: no database, no disk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext

from courses.toml_tables import is_slug, quoted
from exercises.content import ExerciseContent
from exercises.models import Family
from exercises.toml_documents import Document, TomlError

DESCRIPTION = "exercise.toml"
REQUIRED = ("title", "kind", "lesson", "position", "difficulty")
OPTIONAL = ("framework", "draft", "family", "hints", "limits", "params")
TEXTS = {"prompt.md": "prompt_markdown", "solution.md": "solution_markdown", "cases.toml": "cases_toml"}
FOLDERS = ("starter", "solution", "wrong")
MAX_POSITION = 10_000


class FileProblem(NamedTuple):
    """A mistake in one file of the folder; line counts from 1, None when the mistake has none."""

    path: str
    line: int | None
    message: str


class InvalidFiles(Exception):
    def __init__(self, problems: Sequence[FileProblem]) -> None:
        super().__init__("; ".join(f"{path}:{line or ''} {message}" for path, line, message in problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseFiles:
    """What the files of one exercise say."""

    lesson: str  # slug
    position: int
    draft: bool  # loaded, but load_course does not publish it
    content: ExerciseContent
    lines: Mapping[str, int | None] = field(default_factory=dict, compare=False)  # of the keys of exercise.toml

    def to_files(self) -> dict[str, str]:
        """The texts of the files by their path in the folder."""
        content = self.content
        files = {DESCRIPTION: self._description()}
        files |= {path: getattr(content, name) for path, name in TEXTS.items() if getattr(content, name)}
        for folder in FOLDERS:
            files |= {f"{folder}/{path}": text for path, text in getattr(content, folder).items()}
        return files

    def _description(self) -> str:
        content = self.content
        lines = [f"title = {quoted(content.title)}", f"kind = {quoted(content.kind)}"]
        if content.framework:
            lines.append(f"framework = {quoted(content.framework)}")
        lines.append(f"lesson = {quoted(self.lesson)}")
        lines += [f"position = {self.position}", f"difficulty = {quoted(content.difficulty)}"]
        if self.draft:
            lines.append("draft = true")
        if content.family:
            lines.append(f"family = {quoted(content.family.slug)}")
        if content.hints:
            lines += ["hints = [", *(f"    {quoted(hint)}," for hint in content.hints), "]"]
        tables = {title: values for title in ("limits", "params") if (values := getattr(content, title))}
        lines += [f"{title} = {quoted(text)}" for title, text in tables.items() if isinstance(text, str)]
        for title, values in tables.items():
            if not isinstance(values, str):
                lines += ["", f"[{title}]", to_toml(values)]
        return "\n".join(lines) + "\n"


def read_exercise(files: Mapping[str, str], families: Mapping[str, Family | None]) -> ExerciseFiles:
    """What the *files* of a folder, by their path in it, say. A family is None when its own file has mistakes.

    Raises InvalidFiles with all mistakes, of which there may be none if its family has some. Whether the content fits
    together, the lesson exists, and so on is for others to find out.
    """
    problems = []
    texts: dict[str, Any] = {}
    for path, text in files.items():
        folder, slash, rest = path.partition("/")
        if path in TEXTS:
            texts[TEXTS[path]] = text
        elif slash and folder in FOLDERS:
            texts.setdefault(folder, {})[rest] = text
        elif path != DESCRIPTION:
            problems.append(FileProblem(path, None, gettext("does not belong to an exercise")))
    try:
        document = Document(files.get(DESCRIPTION, ""))
        values = _described(document, families)
    except TomlError as error:
        problems += [FileProblem(DESCRIPTION, line, message) for line, message in error.problems]
    if problems:
        raise InvalidFiles(problems)
    slug = values.pop("family", None)
    family = families[slug] if slug else None
    if slug and family is None:
        raise InvalidFiles([])
    return ExerciseFiles(
        lesson=values.pop("lesson"),
        position=values.pop("position"),
        draft=values.pop("draft", False),
        content=ExerciseContent(family=family, **values, **texts).normalised(),
        lines={key: document.line(key) for key in (*REQUIRED, *OPTIONAL)},
    )


def _described(document: Document, families: Mapping[str, Family | None]) -> dict[str, Any]:
    """The values of exercise.toml, each of its type. Raises TomlError."""
    values = document.table(document.values, (), DESCRIPTION, required=REQUIRED, optional=OPTIONAL)
    document.finish()
    assert values is not None  # noqa: S101 - finish() has raised otherwise
    for key in ("title", "kind", "framework", "lesson", "difficulty", "family"):
        if key in values:
            document.text(values[key], (key,), key)
    position = values["position"]
    if type(position) is not int or not 0 <= position <= MAX_POSITION:
        document.problem(
            ("position",), gettext("position must be a whole number from 0 to %(most)s") % {"most": MAX_POSITION}
        )
    if not isinstance(values.get("draft", False), bool):
        document.problem(("draft",), gettext("draft must be true or false"))
    hints = values.get("hints", [])
    if not isinstance(hints, list) or not all(isinstance(hint, str) for hint in hints):
        document.problem(("hints",), gettext("hints must be an array of texts"))
    for key in ("limits", "params"):
        if not isinstance(values.get(key, {}), dict | str):  # a text: what was typed in a draft, and is no TOML
            document.problem((key,), gettext("%(label)s must be a table") % {"label": key})
    if isinstance(values.get("family"), str) and values["family"] not in families:
        document.problem(("family",), gettext("there is no families/%(slug)s.toml") % {"slug": values["family"]})
    if isinstance(values["lesson"], str) and not is_slug(values["lesson"]):
        document.problem(("lesson",), gettext("%(value)r is no slug") % {"value": values["lesson"]})
    document.finish()
    return values


def to_toml(values: Mapping[str, Any]) -> str:
    """*values* (JSON without null) as lines of TOML."""
    return "\n".join(f"{_key(name)} = {_value(value)}" for name, value in values.items())


def _key(name: str) -> str:
    return name if name.replace("_", "a").replace("-", "a").isalnum() and name.isascii() else quoted(name)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    return json.dumps(value)
