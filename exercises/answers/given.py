"""The entries of an attempt at a scenario as its page shows them: what was answered, and what was written about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exercises.conversations import conversations_of
from exercises.models import EntryMessage, Submission


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that was not accepted: it stays in the form, with the reason."""

    text: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenEntry:
    """number is from 1; messages are oldest first. can_write: whoever looks may write about it."""

    number: int
    scenario: str
    choice: str
    reasons: str
    messages: Sequence[EntryMessage] = ()
    can_write: bool = False
    typed: Typed | None = field(default=None)

    @property
    def is_waiting(self) -> bool:
        """Whether the learner wrote last, and staff has not dealt with it."""
        return any(not message.is_from_staff and message.read_at is None for message in self.messages)


def given_entries(
    submission: Submission,
    *,
    is_owner: bool = False,
    is_reviewer: bool = False,
    typed: Mapping[int, Typed] | None = None,
) -> list[GivenEntry]:
    """The entries of *submission*; [] where it is no scenario. A learner can write where staff has begun. One query."""
    conversations = conversations_of(submission)
    answers = submission.answers if submission.exercise_version.kind == "scenario" else None
    return [
        GivenEntry(
            number=number,
            scenario=entry["scenario"],
            choice=entry["choice"],
            reasons=entry["reasons"],
            messages=conversations.get(number, []),
            can_write=is_reviewer or (is_owner and number in conversations),
            typed=(typed or {}).get(number),
        )
        for number, entry in enumerate((answers or {}).get("entries", []), start=1)
    ]
