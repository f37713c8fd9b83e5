"""What somebody typed, as words that the index knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from django.db.models import Q
from django.db.models.functions import Length

from courses.models import SearchWord
from courses.search.engines import Question
from courses.search.words import MIN_MISSPELT_LENGTH, STOP_WORDS, similar_to, stem_of, words_of

MAX_QUERY_LENGTH = 200  # characters; the rest is not looked at
MAX_TERMS = 8
MAX_WORDS_OF_TERM = 24  # of which the closest are taken
MAX_KNOWN = 2_000  # words that a question may touch
MISSPELT_BY = 2  # letters more or less

# How well a word of a text stands for the one that was typed: itself, another form of it, one that begins with it,
# one that it begins with, two that were typed apart. A misspelt one counts as much as it is similar, times the last.
SAME, SAME_STEM, BEGINS, SHORTER, JOINED, SIMILAR = 1.0, 0.8, 0.5, 0.5, 0.9, 0.6


@dataclass(frozen=True, slots=True)
class Term:
    """One word that was typed. words are those of the index that stand for it, with how well, up to 1.

    parts are two terms that together may stand for this one, as in "fast api". is_guess: nothing was found of it as
    it is, words are what it may be a misspelling of.
    """

    text: str
    words: dict[str, float] = field(default_factory=dict)
    parts: tuple[Term, ...] = ()
    is_guess: bool = False

    @property
    def question(self) -> Question:
        either: list[Question] = list(self.words)
        if self.parts:
            either.append(("and", [part.question for part in self.parts]))
        return either[0] if len(either) == 1 else ("or", either)

    @property
    def all_words(self) -> dict[str, float]:
        """Those of the parts, too."""
        words = dict(self.words)
        for part in self.parts:
            words |= {word: weight for word, weight in part.words.items() if word not in words}
        return words


def cleaned(text: str) -> str:
    """What was typed as it is shown again: one line without control characters, at most MAX_QUERY_LENGTH long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 10 * MAX_QUERY_LENGTH]).split())[
        :MAX_QUERY_LENGTH
    ]


def typed_words(text: str) -> list[str]:
    """The words to look for, each once, without those that say nothing unless there are no others."""
    words = list(dict.fromkeys(words_of(text[:MAX_QUERY_LENGTH])))
    return ([word for word in words if word not in STOP_WORDS] or words)[:MAX_TERMS]


def known_terms(typed: Sequence[str]) -> list[Term]:
    """A term for each word; without words where the index knows nothing like it. One query."""
    pairs = ["".join(pair) for pair in pairwise(typed)]
    near = Q(stem__in=[stem_of(word) for word in typed]) | Q(word__in=[*pairs, *_shortened(typed)])
    for word in typed:
        if len(word) > 1:
            near |= Q(word__startswith=word)
    rows = SearchWord.objects.filter(near).order_by(Length("word"), "word").values_list("word", "stem")
    known = dict(rows[:MAX_KNOWN])
    terms = [Term(word, _words_of_term(word, known, is_last=word == typed[-1])) for word in typed]
    return _joined(terms, known)


def guessed(terms: Sequence[Term], unknown: Iterable[Term]) -> list[Term]:
    """*terms*, with what those of them that are *unknown* may be misspellings of. One query, if there are any."""
    asked = [term for term in unknown if len(term.text) >= MIN_MISSPELT_LENGTH]
    if not asked:
        return list(terms)
    lengths = {len(term.text) + more for term in asked for more in range(-MISSPELT_BY, MISSPELT_BY + 1)}
    words = SearchWord.objects.annotate(length=Length("word")).filter(length__in=lengths).values_list("word", flat=True)
    known = list(words)
    return [_guessed(term, known) if term in asked else term for term in terms]


def _guessed(term: Term, known: Iterable[str]) -> Term:
    near = [word for word in known if abs(len(word) - len(term.text)) <= MISSPELT_BY and word not in term.words]
    found = {word: SIMILAR * ratio for word, ratio in similar_to(term.text, near).items()}
    return replace(term, words=found, parts=(), is_guess=True) if found else term


def _words_of_term(typed: str, known: dict[str, str], *, is_last: bool) -> dict[str, float]:
    """The closest words of *known* (with their stems) to one that was typed; the last one may not be finished yet."""
    stem = stem_of(typed)
    words = {word: SAME_STEM for word, other in known.items() if other == stem}
    if typed in known:
        words[typed] = SAME
    if typed not in known or is_last:
        for word in known:
            if len(typed) > 1 and word.startswith(typed):
                words.setdefault(word, BEGINS)
    if typed not in known:
        words |= {word: SHORTER for word in _shortened([typed]) if word in known and word not in words}
    closest = sorted(words, key=lambda word: (-words[word], len(word), word))[:MAX_WORDS_OF_TERM]
    return {word: words[word] for word in closest}


def _shortened(typed: Iterable[str]) -> list[str]:
    """Words with one letter too many at their end: "asynch"."""
    return [word[:-1] for word in typed if len(word) > MIN_MISSPELT_LENGTH]


def _joined(terms: list[Term], known: dict[str, str]) -> list[Term]:
    """The terms, with two that the index knows as one word made one term of: "fast api"."""
    result: list[Term] = []
    for term in terms:
        before = result[-1] if result else None
        if before is not None and not before.parts and (joined := before.text + term.text) in known:
            parts = (before, term) if before.words and term.words else ()
            result[-1] = Term(f"{before.text} {term.text}", {joined: JOINED}, parts)
        else:
            result.append(term)
    return result
