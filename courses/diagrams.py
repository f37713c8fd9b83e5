"""Drawings in a text: which SVG an author may write. Everything else is left out, as of HTML.

A diagram is `<figure class="diagram"><svg …>…</svg><figcaption>…</figcaption></figure>`. It has shapes and words only:
nothing that loads, links, moves or runs, and no colours of its own. Those come from classes (static/css/diagram.css),
so that a diagram fits both themes, forced colours and paper.
"""

from __future__ import annotations

import re

# Solid or outlined shapes, lines, and words; said in docs/authoring.md, coloured in diagram.css.
DIAGRAM_CLASSES = {
    "dg-accent", "dg-band", "dg-box", "dg-dashed", "dg-ink", "dg-line", "dg-soft", "dg-warn",
    "dg-end", "dg-label", "dg-middle", "dg-on", "dg-strong",
}  # fmt: skip
SHAPES: dict[str, set[str]] = {
    "circle": {"cx", "cy", "r"},
    "line": {"x1", "x2", "y1", "y2"},
    "path": {"d"},
    "polygon": {"points"},
    "polyline": {"points"},
    "rect": {"height", "rx", "ry", "width", "x", "y"},
}
DIAGRAM_ATTRIBUTES: dict[str, set[str]] = {
    "svg": {"aria-labelledby", "role", "viewBox"},
    "title": {"id"},
    "desc": {"id"},
    "g": {"transform"},
    "text": {"dx", "dy", "x", "y"},
    "tspan": {"dx", "dy", "x", "y"},
    **SHAPES,
}
DRAWN = DIAGRAM_ATTRIBUTES.keys() - {"svg", "title", "desc"}  # what takes a class
# Which element may stand in which; the others hold words or nothing.
CHILDREN = {"svg": DIAGRAM_ATTRIBUTES.keys() - {"svg", "tspan"}, "text": {"tspan"}}
CHILDREN["g"] = CHILDREN["svg"] - {"title", "desc"}
WORDS = {"title", "desc", "text", "tspan"}
# Ids are of the whole page; none of the page's own begins like this, and no heading gets one.
DIAGRAM_ID = re.compile(r"dg-[a-z0-9]+(?:-[a-z0-9]+)*")
NUMBERS = re.compile(r"[-+.,\d\seE]*")
VALUES = {
    "aria-labelledby": re.compile(rf"{DIAGRAM_ID.pattern}(?: {DIAGRAM_ID.pattern})*"),
    "d": re.compile(r"[-+.,\d\seEMmLlHhVvCcSsQqTtAaZz]*"),
    "id": DIAGRAM_ID,
    "role": re.compile("img"),
    "transform": re.compile(r"(?:\s*(?:translate|rotate|scale)\([-+.,\d\s]*\))*\s*"),
}

# Of HTML as the sanitiser writes it: each attribute in double quotes, and no "<" but that of a tag.
TAG = re.compile(r'<(?P<end>/?)(?P<name>[^\s/>]+)(?P<attributes>(?:\s[^\s=>]+="[^"]*")*)>')
ATTRIBUTE = re.compile(r'\s(?P<name>[^\s=>]+)="(?P<value>[^"]*)"')
VOID = {"br", "hr", "img"}
FIGURE = ' class="diagram"'


def is_diagram_value(attribute: str, value: str) -> bool:
    """Whether an attribute that a diagram may have may say *value*."""
    return VALUES.get(attribute, NUMBERS).fullmatch(value) is not None


def keep_diagrams(html: str) -> str:
    """*html*, which the sanitiser wrote, with no SVG but diagrams, and in those nothing but what is named above.

    The sanitiser knows names, but not where they stand: a link is allowed in a text, and so it allows one in a drawing,
    and a drawing's title in a text.
    """
    kept: list[str] = []
    inside: list[str] = []  # the open elements of a drawing, from its svg on
    figures: list[bool] = []  # the open figures: is it a diagram?
    skipped = 0  # the open elements of something that is left out
    position = 0
    for tag in TAG.finditer(html):
        text, position = html[position : tag.start()], tag.end()
        if not skipped and (not inside or inside[-1] in WORDS):
            kept.append(text)
        name = tag["name"]
        if skipped:
            if name not in VOID:
                skipped += -1 if tag["end"] else 1
        elif tag["end"]:
            if inside:
                inside.pop()
            elif name == "figure" and figures:
                figures.pop()
            kept.append(tag[0])
        elif name in CHILDREN.get(inside[-1], ()) if inside else name == "svg" and figures[-1:] == [True]:
            inside.append(name)
            kept.append(_start(name, tag["attributes"]))
        elif inside or name in DIAGRAM_ATTRIBUTES:
            skipped = 0 if name in VOID else 1
        else:
            if name == "figure":
                figures.append(tag["attributes"] == FIGURE)
            kept.append(tag[0])
    if not skipped and not inside:
        kept.append(html[position:])
    return "".join(kept)


def _start(name: str, attributes: str) -> str:
    allowed = DIAGRAM_ATTRIBUTES[name] | ({"class"} if name in DRAWN else set())
    return f"<{name}{''.join(found[0] for found in ATTRIBUTE.finditer(attributes) if found['name'] in allowed)}>"
