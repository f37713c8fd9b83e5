"""Reading cases.toml of an exercise that is answered. What was read is called its sheet: the tables and keys of the
file, as JSON, with a value for every key that may be left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext

from courses.rendering import render
from courses.toml_tables import is_slug
from exercises.toml_documents import Document
from exercises.toml_lines import Path

Sheet = dict[str, Any]

MAX_TEXT = 4000  # characters of one Markdown text
MAX_LINE = 200  # of a text that is one line, without markup
PARAGRAPH = re.compile(r"<p>(?P<inner>(?:(?!</?p>).)*)</p>", re.DOTALL)


class SheetDocument(Document):
    """One cases.toml being read. Every method notes what is wrong and answers None, or an empty list, in its place."""

    def tables(self, value: Any, path: Path, label: str, *, least: int, most: int) -> list[tuple[Path, Any]]:
        """The elements of an array of tables, each with its path."""
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.problem(
                path,
                gettext("%(least)s to %(most)s [[%(label)s]] are needed")
                % {"least": least, "most": most, "label": label},
            )
            return []
        return [((*path, index), item) for index, item in enumerate(value)]

    def slug(self, value: Any, path: Path) -> str | None:
        if isinstance(value, str) and is_slug(value):
            return value
        self.problem(path, gettext("name must be of small letters, digits and single hyphens, 50 at most"))
        return None

    def markdown(self, value: Any, path: Path, label: str) -> str | None:
        """A text of several lines, which the page shows as Markdown."""
        text = self.text(value, path, label)
        if text is not None and len(text) > MAX_TEXT:
            self.problem(
                path, gettext("%(label)s has %(most)s characters at most") % {"label": label, "most": MAX_TEXT}
            )
            return None
        return None if text is None else text.strip()

    def line_of_text(self, value: Any, path: Path, label: str) -> str | None:
        """A text of one line, shown as it is."""
        text = self.text(value, path, label)
        if text is not None and (len(text) > MAX_LINE or text != " ".join(text.split())):
            self.problem(
                path,
                gettext("%(label)s must be one line of at most %(most)s characters, without doubled spaces")
                % {"label": label, "most": MAX_LINE},
            )
            return None
        return text

    def lines_of_text(self, value: Any, path: Path, label: str, *, least: int = 0, most: int) -> list[str]:
        """An array of texts that differ also when capitals are ignored."""
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.problem(
                path,
                gettext("%(label)s must be an array of %(least)s to %(most)s texts")
                % {"label": label, "least": least, "most": most},
            )
            return []
        texts = [((*path, index), self.line_of_text(item, (*path, index), label)) for index, item in enumerate(value)]
        self.different(texts, label)
        return [text for _, text in texts if text is not None]

    def different(self, texts: Iterable[tuple[Path, str | None]], label: str) -> None:
        """Note each text, with its path, that was there before, whatever its capitals."""
        seen: set[str] = set()
        for path, text in texts:
            if text is None:
                continue
            if text.casefold() in seen:
                self.problem(path, gettext("%(label)s: %(text)r is there twice") % {"label": label, "text": text})
            seen.add(text.casefold())

    def flag(self, value: Any, path: Path, label: str) -> bool | None:
        if isinstance(value, bool):
            return value
        self.problem(path, gettext("%(label)s must be true or false") % {"label": label})
        return None

    def number(self, value: Any, path: Path, label: str, *, least: int, most: int) -> int:
        if type(value) is int and least <= value <= most:
            return value
        self.problem(
            path,
            gettext("%(label)s must be a whole number from %(least)s to %(most)s")
            % {"label": label, "least": least, "most": most},
        )
        return least


def passages(value: Any, keys: Mapping[str, str], path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The Markdown in a sheet with where it stands: the texts under those of *keys* that hold any."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from passages(item, keys, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in keys and isinstance(item, str):
                yield (*path, key), item
            else:
                yield from passages(item, keys, (*path, key))


def rendered(sheet: Sheet, keys: Mapping[str, str], render_html: Callable[[str], str]) -> Sheet:
    """The sheet with the HTML of each Markdown text beside it: under what *keys* say for its key."""
    sheet = deepcopy(sheet)
    for path, text in list(passages(sheet, keys)):
        owner: Any = sheet
        for step in path[:-1]:
            owner = owner[step]
        owner[keys[str(path[-1])]] = render_html(text)
    return sheet


def inline(html: str) -> str:
    """The inside of *html* where that is one paragraph, such as for a label; else *html*."""
    match = PARAGRAPH.fullmatch(html.strip())
    return match["inner"] if match else html


def split_first_paragraph(html: str) -> tuple[str, str]:
    """The inside of the paragraph that *html* begins with, and what follows it; all of it where it begins otherwise."""
    match = PARAGRAPH.match(html.strip())
    return (match["inner"], html.strip()[match.end() :].strip()) if match else (html, "")


def is_one_paragraph(markdown: str) -> bool:
    return PARAGRAPH.fullmatch(render(markdown).html.strip()) is not None


def plain(markdown: str) -> str:
    """The words of a Markdown text on one line."""
    return " ".join(unescape(strip_tags(render(markdown).html)).split())


def first_words(markdown: str, limit: int = MAX_LINE) -> str:
    """The words of its first paragraph, cut."""
    words = plain(markdown.strip().split("\n\n", 1)[0])
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
