"""What an author writes of an exercise: one value that forms, files and versions are made from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from django.utils.translation import gettext, gettext_lazy

from courses.course_folder import LEFT_BEHIND
from courses.entry_names import clashes, name_problem
from courses.publishing import content_hash, normalised_text, one_line, without_mark
from exercises import files, limits
from exercises.answers import ANSWERED, AnswerKind
from exercises.answers.sheets import Sheet
from exercises.cases import Case, CasesError, declared_params, parse
from exercises.models import ExerciseVersion, Family
from exercises.toml_documents import Document, TomlError

# By name; a text is what was typed where that is no TOML, and is kept as it is.
Values = Mapping[str, Any] | str

ENTRY = "main.py"  # the file that is run
MAX_FILES = 20
MAX_PATH = 100
MAX_TITLE = 200

PATH_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
# Columns that exercises have in which learners write code, and no others.
CODE_PARTS = {
    "framework": gettext_lazy("framework"),
    "starter": gettext_lazy("starter files"),
    "solution": gettext_lazy("solution files, only a solution.md"),
    "wrong": gettext_lazy("wrong files"),
    "family": gettext_lazy("family"),
    "params": gettext_lazy("parameters"),
    "limits": gettext_lazy("limits"),
}
WRONG_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.py")
FAILS = re.compile(r"# fails: (?P<case>.*\S)\s*")


class ContentProblem(NamedTuple):
    """A mistake of the author. field is a column of ExerciseVersion; path the file in it, where it holds files.

    key is the name that is wrong, where the column holds values by name.
    """

    field: str
    message: str
    path: str = ""
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        message = self.message
        if self.line:
            message = gettext("line %(line)s: %(message)s") % {"line": self.line, "message": message}
        return f"{self.path}: {message}" if self.path else message


class InvalidContent(Exception):
    """The content cannot be stored as a version; `problems` has everything that keeps it from that."""

    def __init__(self, problems: Sequence[ContentProblem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem}" for problem in problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseContent:
    """The columns of ExerciseVersion that an author writes."""

    title: str
    kind: str = ExerciseVersion.Kind.HTTP.value
    framework: str = ""
    difficulty: str = ExerciseVersion.Difficulty.EASY.value
    prompt_markdown: str = ""
    starter: Mapping[str, str] = field(default_factory=dict)
    solution: Mapping[str, str] = field(default_factory=dict)
    solution_markdown: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)  # {"returns-text.py": what stands in main.py}
    family: Family | None = None
    params: Values = field(default_factory=dict)
    cases_toml: str = ""
    hints: Sequence[str] = ()
    limits: Values = field(default_factory=dict)

    @classmethod
    def of(cls, version: ExerciseVersion) -> ExerciseContent:
        """What a version was made from. One query when the version's family is not loaded yet."""
        return cls(**{name: getattr(version, name) for name in cls.__dataclass_fields__})

    def normalised(self) -> ExerciseContent:
        """The same with its texts as the database keeps them: \\n ends lines, files are in the order of their paths."""
        return replace(
            self,
            title=one_line(self.title),
            prompt_markdown=normalised_text(self.prompt_markdown),
            starter=_normalised_files(self.starter),
            solution=_normalised_files(self.solution),
            solution_markdown=normalised_text(self.solution_markdown),
            wrong=_normalised_files(self.wrong),
            params=_normalised_values(self.params),
            cases_toml=normalised_text(self.cases_toml),
            hints=[normalised_text(hint).rstrip("\n") for hint in self.hints],
            limits=_normalised_values(self.limits),
        )

    @property
    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @property
    def author_hash(self) -> str:
        """Of what the author of this exercise wrote: a change of the family does not change it."""
        return content_hash(self.columns | {"family": self.family.slug if self.family else None})

    @property
    def answered(self) -> AnswerKind | None:
        """What its kind is about where learners answer it; None where they write code."""
        return ANSWERED.get(self.kind)

    def sheet(self) -> Sheet:
        """What there is to answer, without its HTML; {} where learners write code. Raises CasesError."""
        if self.answered is None:
            return {}
        try:
            return self.answered.parse(self.cases_toml)
        except TomlError as error:
            raise CasesError(error.problems) from error

    def cases(self) -> list[Case]:
        """The cases with the parameters filled in, of the family or the exercise's own. Raises CasesError.

        Parameters that cannot be read are none.
        """
        if self.answered is not None:
            return cast(list[Case], self.answered.cases(self.sheet()))
        text = self.family.cases_toml if self.family else self.cases_toml
        return parse(text, {} if isinstance(self.params, str) else self.params, kind=self.kind)

    def problems(self) -> list[ContentProblem]:
        """All that keeps this from being published; of the Markdown and the programs exercises.versions says more."""
        return [*self.refusals(), *self.mistakes()]

    def refusals(self) -> list[ContentProblem]:
        """What keeps this from being stored: what no column, and no file of an export, could hold."""
        return [*self._refusals_of_texts(), *self._refusals_of_files()]

    def mistakes(self) -> list[ContentProblem]:
        """What keeps this from being run and answered, and so from being published. It can be stored as a draft."""
        parts = self._mistakes_of_files() if self.answered is None else self._mistakes_of_parts()
        return [*self._mistakes_of_texts(), *parts, *self.mistakes_of_cases()]

    def _refusals_of_texts(self) -> Iterator[ContentProblem]:
        if not self.title or len(self.title) > MAX_TITLE:
            yield ContentProblem("title", gettext("A title has 1 to %(most)s characters.") % {"most": MAX_TITLE})
        if self.kind not in ExerciseVersion.Kind.values:
            yield ContentProblem(
                "kind", gettext("The kind is one of %(values)s.") % {"values": ", ".join(ExerciseVersion.Kind.values)}
            )
        if self.framework and self.framework not in ExerciseVersion.Framework.values:
            yield ContentProblem("framework", _one_of_the_frameworks())
        if self.difficulty not in ExerciseVersion.Difficulty.values:
            values = ", ".join(ExerciseVersion.Difficulty.values)
            yield ContentProblem("difficulty", gettext("The difficulty is one of %(values)s.") % {"values": values})
        for name, text in {
            "prompt_markdown": self.prompt_markdown,
            "solution_markdown": self.solution_markdown,
            "cases_toml": self.cases_toml,
            "hints": "\n".join(self.hints),
            "params": _as_text(self.params),
            "limits": _as_text(self.limits),
        }.items():
            if problem := files.problem_of(text):
                yield ContentProblem(name, files.REMARKS[problem] % {"limit": files.MAX_FILE_BYTES // 1024})

    def _mistakes_of_texts(self) -> Iterator[ContentProblem]:
        if message := self._mistake_of_framework():
            yield ContentProblem("framework", message)
        if not self.prompt_markdown:
            yield ContentProblem("prompt_markdown", gettext("The prompt is empty."))
        if not all(self.hints):
            yield ContentProblem("hints", gettext("A hint is empty."))
        for column in ("params", "limits"):
            yield from _mistakes_of_values(column, getattr(self, column))
        if not isinstance(self.limits, str):
            for name, value in self.limits.items():
                if message := limits.problem_of({name: value}):
                    yield ContentProblem("limits", message, key=name)

    def _mistakes_of_parts(self) -> Iterator[ContentProblem]:
        """Of an exercise that is answered: parts that it does not have, and one that it needs."""
        for name, label in CODE_PARTS.items():
            if getattr(self, name):
                yield ContentProblem(
                    name,
                    gettext("An exercise of the kind %(kind)s has no %(label)s.") % {"kind": self.kind, "label": label},
                )
        if self.answered and self.answered.needs_solution and not self.solution_markdown:
            yield ContentProblem(
                "solution_markdown", gettext("The solution is empty: learners compare their answers with it.")
            )

    def _mistake_of_framework(self) -> str:
        """An app has one, a program or a function may do without; where no code is written there is none."""
        kind = ExerciseVersion.Kind
        if self.kind == kind.STREAMLIT and self.framework != ExerciseVersion.Framework.STREAMLIT:
            return gettext("The framework of this kind is streamlit.")
        return _one_of_the_frameworks() if self.kind == kind.HTTP and not self.framework else ""

    def _refusals_of_files(self) -> Iterator[ContentProblem]:
        for role in ("starter", "solution", "wrong"):
            listed = getattr(self, role)
            if len(listed) > MAX_FILES:
                yield ContentProblem(role, gettext("There are more than %(most)s files.") % {"most": MAX_FILES})
            for path, other in clashes(listed).items():
                message = gettext("is the same name as %(other)s on some systems.") % {"other": other}
                yield ContentProblem(role, message, path)
            for path, text in listed.items():
                if not is_path(path):
                    yield ContentProblem(role, gettext("is no path such as main.py or shop/stock.py."), path)
                elif problem := files.problem_of(text):
                    message = files.REMARKS[problem] % {"limit": files.MAX_FILE_BYTES // 1024}
                    yield ContentProblem(role, message, path)

    def _mistakes_of_files(self) -> Iterator[ContentProblem]:
        for role in ("starter", "solution"):
            if ENTRY not in getattr(self, role):
                yield ContentProblem(
                    role, gettext("%(entry)s is missing: it is the file that is run.") % {"entry": ENTRY}
                )
        if self.starter.keys() != self.solution.keys():
            yield ContentProblem(
                "solution", gettext("The solution needs exactly the files of the starter: learners hand in those.")
            )
        for path, text in self.wrong.items():
            if not WRONG_NAME.fullmatch(path):
                yield ContentProblem("wrong", gettext("must be named like returns-text.py."), path)
            if not case_named_in(text):
                message = gettext("must begin with a comment like `# fails: GET / answers 200`.")
                yield ContentProblem("wrong", message, path, 1)

    def mistakes_of_cases(self) -> Iterator[ContentProblem]:
        """Those of mistakes() that mended cases, of the family or its own, would have no more."""
        if self.family and self.answered:
            return  # said already
        if self.family and self.cases_toml:
            yield ContentProblem(
                "cases_toml", gettext("The cases are the family's; leave these empty, or choose no family.")
            )
            return
        if self.kind not in ExerciseVersion.Kind.values:
            return  # a problem of its own, and what the cases should look like is unknown
        try:
            if self.family:
                declared = declared_params(self.family.cases_toml)
                if isinstance(self.params, str):
                    return  # said already
                mistakes = list(_mistakes_of_params(self.params, declared))
                yield from mistakes
                if mistakes:
                    return
            names = {case["name"] for case in self.cases()}
        except CasesError as error:
            owner = "family" if self.family else "cases_toml"
            for line, message in error.problems:
                yield ContentProblem(owner, message, line=line)
            return
        for path, text in self.wrong.items():
            named = case_named_in(text)
            if named and named not in names:
                message = gettext("names a case that does not exist: %(named)s") % {"named": named}
                yield ContentProblem("wrong", message, path, 1)


def _mistakes_of_params(params: Mapping[str, Any], declared: Mapping[str, str]) -> Iterator[ContentProblem]:
    for name, description in declared.items():
        if name not in params:
            message = gettext("The family asks for %(name)s: %(description)s")
            yield ContentProblem("params", message % {"name": name, "description": description})
    for name in params:
        if name not in declared:
            message = gettext("The family has no parameter %(name)s.") % {"name": name}
            yield ContentProblem("params", message, key=name)


def _mistakes_of_values(column: str, values: Values) -> Iterator[ContentProblem]:
    if isinstance(values, str):
        try:
            Document(values)
        except TomlError as error:
            yield from (ContentProblem(column, one.message, line=one.line) for one in error.problems)


def _one_of_the_frameworks() -> str:
    return gettext("The framework is one of %(known)s.") % {"known": ", ".join(ExerciseVersion.Framework.values)}


def is_path(path: str) -> bool:
    """Whether *path* is relative, stays inside its folder, and is written the same on every system."""
    if len(path) > MAX_PATH or name_problem(path):
        return False
    return all(PATH_PART.fullmatch(part) and part not in LEFT_BEHIND for part in path.split("/"))


def case_named_in(text: str) -> str:
    """The case that a wrong/ file names in its first line; "" when it names none."""
    match = FAILS.fullmatch(text.split("\n", 1)[0])
    return match["case"] if match else ""


def _normalised_files(files: Mapping[str, str]) -> dict[str, str]:
    return {path: without_mark(files[path]).replace("\r\n", "\n").replace("\r", "\n") for path in sorted(files)}


def _normalised_values(values: Values) -> Values:
    """Read, where they are a text that can be."""
    if isinstance(values, str):
        values = normalised_text(values)
        try:
            values = Document(values).values
        except TomlError:
            return values
    return cast(Values, _sorted(values))


def _as_text(values: Values) -> str:
    return values if isinstance(values, str) else json.dumps(values, ensure_ascii=False)


def _sorted(value: Any) -> Any:
    """*value* with the members of all its objects in the order of their names, which PostgreSQL does not keep."""
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
