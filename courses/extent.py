"""How long a text is: its words, and the minutes that it takes to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags

# What a listing says is read line by line.
LISTING = re.compile(r'(?:<div class="cbhead">.*?</div>)?<div class="hl"><pre>.*?</pre></div>', re.DOTALL)
HEAD = re.compile(r'<div class="cbhead">.*?</div>', re.DOTALL)
BREAK = re.compile(r"</(?:p|li|h[1-6]|td|th|dt|dd|summary)>")
WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
# Of technical prose and of code that one wants to understand.
WORDS_A_MINUTE = 200
LINES_A_MINUTE = 25


@dataclass(frozen=True, slots=True)
class Extent:
    """words: of the text without its listings; lines: of the listings."""

    words: int
    lines: int

    @property
    def minutes(self) -> int:
        """What the reading takes, at least 1."""
        return max(1, round(self.words / WORDS_A_MINUTE + self.lines / LINES_A_MINUTE))


def extent_of(html: str) -> Extent:
    """Of a text as courses.rendering gives it."""
    listings = LISTING.findall(html)
    prose = unescape(strip_tags(BREAK.sub(" ", LISTING.sub(" ", html))))
    lines = sum(1 for listing in listings for line in strip_tags(HEAD.sub("", listing)).split("\n") if line.strip())
    return Extent(words=len(WORD.findall(prose)), lines=lines)
