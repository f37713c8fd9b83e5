"""A decision with a weighted matrix: criteria and candidates, a pick, and the reasons for it.

    [decision]
    min_criteria = 2                            # how many there must be at least; 2 and 3 where left out
    min_candidates = 3
    candidates = ["Flask", "Django"]            # suggested; learners may type others

    [[decision.criterion]]                      # those that the matrix begins with; learners may change them
    name = "Team experience"
    help = "What the people who build it know already."     # optional

The answers:

    {"title": "…", "context": "…",                              both optional
     "criteria": [{"name": "Team experience", "weight": 5}],    weights and scores are 0 to 5
     "candidates": [{"name": "Flask", "scores": [4]}],          in the order of the criteria
     "pick": "Flask", "reasons": "…",
     "deviation_reason": "…"}                                   of a pick that does not lead the ranking

What does not make a matrix is refused; a matrix whose decision is not founded is judged, and fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, ngettext

from exercises.answers.contract import as_test
from exercises.answers.matrix import MAX_CANDIDATES, MAX_CRITERIA, Matrix
from exercises.answers.ranking import HIGHEST, ranking
from exercises.answers.reading import Answers, Reading, inside
from exercises.answers.sheets import Sheet, SheetDocument
from exercises.toml_lines import Path

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MIN_CRITERIA, MIN_CANDIDATES = 2, 3
MAX_SUGGESTED = 30
MAX_NAME = 80
MAX_TITLE = 120
MAX_REASONS = 4000

REQUIRED = ("criteria", "candidates", "pick", "reasons")
OPTIONAL = ("title", "context", "deviation_reason")


class Decision:
    reason = "incomplete"
    markdown: dict[str, str] = {}
    needs_solution = True

    def parse(self, text: str) -> Sheet:
        document = _DecisionDocument(text)
        sheet = document.sheet()
        document.finish()
        return sheet

    def cases(self, sheet: Sheet) -> list[dict[str, Any]]:
        with translation.override(None):  # stored: the same, whoever saves
            return [{"name": name} for name in self.names(sheet)]

    def names(self, sheet: Sheet) -> list[str]:
        criteria, candidates = (sheet["decision"][key] for key in ("min_criteria", "min_candidates"))
        return [
            ngettext(
                "At least %(least)s criterion has a name and a weight",
                "At least %(least)s criteria have a name and a weight",
                criteria,
            )
            % {"least": criteria},
            ngettext("At least %(least)s candidate has a name", "At least %(least)s candidates have a name", candidates)
            % {"least": candidates},
            gettext("Every candidate has a score for every criterion"),
            gettext("One of the candidates is picked, and its reasons are given"),
            gettext("A pick that does not lead the ranking has a reason for that"),
        ]

    def public(self, sheet: Sheet) -> dict[str, Any]:
        decision = sheet["decision"]
        return {
            "decision": {
                "criteria": decision["criterion"],
                "candidates": decision["candidates"],
                "min_criteria": decision["min_criteria"],
                "min_candidates": decision["min_candidates"],
                "highest": HIGHEST,
            }
        }

    def read(self, sheet: Sheet, answers: Any) -> Answers:
        reading = Reading()
        given = reading.table(answers, "", required=REQUIRED, optional=OPTIONAL)
        criteria = _criteria(reading, given.get("criteria", []), sheet["decision"]["min_criteria"])
        candidates = _candidates(reading, given.get("candidates", []), criteria, sheet["decision"]["min_candidates"])
        read = {
            "title": reading.line(given.get("title", ""), "title", longest=MAX_TITLE),
            "context": reading.text(given.get("context", ""), "context", longest=MAX_REASONS),
            "criteria": criteria,
            "candidates": candidates,
            "pick": _pick(reading, given.get("pick"), candidates),
            "reasons": reading.text(given.get("reasons", ""), "reasons", longest=MAX_REASONS),
            "deviation_reason": reading.text(
                given.get("deviation_reason", ""), "deviation_reason", longest=MAX_REASONS
            ),
        }
        reading.finish()
        return read

    def from_form(self, sheet: Sheet, form: QueryDict) -> Any:
        return Matrix.of_form(form).answers()

    def judge(self, sheet: Sheet, answers: Answers) -> list[dict[str, Any]]:
        names = [case["name"] for case in self.cases(sheet)]
        messages = [None, None, None, None if answers["reasons"] else {"code": "no_reasons", "pick": answers["pick"]}]
        return [as_test(name, message) for name, message in zip(names, [*messages, _deviation(answers)], strict=True)]


class Row(NamedTuple):
    """What is said where the name of one is wrong."""

    name_it: StrOrPromise
    is_there: StrOrPromise  # takes %(name)s


CRITERION = Row(gettext_lazy("Name this criterion."), gettext_lazy("Another criterion is called %(name)s, too."))
CANDIDATE = Row(gettext_lazy("Name this candidate."), gettext_lazy("Another candidate is called %(name)s, too."))


def _criteria(reading: Reading, given: Any, least: int) -> list[dict[str, Any]]:
    criteria: list[dict[str, Any]] = []
    for index, raw in enumerate(reading.array(given, "criteria", most=MAX_CRITERIA)):
        place = inside("criteria", index)
        table = reading.table(raw, place, required=["name", "weight"])
        name = _name(reading, table.get("name", ""), place, CRITERION, [known["name"] for known in criteria])
        missing = (
            gettext("Give %(name)s a weight from 0 to %(highest)s.")
            if name
            else gettext("Give this criterion a weight from 0 to %(highest)s.")
        ) % {"name": name, "highest": HIGHEST}
        weight = reading.number(table.get("weight"), inside(place, "weight"), least=0, most=HIGHEST, missing=missing)
        criteria.append({"name": name, "weight": weight})
    if not reading.has_problem("criteria"):
        if len(criteria) < least:
            reading.problem(
                "criteria",
                ngettext("Weigh at least %(least)s criterion.", "Weigh at least %(least)s criteria.", least)
                % {"least": least},
            )
        elif not any(criterion["weight"] for criterion in criteria):
            reading.problem(
                "criteria", gettext("All weights are zero, so nothing counts. Give one criterion a weight above 0.")
            )
    return criteria


def _candidates(reading: Reading, given: Any, criteria: list[dict[str, Any]], least: int) -> list[dict[str, Any]]:
    candidates: list[dict[str, Any]] = []
    for index, raw in enumerate(reading.array(given, "candidates", most=MAX_CANDIDATES)):
        place = inside("candidates", index)
        table = reading.table(raw, place, required=["name", "scores"])
        name = _name(reading, table.get("name", ""), place, CANDIDATE, [known["name"] for known in candidates])
        most = MAX_CRITERIA if reading.has_problem("criteria") else len(criteria)
        scores = reading.array(table.get("scores", []), inside(place, "scores"), most=most)
        read = [
            reading.number(
                scores[row] if row < len(scores) else None,
                inside(place, "scores", row),
                least=0,
                most=HIGHEST,
                missing=_missing_score(name, criterion["name"]),
            )
            for row, criterion in enumerate(criteria)
        ]
        candidates.append({"name": name, "scores": read})
    if len(candidates) < least:
        reading.problem(
            "candidates",
            ngettext("Compare at least %(least)s candidate.", "Compare at least %(least)s candidates.", least)
            % {"least": least},
        )
    return candidates


def _missing_score(candidate: str, criterion: str) -> str:
    """What is said where a score is not given; each name may be empty."""
    if candidate and criterion:
        sentence = gettext("Give %(candidate)s a score from 0 to %(highest)s for %(criterion)s.")
    elif candidate:
        sentence = gettext("Give %(candidate)s a score from 0 to %(highest)s.")
    elif criterion:
        sentence = gettext("Give this candidate a score from 0 to %(highest)s for %(criterion)s.")
    else:
        sentence = gettext("Give this candidate a score from 0 to %(highest)s.")
    return sentence % {"candidate": candidate, "criterion": criterion, "highest": HIGHEST}


def _name(reading: Reading, given: Any, place: str, row: Row, known: list[str]) -> str:
    place = inside(place, "name")
    name = reading.line(given, place, longest=MAX_NAME)
    if not name:
        reading.problem(place, str(row.name_it))
    elif name.casefold() in {other.casefold() for other in known}:
        reading.problem(place, row.is_there % {"name": name})
    return name


def _pick(reading: Reading, given: Any, candidates: list[dict[str, Any]]) -> str:
    if given is None or given == "":
        reading.problem("pick", gettext("Pick one of the candidates."))
        return ""
    name = reading.line(given, "pick", longest=MAX_NAME)
    for candidate in candidates:
        if candidate["name"].casefold() == name.casefold():
            return str(candidate["name"])
    reading.problem(
        "pick",
        gettext("%(name)s is not one of the candidates.") % {"name": name}
        if name
        else gettext("This is not one of the candidates."),
    )
    return ""


def _deviation(answers: Answers) -> dict[str, Any] | None:
    """The message about a pick below the top that nobody explained; None when all is well."""
    ranks = ranking(answers["criteria"], answers["candidates"])
    mine = next(rank for rank in ranks if rank.name == answers["pick"])
    if mine.place == 1 or answers["deviation_reason"]:
        return None
    best = ranks[0]
    return {
        "code": "deviation",
        "pick": mine.name,
        "points": mine.points,
        "best": best.name,
        "best_points": best.points,
    }


class _DecisionDocument(SheetDocument):
    def sheet(self) -> Sheet:
        self.table(self.values, (), "cases.toml", required=["decision"])
        if "decision" not in self.values:
            return {}
        optional = ["min_criteria", "min_candidates", "candidates"]
        table = self.table(
            self.values["decision"], ("decision",), "[decision]", required=["criterion"], optional=optional
        )
        if table is None:
            return {}
        place: Path = ("decision", "criterion")
        listed = self.tables(table["criterion"], place, "decision.criterion", least=1, most=MAX_CRITERIA)
        read = [(path, self._criterion(raw, path)) for path, raw in listed]
        criteria = [(path, criterion) for path, criterion in read if criterion]
        self.different((((*path, "name"), criterion["name"]) for path, criterion in criteria), "name")
        numbers = {
            "min_criteria": (MIN_CRITERIA, 1, MAX_CRITERIA),
            "min_candidates": (MIN_CANDIDATES, 2, MAX_CANDIDATES),
        }
        return {
            "decision": {
                "criterion": [criterion for _, criterion in criteria],
                "candidates": self.lines_of_text(
                    table.get("candidates", []), ("decision", "candidates"), "candidates", most=MAX_SUGGESTED
                ),
                **{
                    key: self.number(table.get(key, usual), ("decision", key), key, least=least, most=most)
                    for key, (usual, least, most) in numbers.items()
                },
            }
        }

    def _criterion(self, raw: Any, path: Path) -> dict[str, Any] | None:
        table = self.table(raw, path, gettext("a criterion"), required=["name"], optional=["help"])
        if table is None:
            return None
        name = self.line_of_text(table["name"], (*path, "name"), "name")
        if name and len(name) > MAX_NAME:
            self.problem((*path, "name"), gettext("name has %(most)s characters at most") % {"most": MAX_NAME})
        text = self.line_of_text(table["help"], (*path, "help"), "help") if "help" in table else ""
        return {"name": name, "help": text} if name and text is not None else None
