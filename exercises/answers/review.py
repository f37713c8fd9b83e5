"""What a page shows of an attempt at an answered exercise beyond its tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from exercises.answers.choice import picked
from exercises.answers.ranking import Rank, ranking
from exercises.answers.sheets import inline
from exercises.models import Run, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    """One option of a question: marks are the words about it, tone and icon what goes with them."""

    html: str
    why_html: str
    marks: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricRow:
    name: str
    html: str
    is_ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Empty fields are not shown. can_assess: the reader may tick the rubric."""

    solution_html: str = ""
    ranks: list[Rank] = field(default_factory=list)
    pick: str = ""
    record_url: str = ""
    rubric: list[RubricRow] = field(default_factory=list)
    assess_url: str = ""
    can_assess: bool = False
    choice_label: str = ""
    models: list[dict[str, str]] = field(default_factory=list)

    @property
    def ticked(self) -> list[str]:
        return [row.name for row in self.rubric if row.is_ticked]


def review_of(submission: Submission, *, may_act: bool) -> Review | None:
    """For an attempt from `with_current_run()`; None where code was handed in."""
    version, answers = submission.exercise_version, submission.answers
    if answers is None:
        return None
    is_passed = submission.current_run.verdict == Run.Verdict.PASSED
    shown: dict[str, Any] = {"solution_html": version.solution_html} if is_passed else {}
    if version.kind == "decision":
        shown |= {
            "ranks": ranking(answers["criteria"], answers["candidates"]),
            "pick": answers["pick"],
            "record_url": reverse("exercises:decision-record", args=[submission.uuid]),
        }
    elif version.kind == "scenario" and is_passed:
        scenario = version.sheet["scenario"]
        shown |= {
            "rubric": rubric_rows(submission),
            "assess_url": reverse("exercises:assess", args=[submission.uuid]),
            "can_assess": may_act,
            "choice_label": scenario["choice_label"],
            "models": scenario["model"],
        }
    return Review(**shown)


def rubric_rows(submission: Submission) -> list[RubricRow]:
    """The rubric of an attempt at a scenario, with what its learner ticked."""
    ticked = ticked_by(submission)
    return [
        RubricRow(name=item["name"], html=inline(item["html"]), is_ticked=item["name"] in ticked)
        for item in submission.exercise_version.sheet["scenario"]["rubric"]
    ]


def ticked_by(submission: Submission) -> list[str]:
    assessment = getattr(submission, "self_assessment", None)
    return assessment.ticked if assessment else []


def option_rows(submission: Submission, index: int) -> list[OptionRow]:
    """The options of the question that is test *index*, all with their explanation; [] for other kinds."""
    questions = submission.exercise_version.sheet.get("question")
    if not questions or submission.answers is None:
        return []
    question = questions[index]
    return list(_option_rows(question, picked(submission.answers[question["name"]])))


def _option_rows(question: dict[str, Any], chosen: list[str]) -> Iterator[OptionRow]:
    looks = {
        (True, True): (gettext("Your answer, right"), "good", "check"),
        (True, False): (gettext("Your answer, wrong"), "bad", "cross"),
        (False, True): (gettext("Right answer"), "good", "check"),
        (False, False): ("", "neutral", "circle"),
    }
    for option in question["option"]:
        marks, tone, icon = looks[option["name"] in chosen, option["correct"]]
        yield OptionRow(html=inline(option["html"]), why_html=option["why_html"], marks=marks, tone=tone, icon=icon)
