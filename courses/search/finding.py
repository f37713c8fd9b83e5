"""The search itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from courses.models import SearchEntry
from courses.search.engines import engine
from courses.search.marking import marked, snippet
from courses.search.query import Term, cleaned, guessed, known_terms, typed_words
from courses.search.ranking import Ranked, rank
from courses.search.sources import source_named, visible_entries

CANDIDATES = 120  # that the database hands over to be ranked
HITS_OF_ONE_LESSON = 3  # in the group of lessons: the lesson and its best sections

Kind = SearchEntry.Kind
# Slug of a group: its title, and what is in it. In the order in which they are shown.
GROUPS: dict[str, tuple[Promise, frozenset[str]]] = {
    "lessons": (_("Lessons"), frozenset({Kind.LESSON, Kind.SECTION})),
    "listings": (_("Listings"), frozenset({Kind.LISTING})),
    "exercises": (_("Exercises"), frozenset({Kind.EXERCISE})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something that was found. title, context and text are HTML: escaped, with the words that were found in <mark>."""

    kind: str
    url: str
    title: SafeString
    label: str
    context: SafeString
    text: SafeString
    language: str


@dataclass(frozen=True, slots=True)
class Group:
    slug: str
    title: Promise
    hits: Sequence[Hit]
    total: int  # of which hits are the best

    @property
    def has_more(self) -> bool:
        return self.total > len(self.hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """groups are those with hits. corrected: {what was typed: what was looked for instead}, of which there are hits.

    unknown are words that no text has; is_partial: no text has all of the others, hits have some.
    """

    query: str
    groups: Sequence[Group] = ()
    corrected: dict[str, str]
    unknown: Sequence[str] = ()
    is_partial: bool = False

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


def search(query: str, *, limit: int, group: str = "") -> Results:
    """What a visitor may read about *query*, at most *limit* hits of each group, or of one *group* alone.

    At most seven queries, two if every word is known and something has all of them.
    """
    shown = cleaned(query)
    typed = typed_words(shown)
    if not typed:
        return Results(query=shown, corrected={})
    terms = known_terms(typed)
    terms = guessed(terms, [term for term in terms if not term.words])
    known, ranked = _best(terms)
    seen = {text for hit in ranked for text in hit.found}
    if hidden := [term for term in known if term.text not in seen]:
        # The index has them, but no text that may be read: what else may have been meant?
        terms = guessed(terms, hidden)
        known, ranked = _best(terms)
    most = max((len(hit.found) for hit in ranked), default=0)
    return Results(
        query=shown,
        groups=_groups(ranked, _weights(known), limit=limit, only=group),
        corrected=_corrections(known, ranked),
        unknown=[term.text for term in terms if not term.words] if ranked else [],
        is_partial=most < len(known),
    )


def _best(terms: Sequence[Term]) -> tuple[list[Term], list[Ranked]]:
    """The terms of which there are words, and the entries that have all of them, or else the most."""
    known = [term for term in terms if term.words]
    ranked = _ranked(known, "and")
    if not ranked and len(known) > 1:
        ranked = _ranked(known, "or")
        most = max((len(hit.found) for hit in ranked), default=0)
        ranked = [hit for hit in ranked if len(hit.found) == most]
    return known, ranked


def _ranked(terms: Sequence[Term], operator: str) -> list[Ranked]:
    """The best entries that have all ("and") or any ("or") of the terms. One query, if there are terms."""
    if not terms:
        return []
    question = (operator, [term.question for term in terms])
    entries = engine().best(visible_entries(), question, CANDIDATES)
    ranked = [rank(entry, terms) for entry in entries]
    # As good as each other: as courses and lessons follow each other.
    ranked.sort(key=lambda hit: (-round(hit.score, 6), hit.entry.course_id, hit.entry.object_id, hit.entry.position))
    return ranked


def _groups(ranked: Sequence[Ranked], words: dict[str, float], *, limit: int, only: str) -> list[Group]:
    groups = []
    for slug, (title, kinds) in GROUPS.items():
        hits = [hit for hit in ranked if hit.entry.kind in kinds]
        if slug == "lessons":
            hits = _without_repetitions(hits)
        if hits and only in ("", slug):
            groups.append(Group(slug, title, [_shown(hit.entry, words) for hit in hits[:limit]], len(hits)))
    return groups


def _without_repetitions(hits: Sequence[Ranked]) -> list[Ranked]:
    """Few hits of each lesson; the whole and its sections only where they say it themselves, and not the other one."""
    hits = [hit for hit in hits if hit.entry.kind == Kind.LESSON or hit.is_its_own]
    with_section = {hit.entry.object_id for hit in hits if hit.entry.kind == Kind.SECTION}
    shown: Counter[int] = Counter()
    result = []
    for hit in hits:
        entry = hit.entry
        is_only_a_frame = entry.kind == Kind.LESSON and entry.object_id in with_section and not hit.in_heading
        if not is_only_a_frame and shown[entry.object_id] < HITS_OF_ONE_LESSON:
            shown[entry.object_id] += 1
            result.append(hit)
    return result


def _shown(entry: SearchEntry, words: dict[str, float]) -> Hit:
    address = source_named(entry.source).address(entry)
    return Hit(
        kind=entry.kind,
        url=f"{address}#{entry.anchor}" if entry.anchor else address,
        title=marked(entry.title, words),
        label=entry.label,
        context=marked(entry.context or entry.course.title, words),
        text=marked(snippet(entry.body, words), words),
        language=entry.course.language,
    )


def _weights(terms: Iterable[Term]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for term in terms:
        for word, weight in term.all_words.items():
            weights[word] = max(weight, weights.get(word, 0.0))
    return weights


def _corrections(terms: Iterable[Term], ranked: Sequence[Ranked]) -> dict[str, str]:
    """What misspelt terms were taken for: the closest word, if a text that is shown has it. Others may be secret."""
    found = {text for hit in ranked for text in hit.found}
    return {
        term.text: max(term.words, key=lambda word: term.words[word])
        for term in terms
        if term.is_guess and term.text in found
    }
