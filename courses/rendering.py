"""Markdown of lessons and exercises into HTML that is safe to put on a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
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
from courses.sanitising import IMAGE_PATH, sanitise
from courses.site_links import dead_links

__all__ = ["PlacedImage", "Problem", "Rendered", "render"]

CONTENTS_LEVELS = (2, 3)
# As the sanitiser writes it: quotes in a value are escaped.
IMAGE = re.compile(r'<img(?P<attributes>(?: [\w-]+="[^"]*")*)>')
ATTRIBUTE = re.compile(r' (?P<name>[\w-]+)="(?P<value>[^"]*)"')


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """Where a picture of the course is, and how large: width and height in pixels."""

    url: str
    width: int
    height: int


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
    lesson_names: Mapping[str, str] | None = None,
    images: Mapping[str, PlacedImage] | None = None,
    can_run: bool = False,
    lost_headings: Callable[[Collection[str]], Collection[str]] | None = None,
) -> Rendered:
    """Render *markdown*; never fails because of what it says.

    lesson_url is the address of `lesson:slug` links: relative to another lesson of the course unless told otherwise.
    lesson_names are what such links may name, each with the slug of its lesson; None does not check them, nor links
    to other pages of this site, for which the database is asked where there are some.
    images are what images/<name> may name, by name; None does not check them, and shows none.
    can_run is for the text of a lesson: its listings get a link to where they can be run, relative to the lesson.
    lost_headings gives those of some links to parts of lessons that lead to none; None does not check them.
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
            FieldguideExtension(lesson_url=lesson_url, lesson_names=lesson_names or {}),
        ],
        output_format="html",
    )
    html = _with_images(sanitise(engine.convert(markdown)), images or {})
    contents = list(_contents(engine.toc_tokens))  # type: ignore[attr-defined]
    ids = {entry["id"] for entry in _contents(engine.toc_tokens, levels=range(2, 7))}  # type: ignore[attr-defined]
    problems = proofread(
        markdown,
        heading_ids=ids,
        lesson_slugs=lesson_names,
        image_names=None if images is None else images.keys(),
        dead_links=None if lesson_names is None else dead_links,
        lost_headings=lost_headings,
    )
    return Rendered(html, contents, problems)


def _with_images(html: str, images: Mapping[str, PlacedImage]) -> str:
    """*html* in which pictures of the course have their address and their size; one that is missing shows its text."""

    def placed(tag: re.Match[str]) -> str:
        attributes = dict(ATTRIBUTE.findall(tag["attributes"]))
        path = IMAGE_PATH.fullmatch(attributes.get("src", ""))
        if path is None:
            return tag[0]
        found = images.get(path["name"])
        if found is None:
            del attributes["src"]
        else:
            attributes["src"] = escape(found.url)
            if not attributes.keys() & {"width", "height"}:
                attributes |= {"width": str(found.width), "height": str(found.height)}
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return f"<img{written}>"

    return IMAGE.sub(placed, html)


def _contents(tokens: list[dict[str, Any]], levels: Collection[int] = CONTENTS_LEVELS) -> Iterator[dict[str, Any]]:
    for token in tokens:
        if token["level"] in levels:
            yield {"level": token["level"], "id": token["id"], "text": unescape(token["name"])}
        yield from _contents(token["children"], levels)
