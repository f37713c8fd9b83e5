"""Words as the search compares them, the same for texts and for what somebody types, on every database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache

import snowballstemmer

MAX_WORD_LENGTH = 40  # characters; what is longer is no word, but a key or a hash
MIN_MISSPELT_LENGTH = 4  # shorter ones are near too many others
MIN_SIMILARITY = 0.75  # of a misspelt word and what was meant, as difflib counts it
SIMILAR_ENOUGH = 0.06  # words this much less similar than the most similar one are taken, too
MAX_SIMILAR = 3

WORD = re.compile(r"[^\W_]+")
# Words that say nothing about a text. They are left out of a question unless it has no others.
STOP_WORDS = {
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has", "have", "how", "i",
    "in", "is", "it", "its", "me", "my", "of", "on", "or", "should", "that", "the", "this", "to", "was", "what", "when",
    "where", "which", "who", "why", "will", "with", "you", "your",
}  # fmt: skip


def words_of(text: str) -> list[str]:
    """The words of *text* in order: small letters without accents, and digits; cut at MAX_WORD_LENGTH."""
    found = WORD.findall(text.lower())
    return [w[:MAX_WORD_LENGTH] if w.isascii() else n for w in found if (n := w if w.isascii() else normal(w))]


def placed_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and word of each word, where start and end are places in *text* as it is."""
    for match in WORD.finditer(text):
        if word := normal(match[0]):
            yield match.start(), match.end(), word


@lru_cache(maxsize=20_000)
def normal(word: str) -> str:
    """One word in small letters without accents; "" when nothing of it is a letter or a digit."""
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if c.isalnum())
    return word.lower()[:MAX_WORD_LENGTH]


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """What "validate", "validating" and "validation" have in common. By the rules of English."""
    # A new one each time: it keeps state, and several threads may be here at once.
    return str(snowballstemmer.stemmer("english").stemWord(word))


def similar_to(word: str, known: Iterable[str]) -> dict[str, float]:
    """The words among *known* that *word* may be a misspelling of, with their similarity from MIN_SIMILARITY to 1."""
    if len(word) < MIN_MISSPELT_LENGTH:
        return {}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(word)  # the one that it keeps its notes about
    found: dict[str, float] = {}
    for other in known:
        matcher.set_seq1(other)
        if (
            other != word
            and matcher.real_quick_ratio() >= MIN_SIMILARITY
            and matcher.quick_ratio() >= MIN_SIMILARITY
            and (ratio := matcher.ratio()) >= MIN_SIMILARITY
        ):
            found[other] = ratio
    best = sorted(found, key=lambda other: (-found[other], other))[:MAX_SIMILAR]
    return {other: found[other] for other in best if found[other] >= found[best[0]] - SIMILAR_ENOUGH}
