"""What is said of a run of an answered exercise as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KindWords:
    """all_right and some_right take {passed} and {total}; passed and failed are words for one test."""

    all_right: str
    one_right: str
    some_right: str
    if_done: str
    if_open: str
    passed: str
    failed: str

    def count(self, passed: int, total: int) -> str:
        if passed == total:
            return self.all_right.format(total=total) if total > 1 else self.one_right
        return self.some_right.format(passed=passed, total=total)


WORDS = {
    "choice": KindWords(
        all_right="All {total} answers are right",
        one_right="The answer is right",
        some_right="{passed} of {total} answers right",
        if_done="Every option says why it is right or wrong; that is worth a look also where you were right.",
        if_open="Read what each option says, then answer again.",
        passed="Right",
        failed="Wrong",
    ),
    "decision": KindWords(
        all_right="The decision is complete",
        one_right="The decision is complete",
        some_right="{passed} of {total} parts of the decision are there",
        if_done="Compare it with the model answer below. Yours may differ and be right for your project.",
        if_open="The matrix is kept as you filled it in. Add what is missing, then submit again.",
        passed="Done",
        failed="Open",
    ),
    "scenario": KindWords(
        all_right="All scenarios are complete",
        one_right="All scenarios are complete",
        some_right="{passed} of {total} parts are there",
        if_done="Now read your reasons once more, assess them yourself, and compare them with the model answers.",
        if_open="Your texts are kept. Add what is missing, then submit again.",
        passed="Done",
        failed="Open",
    ),
}
