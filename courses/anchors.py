"""Old names of headings: who kept the address of a section finds it after its heading was written anew.

When a version is published, each heading that the version before it had and that is gone is looked for among those that
are new: by the text below it, else by its place between headings that stayed. Its id then stands in the new heading,
in the HTML that is stored; no request computes anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape, unescape

HEADING = re.compile(r'<h(?P<level>[2-6]) id="(?P<id>[^"]+)"(?P<rest>[^>]*)>(?P<text>.*?)</h(?P=level)>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")
ID = re.compile(r'\sid="([^"]*)"')
ALIKE = 0.5  # share of the words below two headings that are common, in order, from which on they are one section
COMPARED_WORDS = 400  # of one section: difflib is slow
MAX_ANCHORS = 200  # of one text


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the words between it and the next one."""

    level: int
    id: str
    words: tuple[str, ...]

    def likeness(self, other: Section) -> float:
        """0 to 1; of two without a text, 0: they have nothing to be told by."""
        if not self.words or not other.words:
            return 0.0
        matcher = SequenceMatcher(None, self.words, other.words, autojunk=False)
        return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0


def sections_of(html: str) -> list[Section]:
    """The sections of a text that courses.rendering made, in order."""
    headings = list(HEADING.finditer(html))
    ends = [*(heading.start() for heading in headings[1:]), len(html)]
    return [
        Section(
            int(heading["level"]),
            unescape(heading["id"]),
            tuple(unescape(TAG.sub(" ", html[heading.end() : end])).split()[:COMPARED_WORDS]),
        )
        for heading, end in zip(headings, ends, strict=False)
    ]


def renamed_headings(before: Sequence[Section], after: Sequence[Section]) -> dict[str, str]:
    """{id of a heading that is gone: id of the one that it became}. What was left out altogether is not there."""
    old_ids, new_ids = {section.id for section in before}, {section.id for section in after}
    gone = [section for section in before if section.id not in new_ids]
    new = [section for section in after if section.id not in old_ids]
    scores = sorted(
        ((old.likeness(other), old.level == other.level, -i, -j) for i, old in enumerate(gone)
         for j, other in enumerate(new)),
        reverse=True,
    )  # fmt: skip
    found: dict[str, str] = {}
    for likeness, _, i, j in scores:
        if likeness < ALIKE:
            break
        if gone[-i].id not in found and new[-j].id not in found.values():
            found[gone[-i].id] = new[-j].id
    # What is left: alone between the same neighbours, at the same level, it is the same section with another text.
    stayed = (old_ids & new_ids) | found.keys()
    olds, news = _gaps(before, stayed, found), _gaps(after, {found.get(name, name) for name in stayed}, {})
    for place, there in olds.items():
        here = news.get(place, [])
        if len(there) == len(here) == 1 and there[0].level == here[0].level:
            found[there[0].id] = here[0].id
    return found


def _gaps(
    sections: Sequence[Section], stayed: set[str], renamed: Mapping[str, str]
) -> dict[tuple[str, str], list[Section]]:
    """Those that are not among *stayed*, by the present ids of the neighbours that are; "" at an end."""
    gaps: dict[tuple[str, str], list[Section]] = {}
    previous, waiting = "", []
    for section in sections:
        if section.id not in stayed:
            waiting.append(section)
            continue
        name = renamed.get(section.id, section.id)
        if waiting:
            gaps[previous, name] = waiting
        previous, waiting = name, []
    if waiting:
        gaps[previous, ""] = waiting
    return gaps


def anchors_after(before_html: str, before_anchors: Mapping[str, str], html: str) -> dict[str, str]:
    """The old ids that *html* should have, {old: present}, when it follows a text that had *before_anchors*."""
    renamed = renamed_headings(sections_of(before_html), sections_of(html))
    present = {unescape(name) for name in ID.findall(html)}
    known = {old: renamed.get(name, name) for old, name in before_anchors.items()} | renamed
    kept = [(old, name) for old, name in known.items() if old not in present and name in present]
    return dict(kept[-MAX_ANCHORS:])


def with_anchors(html: str, anchors: Mapping[str, str]) -> str:
    """*html* of a text without such ids, with each old id of *anchors* in the heading that it stands for."""
    olds: dict[str, list[str]] = {}
    for old, name in anchors.items():
        olds.setdefault(name, []).append(old)

    def mark(heading: re.Match[str]) -> str:
        names = olds.get(unescape(heading["id"]), [])
        marks = "".join(f'<span class="former-id" id="{escape(name)}"></span>' for name in names)
        level = heading["level"]
        return f'<h{level} id="{heading["id"]}"{heading["rest"]}>{marks}{heading["text"]}</h{level}>'

    return HEADING.sub(mark, html) if olds else html
