"""Markdown of lessons and exercises into HTML that is safe to put on a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from markdown import Markdown
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension
from pymdownx.details import DetailsExtension
from pymdownx.superfences import SuperFencesCodeExtension
from pymdownx.tabbed import TabbedExtension

from courses.markdown_extensions import FieldguideExtension, heading_id, superfences
from courses.proofreading import Problem, proofread
from courses.sanitising import sanitise

__all__ = ["Problem", "Rendered", "render"]

CONTENTS_LEVELS = (2, 3)


@dataclass(frozen=True, slots=True)
class Rendered:
    """html is sanitised. contents has the h2 and h3 in order: [{"level": 2, "id": "what-it-does", "text": "…"}]."""

    html: str
    contents: list[dict[str, Any]]
    problems: list[Problem]


def render(
    markdown: str,
    *,
    lesson_url: str = "../{slug}/",
    lesson_slugs: Collection[str] | None = None,
    can_run: bool = False,
) -> Rendered:
    """Render *markdown*; never fails because of what it says.

    lesson_url is the address of `lesson:slug` links: relative to another lesson of the course unless told otherwise.
    lesson_slugs are the lessons that such links may name; None does not check them.
    can_run is for the text of a lesson: its listings get a link to where they can be run, relative to the lesson.
    """
    # A new engine each time: it keeps state, and several threads may be here at once.
    engine = Markdown(
        extensions=[
            AdmonitionExtension(),
            AttrListExtension(),
            DefListExtension(),
            DetailsExtension(),
            SaneListExtension(),
            SuperFencesCodeExtension(**superfences(can_run=can_run)),
            TabbedExtension(),
            TableExtension(use_align_attribute=True),
            TocExtension(marker="", toc_depth="2-6", slugify=heading_id),
            FieldguideExtension(lesson_url=lesson_url),
        ],
        output_format="html",
    )
    html = sanitise(engine.convert(markdown))
    contents = list(_contents(engine.toc_tokens))  # type: ignore[attr-defined]
    ids = {entry["id"] for entry in _contents(engine.toc_tokens, levels=range(2, 7))}  # type: ignore[attr-defined]
    return Rendered(html, contents, proofread(markdown, heading_ids=ids, lesson_slugs=lesson_slugs))


def _contents(tokens: list[dict[str, Any]], levels: Collection[int] = CONTENTS_LEVELS) -> Iterator[dict[str, Any]]:
    for token in tokens:
        if token["level"] in levels:
            yield {"level": token["level"], "id": token["id"], "text": unescape(token["name"])}
        yield from _contents(token["children"], levels)
