"""Shows a hit where it stands: a piece of text with the words that were found in <mark>. Escaped throughout."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from courses.search.words import placed_words

SNIPPET_LENGTH = 180  # characters
BEFORE = 60  # of them at most before the first hit
LINES_LOOKED_AT = 2_000


def marked(text: str, words: Collection[str]) -> SafeString:
    """*text* as HTML, with each of *words* in it marked."""
    pieces, done = [], 0
    for start, end, word in placed_words(text):
        if word in words:
            pieces += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
            done = end
    pieces.append(escape(text[done:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece that is not our own tag was escaped


def snippet(body: str, words: Mapping[str, float]) -> str:
    """The piece of *body* that shows most of *words*, about SNIPPET_LENGTH long; its beginning when it has none.

    It stays within one line of the body, which is a paragraph, a row or a line of code.
    """
    lines = body.split("\n")[:LINES_LOOKED_AT]
    best, most = next((line for line in lines if line.strip()), ""), 0.0
    for line in lines:
        small = line.lower()
        if small.isascii() and not any(word in small for word in words):
            continue
        value = sum(words[word] for word in {word for _, _, word in placed_words(line)} & words.keys())
        if value > most:
            best, most = line, value
    best = best.strip()
    if len(best) <= SNIPPET_LENGTH:
        return best
    first = next((start for start, _, word in placed_words(best) if word in words), 0)
    start = 0 if first <= BEFORE else best.rfind(" ", 0, first - BEFORE // 2) + 1
    end = len(best) if len(best) - start <= SNIPPET_LENGTH else best.rfind(" ", start + 1, start + SNIPPET_LENGTH)
    if end <= start:  # one word without an end
        end = start + SNIPPET_LENGTH
    return f"{'… ' if start else ''}{best[start:end].strip()}{' …' if end < len(best) else ''}"
