"""What this site adds to Python-Markdown: code blocks, callouts, tabs, links to lessons, tables that scroll."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify_unicode, unique
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from courses.code_blocks import code_block
from courses.code_lines import Look, line_numbers
from courses.listings import FRAMEWORKS, LONGER_NAMES, listing_in
from courses.toml_tables import is_slug

# `!!! kind "Title"` -> the title of a callout that has none of its own.
CALLOUTS = {"note": "Note", "tip": "Tip", "warning": "Watch out", "compare": "Compare"}
# `??? kind "Title"`: what is folded.
FOLDED = CALLOUTS | {"deeper": "Going deeper"}
# Ids of the pages that show a rendered text; a heading of the same name gets another one. A test compares them.
RESERVED_IDS = {
    "account-menu", "content", "feedback", "feedback-title", "left-off-title", "outline", "practice", "practice-title",
    "report-errors", "report-help", "report-text", "search-field", "search-hits", "search-place", "shortcuts",
    "shortcuts-title", "showcase-title", "single-keys", "theme-menu", "toc-title",
}  # fmt: skip
RESERVED_PREFIXES = ("i-", "dg-", "listing-", "search-hit")  # the icons; what names a diagram; listings; hits
NOTE_ID = re.compile(r"mark-\d+-\d+")  # the number of its listing among what the text holds, and its own
NOTE_TARGET = re.compile(r'popovertarget="(?P<prefix>mark-\d+-)\d+"')
VARIANT_ID = re.compile(r"tab-\d+-[\w-]+")  # of a tab's content: the number of its set in the text, and its slug
LISTING_ID = re.compile(r"listing-[\w-]+")  # of the block of a listing: its name
LESSON_LINK = re.compile(r"lesson:(?P<slug>[a-z0-9-]+)(?P<fragment>#[\w-]+)?")


def fence_options(
    language: str, inputs: dict[str, str], options: dict[str, Any], attrs: dict[str, Any], md: Markdown
) -> bool:
    """Validator of SuperFences: takes what a block can show. courses.proofreading reports the rest."""
    options["title"] = inputs.get("title", "")
    options["anchor"] = f"listing-{inputs['listing']}" if inputs.get("listing") else ""
    for name in ("hl_lines", "hide", "linenums"):
        try:
            options[name] = line_numbers(inputs.get(name, ""))
        except ValueError:
            options[name] = []
    if "linenums" in inputs and not options["linenums"]:
        options["linenums"] = [1]
    return True


def runnable_options(
    language: str, inputs: dict[str, str], options: dict[str, Any], attrs: dict[str, Any], md: Markdown
) -> bool:
    """The same for a text whose listings can be run: a lesson."""
    is_named = language == "python" and "fragment" not in inputs and is_slug(inputs.get("listing", ""))
    if is_named and inputs.get("framework") in FRAMEWORKS:
        options["run_url"] = listing_in(inputs, "").url
    return fence_options(language, inputs, options, attrs, md)


def format_fence(
    source: str, language: str | None, css_class: str, options: dict[str, Any], md: Markdown, **kwargs: Any
) -> str:
    """Formatter of SuperFences."""
    number = len(md.htmlStash.rawHtmlBlocks) + 1  # of what was stored so far: unique in the text
    look = Look(
        marked=options["hl_lines"],
        hidden=options["hide"],
        first_number=next(iter(options["linenums"]), None),
        prefix=f"mark-{number}-",
    )
    return code_block(
        source,
        language=language or "",
        title=options["title"],
        look=look,
        run_url=options.get("run_url", ""),
        anchor=options["anchor"] if LISTING_ID.fullmatch(options["anchor"]) else "",
    )


def superfences(*, can_run: bool) -> dict[str, Any]:
    """Settings of SuperFences; can_run: the listings get a link to where they can be run."""
    validator = runnable_options if can_run else fence_options
    return {
        # Four spaces are for what belongs to a list item or a callout; code stands in fences.
        "disable_indented_code_blocks": True,
        "custom_fences": [{"name": "*", "class": "", "format": format_fence, "validator": validator}],
    }


class Callouts(Treeprocessor):
    """Admonitions become <aside class="note note--tip"> with a heading, folded ones <details> with a summary."""

    def run(self, root: etree.Element) -> None:
        level = 1
        for element in list(root.iter()):
            classes = (element.get("class") or "").split()
            if re.fullmatch("h[1-6]", element.tag) and classes != ["note-title"]:
                level = int(element.tag[1])
            elif element.tag == "div" and classes[:1] == ["admonition"]:
                self._make_callout(element, classes[1:2], f"h{min(level + 1, 6)}")
            elif element.tag == "details":
                self._make_folded(element, classes[:1])

    def _make_callout(self, element: etree.Element, kinds: list[str], heading: str) -> None:
        kind = kinds[0] if kinds and kinds[0] in CALLOUTS else "note"
        element.tag = "aside"
        element.set("class", f"note note--{kind}")
        element.set("role", "note")  # not a landmark: a page with six of them would have no map left
        title = element.find("p[@class='admonition-title']")
        if title is None:
            title = etree.Element("p")
            element.insert(0, title)
        elif title.text == kind.capitalize():  # Python-Markdown's own title for a callout without one
            title.text = CALLOUTS[kind]
        title.tag = heading
        title.text = title.text or CALLOUTS[kind]
        title.set("class", "note-title")

    def _make_folded(self, element: etree.Element, kinds: list[str]) -> None:
        kind = kinds[0] if kinds and kinds[0] in FOLDED else "note"
        title = element.find("summary")
        if title is None:
            title = etree.Element("summary")
            element.insert(0, title)
        elif title.text in (kind.capitalize(), "Details"):
            title.text = FOLDED[kind]
        title.text = title.text or FOLDED[kind]
        if kind == "deeper":
            element.set("class", "deeper")
        else:
            element.set("class", f"note note--{kind}")
            title.set("class", "note-title")


class Notes(Treeprocessor):
    """The list below a listing that has notes becomes their texts, which its buttons open."""

    def run(self, root: etree.Element) -> None:
        for parent in list(root.iter()):
            for element, below in pairwise(list(parent)):
                prefix = self._prefix(element) if below.tag == "ol" else ""
                if prefix:
                    self._make_notes(below, prefix)

    def _prefix(self, element: etree.Element) -> str:
        """Of the ids of the notes, where *element* stands for a listing that has some."""
        placeholder = HTML_PLACEHOLDER_RE.fullmatch((element.text or "").strip()) if element.tag == "p" else None
        if placeholder is None:
            return ""
        stored = str(self.md.htmlStash.rawHtmlBlocks[int(placeholder[1])])
        target = NOTE_TARGET.search(stored)
        return target["prefix"] if target else ""

    def _make_notes(self, element: etree.Element, prefix: str) -> None:
        element.tag = "div"
        element.attrib.clear()
        element.set("class", "marks")
        for number, item in enumerate(element, start=1):
            item.tag = "div"
            item.attrib.clear()
            item.set("class", "mark-note")
            item.set("id", f"{prefix}{number}")
            item.set("popover", "auto")


class Tabs(Treeprocessor):
    """Sets of tabs become variants one below another, each with a heading; js/variants.js makes tabs of them."""

    def run(self, root: etree.Element) -> None:
        level, number = 1, 0
        for element in list(root.iter()):
            if re.fullmatch("h[1-6]", element.tag):
                level = int(element.tag[1])
            elif element.tag == "div" and element.get("class") == "tabbed-set":
                number += 1
                self._make_variants(element, f"tab-{number}-", f"h{min(level + 1, 6)}")

    def _make_variants(self, element: etree.Element, prefix: str, heading: str) -> None:
        """*element* holds an input, a label and the content of each tab, one after the other."""
        titles, contents = element.findall("label"), element.findall("div")
        element.clear()
        element.set("class", "variants")
        element.tail = "\n"
        ids: set[str] = set()
        for label, content in zip(titles, contents, strict=True):
            title = etree.Element(heading, {"class": "variant-title"})
            title.text = HTML_PLACEHOLDER_RE.sub("", "".join(label.itertext()))  # a title is text
            content.set("class", "variant")
            content.set("id", unique(prefix + tab_slug(title.text), ids))
            content.insert(0, title)
            element.append(content)


class Links(Treeprocessor):
    """`lesson:slug` becomes that lesson's address; links to other sites say so to the browser."""

    def __init__(self, md: Markdown, lesson_url: str, lesson_names: Mapping[str, str]) -> None:
        super().__init__(md)
        self.lesson_url = lesson_url
        self.lesson_names = lesson_names

    def run(self, root: etree.Element) -> None:
        for element in root.iter("a"):
            target = element.get("href", "")
            if lesson := LESSON_LINK.fullmatch(target):
                slug = self.lesson_names.get(lesson["slug"], lesson["slug"])
                element.set("href", self.lesson_url.format(slug=slug) + (lesson["fragment"] or ""))
            elif is_foreign(target):
                element.set("rel", "noopener")


def heading_id(text: str, separator: str) -> str:
    """The address of a heading within its page; Python-Markdown numbers those that come twice."""
    slug = slugify_unicode(text, separator)
    return f"{slug}-section" if is_reserved(slug) else slug


def is_reserved(name: str) -> bool:
    """Whether an id belongs to the page around a text, or to a diagram or a tab in it."""
    own = VARIANT_ID.fullmatch(name) or NOTE_ID.fullmatch(name)
    return name in RESERVED_IDS or name.startswith(RESERVED_PREFIXES) or own is not None


def tab_slug(title: str) -> str:
    """What a tab is called in its address and in the reader's preference: a framework's slug, if it is named so."""
    slug = slugify_unicode(title, "-") or "tab"
    return LONGER_NAMES.get(slug, slug)


def is_foreign(target: str) -> bool:
    """Whether a link leaves this site."""
    try:
        return bool(urlsplit(target).netloc)
    except ValueError:  # such as an unfinished IPv6 address
        return True


class Tables(Treeprocessor):
    """Each table stands in a <div class="tablewrap">, which scrolls when the page is narrower than the table."""

    def run(self, root: etree.Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "table":
                    wrapper = etree.Element("div", {"class": "tablewrap"})
                    wrapper.tail, child.tail = child.tail, None
                    wrapper.append(child)
                    parent[index] = wrapper


class Headings(Treeprocessor):
    """Before toc: an h1 in the text becomes h2 (the page has its own), and ids of the page are not taken."""

    def run(self, root: etree.Element) -> None:
        for element in root.iter():
            if element.tag == "h1":
                element.tag = "h2"
            if is_reserved(element.get("id", "")):
                del element.attrib["id"]


class FieldguideExtension(Extension):
    def __init__(self, *, lesson_url: str, lesson_names: Mapping[str, str]) -> None:
        super().__init__()
        self.lesson_url = lesson_url
        self.lesson_names = lesson_names

    def extendMarkdown(self, md: Markdown) -> None:
        # After inline (20) and attr_list (8) have made their elements; toc (5) then gives ids to the headings.
        md.treeprocessors.register(Headings(md), "fieldguide-headings", 7)
        md.treeprocessors.register(Tabs(md), "fieldguide-tabs", 4.5)  # so that their titles are not among the contents
        md.treeprocessors.register(Notes(md), "fieldguide-notes", 4.2)
        md.treeprocessors.register(Callouts(md), "fieldguide-callouts", 4)
        md.treeprocessors.register(Links(md, self.lesson_url, self.lesson_names), "fieldguide-links", 3)
        md.treeprocessors.register(Tables(md), "fieldguide-tables", 2)
