"""Which hits come first, the same on every database: the engines find candidates, this puts them in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from courses.models import SearchEntry
from courses.search.query import Term
from courses.search.words import STOP_WORDS, words_of

# What a term counts by where it stands. LEAD: the first paragraph of a lesson or of an exercise, which sums it up.
TITLE, LEAD, CONTEXT, BODY = 12.0, 4.0, 3.0, 4.0
WHOLE_TITLE = 3.0  # by how much of the title the question is
IN_A_ROW = 4.0  # two terms in the title as they were typed
HALF_OF_BODY_AT = 2.0  # times; more of the same word in a text adds less and less
A_LESSON = 1.25  # times: a whole lesson before one of its sections

HAS_LEAD = {SearchEntry.Kind.LESSON, SearchEntry.Kind.EXERCISE}


@dataclass(frozen=True, slots=True)
class Ranked:
    """found are the texts of the terms that the entry has.

    in_heading: whether its title or lead has any of them; is_its_own: whether anything but the page's title has.
    """

    entry: SearchEntry
    score: float
    found: frozenset[str]
    in_heading: bool
    is_its_own: bool


def rank(entry: SearchEntry, terms: Sequence[Term]) -> Ranked:
    title = words_of(entry.title)
    lead = entry.body.partition("\n")[0] if entry.kind in HAS_LEAD else ""
    places = {
        TITLE: set(title),
        LEAD: set(words_of(lead)),
        CONTEXT: set(words_of(f"{entry.label} {entry.context} {entry.slug}")),
    }
    score = 0.0
    found = set()
    in_heading = is_its_own = False
    for term in terms:
        best = {weight: _closeness(term, words) for weight, words in places.items()}
        times = {word: entry.body_words.count(f" {word} ") for word in term.all_words}
        in_body = _closeness(term, {word for word, count in times.items() if count})
        often = sum(times.values())
        points = sum(weight * closeness for weight, closeness in best.items())
        points += BODY * in_body * often / (often + HALF_OF_BODY_AT)
        if points:
            found.add(term.text)
            score += points
        in_heading |= best[TITLE] > 0 or best[LEAD] > 0
        is_its_own |= in_heading or in_body > 0
    score += WHOLE_TITLE * _share_of_title(title, terms) + IN_A_ROW * _in_a_row(title, terms)
    if entry.kind == SearchEntry.Kind.LESSON:
        score *= A_LESSON
    return Ranked(entry, score, frozenset(found), in_heading, is_its_own)


def _closeness(term: Term, words: set[str]) -> float:
    """How well *words* have the term, up to 1: the closest word counts, or all of its parts."""
    closest = max((weight for word, weight in term.words.items() if word in words), default=0.0)
    if term.parts:
        closest = max(closest, min(_closeness(part, words) for part in term.parts))
    return closest


def _share_of_title(title: Sequence[str], terms: Sequence[Term]) -> float:
    telling = [word for word in title if word not in STOP_WORDS] or list(title)
    asked = {word for term in terms for word in term.all_words}
    return sum(word in asked for word in telling) / len(telling) if telling else 0.0


def _in_a_row(title: Sequence[str], terms: Sequence[Term]) -> int:
    """How many neighbours of the question are neighbours in the title."""
    pairs = list(pairwise(title))
    return sum(
        any(left in before.all_words and right in after.all_words for left, right in pairs)
        for before, after in pairwise(terms)
    )
