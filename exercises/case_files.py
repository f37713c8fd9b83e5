"""Reading cases.toml: what may stand in it, and errors that name the line. The format is shown in exercises.cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from django.utils.translation import gettext

from exercises.filling import NAME, as_text, fill, fill_some, names_in
from exercises.random_values import is_number, problem_of
from exercises.toml_documents import Document
from exercises.toml_lines import Path

MAX_CASES = 50
MAX_NAME = 200
MAX_OPERANDS = 4
MAX_PLACES = 6

Sections = Mapping[str, dict[str, Any]]


class Format(Protocol):
    """What is special about the cases of one kind of exercise; see exercises.kinds.

    Both readers note what is wrong, and return what a version stores, or None where something is; the second one is
    given what the first returned. too_much() says what is wrong with the cases taken together, which is never less when
    there are more of them; "" when nothing is.
    """

    ASKS: str  # the key of a case that says what is asked

    def read_question(self, case: CaseReader, raw: Any) -> dict[str, Any] | None: ...
    def read_expectation(
        self, case: CaseReader, raw: Any, question: Mapping[str, Any] | None
    ) -> dict[str, Any] | None: ...
    def too_much(self, cases: Sequence[Mapping[str, Any]]) -> str: ...


class CasesDocument(Document):
    """One cases.toml being read.

    Of the parameters *unfilled* the values are not known: what depends on them is passed over, and counted. cases() is
    given texts in their place then.
    """

    def __init__(self, text: str, *, unfilled: Iterable[str] = ()) -> None:
        self._unfilled = set(unfilled)  # with the computed values that need one of them
        self._unfilled_at: dict[Path, bool] = {}  # remembered: an array may have as many mistakes as it is long
        self.passed_over = 0
        super().__init__(text)

    def problem(self, path: Path, message: str) -> None:
        if self._is_unfilled(path):
            self.passed_over += 1
        else:
            self.note(path, message)

    def table(
        self, value: Any, path: Path, label: str, *, required: Iterable[str] = (), optional: Iterable[str] = ()
    ) -> dict[str, Any] | None:
        if isinstance(value, dict) and self._is_unfilled(path):
            self.passed_over += 1  # which keys it has is not known
            return None
        return super().table(value, path, label, required=required, optional=optional)

    def _is_unfilled(self, path: Path) -> bool:
        """Whether the value at *path*, or the nearest thing around it, depends on what is not known.

        An array does so with what is in it, a table with its keys: what is wrong with a value in it is noted there.
        """
        if not self._unfilled or path[:1] not in (("case",), ("computed",)):  # parameters are filled in nowhere else
            return False
        if path not in self._unfilled_at:
            parts = self._parts_at(path)
            self._unfilled_at[path] = any(name in self._unfilled for _, name in _references(parts, ()))
        return self._unfilled_at[path]

    def _parts_at(self, path: Path) -> Any:
        value: Any = self.values
        for step in path:
            inside = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
            if step not in inside:
                break
            value = value[step]
        return list(value) if isinstance(value, dict) else value

    # What stands before the cases

    def params(self) -> dict[str, str]:
        """{name: description} of what a family asks its members for."""
        return self._section(
            "params", lambda value: "" if isinstance(value, str) else gettext("must be a description in quotes")
        )

    def check_params(self, given: Mapping[str, Any]) -> None:
        declared = self.params()
        for name in declared:
            if name not in given:
                self.problem(
                    ("params", name), gettext("the exercise does not give the parameter %(name)r") % {"name": name}
                )
        for name in given:
            if name not in declared:
                self.problem(
                    ("params",),
                    gettext("the exercise gives %(name)r, which is not among the parameters") % {"name": name},
                )

    def _section(self, title: str, problem_with: Callable[[Any], str]) -> dict[str, Any]:
        """The good ones of the named values in a table; what is wrong with the others is noted."""
        section = self.values.get(title, {})
        if not isinstance(section, dict):
            self.problem((title,), gettext("[%(title)s] must be a table") % {"title": title})
            return {}
        good = {}
        for name, value in section.items():
            message = (
                problem_with(value) if NAME.fullmatch(name) else gettext("is not a name: letters, digits and _ only")
            )
            if message:
                self.problem((title, name), f"{name}: {message}")
            else:
                good[name] = value
        return good

    def _computed(self, params: Mapping[str, Any], random: Sections) -> dict[str, dict[str, Any]]:
        """The computed values as a version stores them: {name: {"operation", "operands", "round"}}."""
        numbers = {f"${{{name}}}" for name, spec in random.items() if _gives_numbers(spec)}

        def problem_with(spec: Any) -> str:
            operations = {"add", "multiply"} & set(spec) if isinstance(spec, dict) else set()
            if len(operations) != 1 or set(spec) - operations - {"round"}:
                return gettext('must look like { multiply = ["${name}", 1.1], round = 2 } or { add = […] }')
            places = spec.get("round", 0)
            if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= MAX_PLACES:
                return gettext("can be rounded to 0 up to %(most)s places") % {"most": MAX_PLACES}
            return ""

        def problem_with_operands(operands: Any) -> str:
            if not isinstance(operands, list) or not 2 <= len(operands) <= MAX_OPERANDS:
                return gettext("needs 2 to %(most)s operands") % {"most": MAX_OPERANDS}
            for operand in operands:
                if not is_number(operand) and operand not in numbers:
                    return gettext("%(operand)r is neither a number nor a random value that is one") % {
                        "operand": operand
                    }
            return ""

        computed = {}
        unfilled = set()
        for name, spec in self._section("computed", problem_with).items():
            operation = "add" if "add" in spec else "multiply"
            path = ("computed", name, operation)
            operands = fill_some(spec[operation], params)
            if message := problem_with_operands(operands):
                self.problem(path, f"{name}: {message}")
                if self._is_unfilled(path):
                    unfilled.add(name)
            else:
                computed[name] = {"operation": operation, "operands": operands, "round": spec.get("round")}
        self._unfilled |= unfilled
        self._unfilled_at.clear()
        return computed

    # The cases

    def asks(self, key: str) -> bool:
        """Whether one of the cases says with *key* what is asked."""
        listed = self.values.get("case")
        return isinstance(listed, list) and any(isinstance(raw, dict) and key in raw for raw in listed)

    def check_keys(self, known: Iterable[str]) -> None:
        """Raise TomlError where a case has other keys than those that are *known*."""
        listed = self.values.get("case")
        for index, raw in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(raw, dict):
                self.table(raw, ("case", index), "a case", optional=known)
        self.finish()

    def cases(self, params: Mapping[str, Any], kind: Format) -> list[dict[str, Any]]:
        """The cases as a version stores them. Raises TomlError with everything that is wrong."""
        self.table(self.values, (), "cases.toml", optional=["params", "random", "computed", "case"])
        random = self._section("random", _random_problem)
        computed = self._computed(params, random)
        self._check_names_differ()
        listed = self.values.get("case", [])
        if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_CASES:
            self.note(("case",), gettext("one [[case]] is needed at least, %(most)s at most") % {"most": MAX_CASES})
            listed = []
        known = {*params, *random, *computed, *self._unfilled}
        for index, raw in enumerate(listed):
            for path, name in _references(raw, ("case", index)):
                if name not in known:
                    self.note(path, _unknown(name))
        self.finish()  # values cannot be told to be good or bad before their names are

        cases = []
        first_use: dict[str, int] = {}
        for index, raw in enumerate(listed):
            passed_over = self.passed_over
            case = CaseReader(self, ("case", index), random).read(fill_some(raw, params), kind)
            name_at = ("case", index, "name")
            if case and not self._is_unfilled(name_at) and first_use.setdefault(case["name"], index) != index:
                self.note(name_at, gettext("another case has the same name"))
            if case and self.passed_over == passed_over:
                cases.append(case | _needs(case, (kind.ASKS, "expect"), random, computed))
        self.finish()
        if message := kind.too_much(cases):
            self.note(("case",), message)
            self.finish()
        return cases

    def _check_names_differ(self) -> None:
        owners: dict[str, str] = {}
        for title in ("params", "random", "computed"):
            section = self.values.get(title, {})
            for name in section if isinstance(section, dict) else ():
                if owners.setdefault(name, title) != title:
                    self.problem(
                        (title, name),
                        gettext("%(name)s: [%(owners)s] has this name already")
                        % {"name": name, "owners": owners[name]},
                    )


class CaseReader:
    """One [[case]] with its parameters filled in."""

    def __init__(self, document: CasesDocument, path: Path, random: Sections) -> None:
        self._document = document
        self._path = path
        self._random = random

    def read(self, raw: Any, kind: Format) -> dict[str, Any] | None:
        """The case, or None when something in it is wrong; that is noted then."""
        required = ["name", kind.ASKS, "expect"]
        case = self._document.table(raw, self._path, "a case", required=required, optional=["why"])
        if case is None:
            return None
        name = self._finished(case["name"], "name")
        if name and len(name) > MAX_NAME:
            self.problem(gettext("name: %(most)s characters at most") % {"most": MAX_NAME}, "name")
        why = self._finished(case["why"], "why") if "why" in case else ""
        question = kind.read_question(self, case[kind.ASKS])
        expect = kind.read_expectation(self, case["expect"], question)
        if not name or why is None or question is None or expect is None:
            return None
        return {"name": name, "why": why, kind.ASKS: question, "expect": expect}

    def _finished(self, value: Any, *path: str | int) -> str | None:
        """A text that is the same in every run, with $$ made a dollar sign."""
        text = self.text(value, *path)
        if text is not None and any(names_in(text)):
            self.problem(
                gettext("%(path)s must be the same for every run: no random values") % {"path": path[-1]}, *path
            )
            return None
        return None if text is None else str(fill(text, {}))

    # For the kinds. A path is that of a value in the case; the last name in it is the one that an error calls it by.

    def problem(self, message: str, *path: str | int) -> None:
        """Note what is wrong with the value at *path*."""
        self._document.problem((*self._path, *path), message)

    def table(
        self,
        value: Any,
        *path: str | int,
        label: str = "",
        required: Iterable[str] = (),
        optional: Iterable[str] = (),
    ) -> dict[str, Any] | None:
        """*value* if it is a table with all required keys, else None; unknown keys are noted."""
        full = (*self._path, *path)
        return self._document.table(value, full, label or str(path[-1]), required=required, optional=optional)

    def text(self, value: Any, *path: str | int) -> str | None:
        """*value* if it is a string with something in it, else None."""
        return self._document.text(value, (*self._path, *path), str(path[-1]))

    def texts(self, value: Any, *path: str | int) -> list[str | None]:
        """An array of such strings, or the one string that *value* is."""
        return [self.text(part, *path) for part in (value if isinstance(value, list) else [value])]

    def whole(self, value: Any, low: int, high: int, *path: str | int) -> Any:
        """*value*, which should be a whole number from *low* to *high*."""
        if type(value) is not int or not low <= value <= high:
            self.problem(
                gettext("%(path)s must be a whole number from %(low)s to %(high)s")
                % {"path": path[-1], "low": low, "high": high},
                *path,
            )
        return value

    def random_texts(self, text: str) -> Iterator[str]:
        """What choices among the random values could put into *text*."""
        for name in names_in(text):
            for option in self._random.get(name, {}).get("of", []):
                yield as_text(option)


def _random_problem(spec: Any) -> str:
    return problem_of(spec) if isinstance(spec, dict) else gettext('must look like { kind = "word" }')


def _gives_numbers(spec: Mapping[str, Any]) -> bool:
    return spec["kind"] in ("integer", "decimal") or all(map(is_number, spec.get("of", [""])))


def _unknown(name: str) -> str:
    if not name:
        return gettext("${ needs a name and a closing }; a dollar sign before { is written $$")
    return gettext("${%(name)s} is neither in [params] nor in [random] nor in [computed]") % {"name": name}


def _references(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every ${name} in the strings and keys of *value*, with where it stands."""
    if isinstance(value, str):
        for name in names_in(value):
            yield path, name
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _references(key, (*path, key))
            yield from _references(item, (*path, key))


def _needs(case: Mapping[str, Any], parts: Iterable[str], random: Sections, computed: Sections) -> dict[str, Any]:
    """The specifications of the values that *parts* of the case use, so that it can be understood alone."""
    names = {name for part in parts for _, name in _references(case[part], ())}
    used = {name: spec for name, spec in computed.items() if name in names}
    names |= {name for spec in used.values() for _, name in _references(spec["operands"], ())}
    return {"random": {name: spec for name, spec in random.items() if name in names}, "computed": used}
