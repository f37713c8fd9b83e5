"""The cases of an exercise: cases.toml in, what to ask and what to expect out.

    [params]                       # families only: what each member fills in, with a description
    framework = "name of the framework as it is written in the answer"

    [random]                       # fresh for each attempt, from the run's seed; see exercises.random_values
    item = { kind = "word" }
    price = { kind = "decimal", min = 0.1, max = 99.9, step = 0.1 }

    [computed]                     # decimal arithmetic with the numbers above: add or multiply, then round to places
    with_tax = { multiply = ["${price}", 1.1], round = 2 }

    [[case]]
    name = "POST /items adds the tax"           # a sentence about the result; unique
    why = "The price with tax is …"             # shown when the case fails
    request = { … }                             # what is asked; the kinds (exercises.kinds) differ in the key and in
    expect = { … }                              # what stands in the two tables

${name} in a string is replaced by the value; a string that is nothing else takes the value's type; $$ is a dollar sign.
`name` and `why` may use parameters, but not random values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

from django.utils.translation import gettext

from exercises.case_files import CasesDocument
from exercises.filling import fill
from exercises.kinds import KINDS, Expectation, Question, kind_of
from exercises.random_values import compute, draw
from exercises.toml_documents import Problem, TomlError

__all__ = ["Case", "CasesError", "Problem", "check_alone", "declared_params", "expected", "parse", "questions"]


class CasesError(TomlError):
    """A cases.toml that cannot be used."""


class Case(TypedDict):
    """One case as a version stores it: parameters filled in, random values still to be drawn.

    What is asked stands in the key of its kind. The strings of it and of expect hold ${name} and $$; name and why are
    finished texts.
    """

    name: str
    why: str
    request: NotRequired[dict[str, Any]]  # kind http
    call: NotRequired[dict[str, Any]]  # kind function
    run: NotRequired[dict[str, Any]]  # kind script
    interact: NotRequired[dict[str, Any]]  # kind streamlit
    expect: dict[str, Any]
    random: dict[str, dict[str, Any]]  # specifications of the values that this case needs, by name
    computed: dict[str, dict[str, Any]]


def parse(text: str, params: Mapping[str, Any] | None = None, *, kind: str = "http") -> list[Case]:
    """The cases of a cases.toml for exercises of a kind, with *params* filled in.

    Raises CasesError with every problem found and its line.
    """
    params = params or {}
    try:
        document = CasesDocument(text)
        document.check_params(params)
        return cast(list[Case], document.cases(params, KINDS[kind]))
    except TomlError as error:
        raise CasesError(error.problems) from error


def declared_params(text: str) -> dict[str, str]:
    """What a family's cases.toml asks its members for: {name: description}. Raises CasesError."""
    try:
        document = CasesDocument(text)
        params = document.params()
        document.finish()
    except TomlError as error:
        raise CasesError(error.problems) from error
    return params


def check_alone(text: str) -> None:
    """What can be said of a family's cases.toml before an exercise gives it a kind and parameters.

    What its cases ask tells their kind. Values with a parameter in them, or with a computed value that needs one, are
    good or bad with what an exercise fills in: they are passed over. Raises CasesError.
    """
    params = declared_params(text)
    document = CasesDocument(text, unfilled=params)
    kinds = [name for name, kind in KINDS.items() if document.asks(kind.ASKS)]
    if not kinds:
        known = [kind.ASKS for kind in KINDS.values()]
        try:
            document.check_keys([*known, "name", "why", "expect"])  # it may be there, and misspelt
        except TomlError as error:
            raise CasesError(error.problems) from error
        message = gettext("no [[case]] says what is asked: it needs one of %(known)s") % {"known": ", ".join(known)}
        raise CasesError([Problem(document.line("case"), message)])
    try:
        document.cases({name: name for name in params}, KINDS[kinds[0]])
    except TomlError as error:
        raise CasesError(error.problems) from error


def questions(cases: Sequence[Case], seed: int) -> list[Question]:
    """What a run with *seed* asks, one question a case."""
    return [kind_of(case).question(_template(case), _values(case, seed)) for case in cases]


def expected(cases: Sequence[Case], seed: int) -> list[Expectation]:
    """What a run with *seed* expects of the answers, in the same order."""
    return [kind_of(case).expectation(case["expect"], _values(case, seed)) for case in cases]


def _template(case: Case) -> Any:
    """What the case asks."""
    return cast(Mapping[str, Any], case)[kind_of(case).ASKS]


def _values(case: Case, seed: int) -> dict[str, Any]:
    values = {name: draw(seed, name, spec) for name, spec in case["random"].items()}
    computed = {
        name: compute(spec["operation"], fill(spec["operands"], values), spec["round"])
        for name, spec in case["computed"].items()
    }
    return values | computed
