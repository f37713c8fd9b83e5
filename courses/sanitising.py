"""The allow-list that all rendered HTML goes through last: what is not named here does not reach a page."""

from __future__ import annotations

import re

import nh3
from pygments.token import STANDARD_TYPES

from courses.diagrams import DIAGRAM_ATTRIBUTES, DIAGRAM_CLASSES, DRAWN, is_diagram_value, keep_diagrams
from courses.markdown_extensions import LISTING_ID, NOTE_ID, VARIANT_ID

HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
TAGS = HEADINGS | {
    "a", "abbr", "aside", "b", "blockquote", "br", "button", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "samp", "span", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul", "var",
}  # fmt: skip
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),  # said so, because the library would allow lang and title everywhere
    "a": {"href", "title", "rel"},
    "abbr": {"title"},
    "button": {"aria-label", "data-note", "popovertarget"},  # of a note in a listing
    "details": {"open"},
    "div": {"id"},  # of a tab's content, of a note or of a listing
    "span": {"data-line"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    **{heading: {"id"} for heading in HEADINGS},
}
IDS_OF_DIVS = (VARIANT_ID, NOTE_ID, LISTING_ID)
LINE_NUMBER = re.compile(r"\d{1,6}")
BUTTON = re.compile(r"<button([^>]*)>(.*?)</button>", re.DOTALL)  # only those of notes stay
ALIGNMENTS = {"left", "center", "right"}
NOTES = {"note", "note--note", "note--tip", "note--warning", "note--compare"}
CLASSES = {
    "a": {"run-link"},
    "aside": NOTES,
    "button": {"mark"},
    "details": NOTES | {"deeper"},
    "div": {"codeblock", "cbhead", "hl", "mark-note", "marks", "tablewrap", "variants", "variant"},
    "figure": {"diagram"},
    "span": {"name", "hll", "lineno", "folded", "folded--imports", "run-word", "visually-hidden"}
    | {name for name in STANDARD_TYPES.values() if name},
    "summary": {"note-title"},
    **{heading: {"note-title", "variant-title"} for heading in HEADINGS},
}
# Their content goes with them; of every other unknown tag the text stays.
DROPPED_WITH_CONTENT = {"script", "style", "template", "iframe", "object", "noscript", "math"}


# A picture of the course: courses.rendering gives it its address.
IMAGE_PATH = re.compile(r"images/(?P<name>[a-z0-9]+(?:[-_][a-z0-9]+)*\.(?:png|webp))")


def is_own_image(source: str) -> bool:
    """Images come from this site: the Content-Security-Policy blocks all others."""
    if IMAGE_PATH.fullmatch(source):
        return True
    return source.startswith("/") and not source.startswith(("//", "/\\"))


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not is_own_image(value):
        return None
    if attribute in DIAGRAM_ATTRIBUTES.get(tag, ()) and not is_diagram_value(attribute, value):
        return None
    if tag == "div" and attribute == "id" and not any(pattern.fullmatch(value) for pattern in IDS_OF_DIVS):
        return None
    if attribute == "popovertarget" and not NOTE_ID.fullmatch(value):
        return None
    if attribute in ("data-line", "data-note") and not LINE_NUMBER.fullmatch(value):
        return None
    return value


def sanitise(html: str) -> str:
    """*html* with nothing in it but the tags, attributes, classes and kinds of address named above."""
    clean = nh3.clean(
        html,
        tags=TAGS | DIAGRAM_ATTRIBUTES.keys(),
        clean_content_tags=DROPPED_WITH_CONTENT,
        attributes=ATTRIBUTES | DIAGRAM_ATTRIBUTES,
        attribute_filter=_filtered,
        tag_attribute_values={
            "aside": {"role": {"note"}},
            "div": {"popover": {"auto"}},
            "td": {"align": ALIGNMENTS},
            "th": {"align": ALIGNMENTS},
        },
        set_tag_attribute_values={"button": {"type": "button"}},  # one that would send a form around the text, too
        allowed_classes=CLASSES | dict.fromkeys(DRAWN, DIAGRAM_CLASSES),
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return keep_diagrams(BUTTON.sub(lambda button: button[0] if "popovertarget=" in button[1] else button[2], clean))
