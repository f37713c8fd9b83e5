"""What of a text can be found: the text itself, each of its sections, and its listings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from courses.markdown_extensions import LISTING_ID, VARIANT_ID
from courses.models import SearchEntry

Kind = SearchEntry.Kind

# Each begins a new line of the plain text, so that a hit is shown in its own paragraph, list item or row.
BLOCKS = {
    "aside", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6",
    "hr", "li", "ol", "p", "pre", "summary", "table", "tr", "ul",
}  # fmt: skip
SILENT = {"button", "svg"}  # controls; drawings, whose words stand all over the place
CELLS = {"td", "th", "br"}
SECTIONS = {"h2", "h3"}
NEVER_CLOSED = {"br", "hr", "img"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Something that can be found. Plain text throughout; body has a line for each paragraph, row or line of code.

    label is what else it is called, such as a listing's file; context is the title of the page it stands on.
    """

    kind: SearchEntry.Kind
    title: str
    body: str
    anchor: str = ""
    label: str = ""
    context: str = ""


@dataclass(slots=True)
class Part:
    """A piece of a text under one heading, or a listing in it."""

    anchor: str = ""
    title: str = ""
    label: str = ""
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """One line for each block, without empty ones."""
        lines = (" ".join(line.split()) for line in "".join(self.pieces).split("\n"))
        return "\n".join(line for line in lines if line)

    @property
    def source(self) -> str:
        return "".join(self.pieces).strip("\n")


class Reader(HTMLParser):
    """Takes sections and listings out of the HTML that courses.rendering made."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections = [Part()]
        self.listings: list[Part] = []
        self._open: list[str] = []
        self._ends: list[tuple[int, Part | None, str]] = []  # depth at which something special ends
        self._listing: Part | None = None
        self._target = "text"  # or: heading, name, code, nothing

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name, classes = attributes.get("id") or "", (attributes.get("class") or "").split()
        if tag in NEVER_CLOSED:
            self._add("\n" if tag == "hr" else " ")
            return
        if tag in BLOCKS:
            self._add("\n")
        elif tag in CELLS:
            self._add(" ")
        self._open.append(tag)
        if self._target == "nothing":
            return
        if tag in SECTIONS and name and not VARIANT_ID.fullmatch(name):
            self.sections.append(Part(anchor=name))
            self._begin("heading")
        elif tag in SILENT:
            self._begin("nothing")
        elif "codeblock" in classes and LISTING_ID.fullmatch(name):
            self._begin("nothing")  # but for its name and its code
            self._listing = Part(anchor=name, title=self.sections[-1].title)
            self.listings.append(self._listing)
            self._target = "listing"
        elif "cbhead" in classes:
            self._begin("nothing" if self._listing is None else "head")
        elif "name" in classes and self._target == "head":
            self._begin("name")
        elif tag == "pre" and self._listing is not None:
            self._begin("code")

    def handle_endtag(self, tag: str) -> None:
        if tag in NEVER_CLOSED or tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        while self._ends and len(self._open) < self._ends[-1][0]:
            _, self._listing, self._target = self._ends.pop()
        if tag in BLOCKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        # A paragraph is one line, however its author wrapped it; a line of code is one.
        self._add(data if "pre" in self._open else data.replace("\n", " "))

    def _begin(self, target: str) -> None:
        """Send what follows, up to the end of the element that was just opened, to *target*."""
        self._ends.append((len(self._open), self._listing, self._target))
        self._target = target

    def _add(self, text: str) -> None:
        if self._target == "heading":
            self.sections[-1].title += text
        elif self._target == "name" and self._listing is not None:
            self._listing.label += text
        elif self._target == "code" and self._listing is not None:
            self._listing.pieces.append(text)
        elif self._target == "text":
            self.sections[-1].pieces.append(text)


def documents_of(html: str, *, title: str, summary: str) -> Iterator[Document]:
    """The documents of a rendered text: itself first, with all that it says, then its sections and its listings.

    A listing is a document of its own, and not part of its section's.
    """
    reader = Reader()
    reader.feed(html)
    reader.close()
    whole = [summary, *(f"{part.title}\n{part.text}" for part in reader.sections)]
    yield Document(kind=Kind.LESSON, title=title, body="\n".join(text.strip() for text in whole if text.strip()))
    for part in reader.sections[1:]:
        heading = " ".join(part.title.split())
        yield Document(kind=Kind.SECTION, title=heading, anchor=part.anchor, context=title, body=part.text)
    for part in reader.listings:
        heading = " ".join(part.title.split()) or title
        yield Document(
            kind=Kind.LISTING, title=heading, label=part.label.strip(), anchor=part.anchor, context=title,
            body=part.source,
        )  # fmt: skip


def text_of(html: str) -> str:
    """The words of a rendered text, with a line for each block."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    parts = [f"{part.title}\n{part.text}" for part in reader.sections] + [part.source for part in reader.listings]
    return "\n".join(part.strip() for part in parts if part.strip())
