"""What is said of a run of an answered exercise as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy


@dataclass(frozen=True, slots=True)
class KindWords:
    """The lazy texts of one kind, and what they are in the language of the reader.

    all_right and some_right take %(passed)s and %(total)s; right and wrong are words for one test.
    """

    all_right: Any
    some_right: Any
    done: Any
    open: Any
    right: Any
    wrong: Any

    def count(self, passed: int, total: int) -> str:
        words = self.all_right if passed == total else self.some_right
        return str(words % {"passed": passed, "total": total})

    @property
    def if_done(self) -> str:
        return str(self.done)

    @property
    def if_open(self) -> str:
        return str(self.open)

    @property
    def passed(self) -> str:
        return str(self.right)

    @property
    def failed(self) -> str:
        return str(self.wrong)


WORDS = {
    "choice": KindWords(
        all_right=ngettext_lazy("The answer is right", "All %(total)s answers are right", "total"),
        some_right=ngettext_lazy(
            "%(passed)s of %(total)s answer right", "%(passed)s of %(total)s answers right", "total"
        ),
        done=gettext_lazy(
            "Every option says why it is right or wrong; that is worth a look also where you were right."
        ),
        open=gettext_lazy("Read what each option says, then answer again."),
        right=gettext_lazy("Right"),
        wrong=gettext_lazy("Wrong"),
    ),
    "decision": KindWords(
        all_right=gettext_lazy("The decision is complete"),
        some_right=ngettext_lazy(
            "%(passed)s of %(total)s part of the decision is there",
            "%(passed)s of %(total)s parts of the decision are there",
            "total",
        ),
        done=gettext_lazy("Compare it with the model answer below. Yours may differ and be right for your project."),
        open=gettext_lazy("The matrix is kept as you filled it in. Add what is missing, then submit again."),
        right=gettext_lazy("Done"),
        wrong=pgettext_lazy("a part that is not done", "Open"),
    ),
    "scenario": KindWords(
        all_right=gettext_lazy("All scenarios are complete"),
        some_right=ngettext_lazy(
            "%(passed)s of %(total)s part is there", "%(passed)s of %(total)s parts are there", "total"
        ),
        done=gettext_lazy(
            "Now read your reasons once more, assess them yourself, and compare them with the model answers."
        ),
        open=gettext_lazy("Your texts are kept. Add what is missing, then submit again."),
        right=gettext_lazy("Done"),
        wrong=pgettext_lazy("a part that is not done", "Open"),
    ),
}
