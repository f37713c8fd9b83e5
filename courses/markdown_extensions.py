"""What this site adds to Python-Markdown: code blocks, callouts, tabs, links to lessons, tables that scroll."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from typing import Any
from urllib.parse import urlsplit

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify_unicode, unique
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from courses.code_blocks import code_block, line_numbers
from courses.listings import LONGER_NAMES

# `!!! kind "Title"` -> the title of a callout that has none of its own.
CALLOUTS = {"note": "Note", "tip": "Tip", "warning": "Watch out", "compare": "Compare"}
# Ids of the pages that show a rendered text; a heading of the same name gets another one. A test compares them.
RESERVED_IDS = {
    "account-menu", "content", "left-off-title", "outline", "practice", "practice-title", "shortcuts",
    "shortcuts-title", "single-keys", "theme-menu", "toc-title",
}  # fmt: skip
RESERVED_PREFIXES = ("i-", "dg-")  # the icons; what names a diagram
VARIANT_ID = re.compile(r"tab-\d+-[\w-]+")  # of a tab's content: the number of its set in the text, and its slug
LESSON_LINK = re.compile(r"lesson:(?P<slug>[a-z0-9-]+)(?P<fragment>#[\w-]+)?")


def fence_options(
    language: str, inputs: dict[str, str], options: dict[str, Any], attrs: dict[str, Any], md: Markdown
) -> bool:
    """Validator of SuperFences: takes what a block can show. courses.proofreading reports the rest."""
    options["title"] = inputs.get("title", "")
    try:
        options["hl_lines"] = line_numbers(inputs.get("hl_lines", ""))
    except ValueError:
        options["hl_lines"] = []
    return True


def format_fence(
    source: str, language: str | None, css_class: str, options: dict[str, Any], md: Markdown, **kwargs: Any
) -> str:
    """Formatter of SuperFences."""
    return code_block(source, language=language or "", title=options["title"], hl_lines=options["hl_lines"])


SUPERFENCES = {
    # Four spaces are for what belongs to a list item or a callout; code stands in fences.
    "disable_indented_code_blocks": True,
    "custom_fences": [{"name": "*", "class": "", "format": format_fence, "validator": fence_options}],
}


class Callouts(Treeprocessor):
    """Admonitions become <aside class="note note--tip">, with a title in any case."""

    def run(self, root: etree.Element) -> None:
        for element in root.iter("div"):
            classes = (element.get("class") or "").split()
            if classes[:1] != ["admonition"]:
                continue
            kind = classes[1] if len(classes) > 1 and classes[1] in CALLOUTS else "note"
            element.tag = "aside"
            element.set("class", f"note note--{kind}")
            element.set("role", "note")  # not a landmark: a page with six of them would have no map left
            title = element.find("p[@class='admonition-title']")
            if title is None:
                title = etree.Element("p")
                element.insert(0, title)
            elif title.text == kind.capitalize():  # Python-Markdown's own title for a callout without one
                title.text = CALLOUTS[kind]
            title.text = title.text or CALLOUTS[kind]
            title.set("class", "note-title")


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

    def __init__(self, md: Markdown, lesson_url: str) -> None:
        super().__init__(md)
        self.lesson_url = lesson_url

    def run(self, root: etree.Element) -> None:
        for element in root.iter("a"):
            target = element.get("href", "")
            if lesson := LESSON_LINK.fullmatch(target):
                element.set("href", self.lesson_url.format(slug=lesson["slug"]) + (lesson["fragment"] or ""))
            elif is_foreign(target):
                element.set("rel", "noopener")


def heading_id(text: str, separator: str) -> str:
    """The address of a heading within its page; Python-Markdown numbers those that come twice."""
    slug = slugify_unicode(text, separator)
    return f"{slug}-section" if is_reserved(slug) else slug


def is_reserved(name: str) -> bool:
    """Whether an id belongs to the page around a text, or to a diagram or a tab in it."""
    return name in RESERVED_IDS or name.startswith(RESERVED_PREFIXES) or VARIANT_ID.fullmatch(name) is not None


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
    def __init__(self, *, lesson_url: str) -> None:
        super().__init__()
        self.lesson_url = lesson_url

    def extendMarkdown(self, md: Markdown) -> None:
        # After inline (20) and attr_list (8) have made their elements; toc (5) then gives ids to the headings.
        md.treeprocessors.register(Headings(md), "fieldguide-headings", 7)
        md.treeprocessors.register(Tabs(md), "fieldguide-tabs", 4.5)  # so that their titles are not among the contents
        md.treeprocessors.register(Callouts(md), "fieldguide-callouts", 4)
        md.treeprocessors.register(Links(md, self.lesson_url), "fieldguide-links", 3)
        md.treeprocessors.register(Tables(md), "fieldguide-tables", 2)
