"""What is wrong with a text, line by line: the mistakes that a reader would stumble over and an author can mend."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext

from courses.code_blocks import LANGUAGES, OPENING, OPTIONS, Fence, find_fences
from courses.code_lines import line_numbers, notes_in
from courses.diagrams import DIAGRAM_CLASSES
from courses.listings import FRAMEWORKS, KINDS, REQUEST, SHOWCASE, is_program
from courses.markdown_extensions import CALLOUTS, FOLDED, LESSON_LINK, tab_slug
from courses.sanitising import IMAGE_PATH, TAGS, is_own_image, sanitise
from courses.toml_tables import is_slug

CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
HEADING = re.compile(r"[> ]*(?P<level>#{1,6})[ \t]*(?P<text>[^#\s].*)")
EMPTY_HEADING = re.compile(r"[> ]*(?P<level>#{1,6})[ \t]*#*[ \t]*")
FRONT_MATTER = re.compile(r"[\s\ufeff]*(?P<fence>\+\+\+)[ \t]*(?:\n|$)")
UNDERLINE = re.compile(r"(?P<sign>=+|-+)[ \t]*")
CALLOUT = re.compile(r"(?P<prefix>[> ]*)(?P<sign>!!!|\?\?\?\+?)[ ]?(?P<kind>[\w -]*?)[ ]*(?P<title>\".*\")?[ ]*")
# Also what was probably meant as one.
TAB = re.compile(r"(?P<prefix>[> ]*)={3}(?![=])(?P<sign>[!+]*)(?P<gap>[ ]*)(?P<title>\S.*?)[ ]*")
TAB_INDENT = "    "
LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?(?P<target>[^)\s>]*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
DEFINITION = re.compile(r"[ ]{0,3}\[[^\]]+\]:[ \t]*<?(?P<target>[^\s>]+)>?")
TAG = re.compile(r"<(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:\s[^<>]*)?)/?>")
TAG_SOURCE = re.compile(r"\ssrc\s*=\s*[\"']?(?P<target>[^\"'\s]*)", re.IGNORECASE)
TAG_TARGET = re.compile(r"\shref\s*=\s*[\"']?(?P<target>[^\"'\s]*)", re.IGNORECASE)
DANGEROUS_ATTRIBUTE = re.compile(r"\s(?P<name>on\w+|style|srcdoc|formaction)\s*=", re.IGNORECASE)
DIAGRAM = re.compile(r"<figure\s+class=[\"']?diagram[\"']?\s*>.*?</figure\s*>", re.DOTALL | re.IGNORECASE)
DRAWING = re.compile(r"<svg\b[^<>]*>(?P<content>.*?)</svg\s*>", re.DOTALL | re.IGNORECASE)
DRAWING_TITLE = re.compile(r"<title id=\"(?P<id>[^\"]*)\">\s*[^\s<]")
ATTRIBUTE = re.compile(
    r"\s(?P<name>[^\s=<>\"'/]+)\s*=\s*(?P<quote>[\"']?)(?P<value>.*?)(?P=quote)(?=[\s/]|$)", re.DOTALL
)
GOOD_TARGET = re.compile(r"(?:https?://|mailto:)\S+|/(?!/)\S*|#\S+")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake in a text. line counts from 1; 0 where it is of the text as a whole."""

    line: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return gettext("Line %(line)s: %(message)s") % {"line": self.line, "message": self.message}


def proofread(
    markdown: str,
    *,
    heading_ids: Collection[str],
    lesson_slugs: Collection[str] | None = None,
    image_names: Collection[str] | None = None,
    dead_links: Callable[[Collection[str]], Collection[str]] | None = None,
    lost_headings: Callable[[Collection[str]], Collection[str]] | None = None,
) -> list[Problem]:
    """All problems of *markdown*, by line. heading_ids are the ids of its headings, for links within the page.

    lesson_slugs and image_names are what lesson:… and images/… may name; None does not check them. dead_links gives
    those of the links to pages of this site that lead nowhere, lost_headings those of lesson:slug#heading that lead to
    none. Each is asked once, and not at all where there are no such links.
    """
    lines = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = list(lines)
    wide = [line.expandtabs(len(TAB_INDENT)) for line in lines]
    indents = [re.match(r"[> ]*", line)[0] if line.strip("> ") else None for line in wide]  # type: ignore[index]
    problems: list[Problem] = []
    listing_lines: dict[str, int] = {}
    for fence in find_fences(lines):
        problems.extend(_check_fence(fence))
        problems.extend(_check_notes(fence, text))
        problems.extend(_check_listing(fence, listing_lines))
        for number in range(fence.line, (fence.end or len(lines)) + 1):
            lines[number - 1] = ""
    # Code in the text is blanked like code in fences; line ends stay, so that lines keep their numbers.
    prose = CODE_SPAN.sub(_blank, "\n".join(lines))
    problems.extend(_check_beginning(prose))
    problems.extend(_check_headings(prose.split("\n")))
    problems.extend(_check_callouts(prose.split("\n"), indents))
    problems.extend(_check_tabs(prose.split("\n"), indents))
    problems.extend(_check_diagrams(prose, heading_ids))
    prose = DIAGRAM.sub(lambda figure: DRAWING.sub(_blank, figure[0]), prose)
    problems.extend(_check_tags(prose, image_names))
    problems.extend(_check_images(prose, image_names))
    links = list(_links(prose))
    pages = {target for _, target in links if target.startswith("/") and GOOD_TARGET.fullmatch(target)}
    dead = set(dead_links(pages)) if dead_links and pages else set()
    parts = {target for _, target in links if (lesson := LESSON_LINK.fullmatch(target)) and lesson["fragment"]}
    dead |= set(lost_headings(parts)) if lost_headings and parts else set()
    for line, target in links:
        problems.extend(_check_target(line, target, heading_ids, lesson_slugs, dead))
    return sorted(set(problems))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", "x", match[0])


def _check_fence(fence: Fence) -> Iterator[Problem]:
    if fence.end is None:
        yield Problem(fence.line, gettext("This code fence is never closed."))
    if not fence.is_understood:
        yield Problem(
            fence.line,
            gettext('Cannot read "%(header)s"; write it like: ```python title="main.py" hl_lines="2 3"')
            % {"header": fence.header},
        )
        return
    for option in sorted(fence.options.keys() - OPTIONS):
        yield Problem(
            fence.line,
            gettext('Unknown option "%(option)s"; a code fence knows %(options)s.')
            % {"option": option, "options": ", ".join(sorted(OPTIONS))},
        )
    for option in ("hl_lines", "hide"):
        yield from _check_lines(fence, option)
    if not re.fullmatch(r"(?!0)\d{0,4}", fence.options.get("linenums", "")):
        yield Problem(fence.line, gettext('linenums is the number of the first line, such as linenums="1".'))
    if not fence.language:
        yield Problem(fence.line, gettext("Say which language this code is in: python, console, json, text, …"))
    elif fence.language not in LANGUAGES:
        yield Problem(
            fence.line,
            gettext('Unknown language "%(language)s"; known are %(languages)s.')
            % {"language": fence.language, "languages": ", ".join(LANGUAGES)},
        )
    elif is_program(fence):
        yield from _check_python(fence)


def _check_lines(fence: Fence, option: str) -> Iterator[Problem]:
    """What is wrong with an option that names lines of the block."""
    try:
        named = line_numbers(fence.options.get(option, ""))
    except ValueError:
        yield Problem(
            fence.line, gettext('%(option)s must be line numbers and ranges, such as "2 4-6".') % {"option": option}
        )
    else:
        count = fence.source.count("\n") + 1
        if any(number > count for number in named):
            yield Problem(
                fence.line,
                gettext("%(option)s names line %(named)s, but the block has %(count)s.")
                % {"option": option, "named": max(named), "count": count},
            )


def _check_notes(fence: Fence, lines: list[str]) -> Iterator[Problem]:
    """Whether the list below a listing has the notes to which its lines refer. *lines*: of the whole text."""
    numbers = notes_in(fence.source)
    opening = OPENING.match(lines[fence.line - 1])
    if not numbers or fence.end is None or opening is None:
        return
    prefix = opening["prefix"]
    item = re.compile(rf"{re.escape(prefix)}\d+\. ")
    count = 0
    for line in lines[fence.end :]:
        if item.match(line):
            count += 1
        elif line.strip("> ") and not line.startswith(prefix + "   "):
            break
    if sorted(numbers) != list(range(1, count + 1)):
        yield Problem(
            fence.line,
            gettext(
                "The listing refers to the notes %(notes)s, but the list below it has %(count)s entries; each note "
                "needs one, and each one its `# (1)!` in the listing."
            )
            % {"notes": ", ".join(map(str, numbers)), "count": count},
        )


def _check_listing(fence: Fence, lines: dict[str, int]) -> Iterator[Problem]:
    """What is wrong with the name of a listing and its framework. *lines* holds where the names so far stand."""
    name, framework = fence.options.get("listing"), fence.options.get("framework")
    if SHOWCASE in fence.options and name is None:
        yield Problem(
            fence.line, gettext("Only a listing can be the showcase of its course: give it a name and a framework.")
        )
    if name is None and framework is None and "request" not in fence.options:
        return
    if not is_program(fence):
        yield Problem(
            fence.line, gettext("Only a whole Python program can be a listing: leave out listing and framework.")
        )
    elif name is None or not is_slug(name):
        yield Problem(
            fence.line, gettext('A listing has a name of small letters, digits and hyphens: listing="first-app"')
        )
    elif lines.setdefault(name, fence.line) != fence.line:
        yield Problem(
            fence.line,
            gettext('The listing in line %(line)s is called "%(name)s", too.') % {"line": lines[name], "name": name},
        )
    elif framework not in FRAMEWORKS:
        yield Problem(
            fence.line,
            gettext('Say what runs the listing: framework="…" with one of %(frameworks)s.')
            % {"frameworks": ", ".join(FRAMEWORKS)},
        )
    elif "request" in fence.options and framework in KINDS:
        yield Problem(fence.line, gettext("Only a web application is sent a request: leave out request."))
    elif "request" in fence.options and not REQUEST.fullmatch(fence.options["request"]):
        yield Problem(
            fence.line, gettext('A request is a method and a path, and a body if need be: request="GET /items/2"')
        )


def _check_python(fence: Fence) -> Iterator[Problem]:
    if problem := python_problem(fence.source, with_warnings=True):
        line, reason = problem
        yield Problem(
            fence.line + line,
            gettext("This Python does not parse: %(reason)s. If it is a piece of a program: ```python fragment")
            % {"reason": reason},
        )


def python_problem(source: str, *, with_warnings: bool = False) -> tuple[int, str] | None:
    """The line, from 1, and Python's own words, where *source* is no Python; None where it is.

    with_warnings also finds what Python only warns of, such as an invalid escape sequence.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error" if with_warnings else "ignore")
            ast.parse(source)
    except SyntaxError as error:
        return max(1, error.lineno or 1), error.msg
    except (ValueError, MemoryError, RecursionError) as error:
        return 1, str(error) or type(error).__name__
    return None


def _check_beginning(prose: str) -> Iterator[Problem]:
    if front_matter := FRONT_MATTER.match(prose):
        yield Problem(
            prose.count("\n", 0, front_matter.start("fence")) + 1,
            gettext(
                "The text begins with the front matter of a file, which readers would see: leave out all of it, up to "
                "the second +++."
            ),
        )


def _check_headings(lines: list[str]) -> Iterator[Problem]:
    above = 1  # the page's own title
    for number, line in enumerate(lines, start=1):
        level = 0
        if heading := HEADING.fullmatch(line):
            level = len(heading["level"])
        elif (underline := UNDERLINE.fullmatch(line)) and number > 1 and lines[number - 2].strip():
            level = 1 if underline["sign"][0] == "=" else 2
        elif empty := EMPTY_HEADING.fullmatch(line):
            level = len(empty["level"])
            yield Problem(number, gettext("This heading has no words."))
            if level == 1:
                continue
        if level == 1:
            yield Problem(number, gettext("The page's title is its only heading of level 1; start with ##."))
        elif level > above + 1:
            yield Problem(
                number,
                gettext("The heading jumps from level %(above)s to level %(level)s.")
                % {"above": above, "level": level},
            )
        above = level or above


def _check_callouts(lines: list[str], indents: list[str | None]) -> Iterator[Problem]:
    folded: list[str] = []  # the indents of the folded texts in which a line is
    for number, (line, indent) in enumerate(zip(lines, indents, strict=True), start=1):
        if indent is None:
            continue
        while folded and not indent.startswith(folded[-1] + TAB_INDENT):
            folded.pop()
        callout = CALLOUT.fullmatch(line)
        if callout:
            known = CALLOUTS if callout["sign"] == "!!!" else FOLDED
            if callout["kind"].lower() not in known:
                yield Problem(
                    number,
                    gettext('Unknown callout "%(kind)s"; there are %(known)s.')
                    % {"kind": callout["kind"], "known": ", ".join(known)},
                )
            elif not _has_content(indents, number):
                yield Problem(
                    number, gettext("This callout has no content; indent it by four spaces, below the first line.")
                )
            if callout["sign"] != "!!!":
                folded.append(callout["prefix"])
        elif folded and HEADING.fullmatch(line):
            yield Problem(
                number,
                gettext("What is folded has no headings: the contents of the page would lead to what is hidden."),
            )


def _has_content(indents: list[str | None], number: int) -> bool:
    """Whether what follows line *number*, which is not empty, is indented below it."""
    content = next((one for one in indents[number:] if one is not None), "")
    return content.startswith((indents[number - 1] or "") + TAB_INDENT)


@dataclass(slots=True)
class _TabSet:
    prefix: str  # in front of its tabs: spaces, or the signs of a quotation
    line: int
    count: int = 0
    titles: set[str] = field(default_factory=set)


def _check_tabs(lines: list[str], indents: list[str | None]) -> Iterator[Problem]:
    """*indents* are those of the lines with their code; None for a line that is empty."""
    open_sets: list[_TabSet] = []
    sets: list[_TabSet] = []
    for number, (line, indent) in enumerate(zip(lines, indents, strict=True), start=1):
        if indent is None:
            continue
        tab = TAB.fullmatch(line)
        if tab and tab["sign"] in ("", "!") and tab["gap"] and re.fullmatch(r"\".*\"", tab["title"]):
            while open_sets and not _goes_on(open_sets[-1], indent, with_tab=not tab["sign"]):
                yield from _check_count(open_sets.pop())
            if not open_sets or open_sets[-1].prefix != indent:
                open_sets.append(_TabSet(indent, number))
                sets.append(open_sets[-1])
            yield from _check_tab(open_sets[-1], number, tab["title"].strip('" '))
            if not _has_content(indents, number):
                yield Problem(number, gettext("This tab has no content; indent it by four spaces, below the title."))
            continue
        while open_sets and not _goes_on(open_sets[-1], indent, with_tab=False):
            yield from _check_count(open_sets.pop())
        if tab:
            yield Problem(number, gettext('Cannot read this tab; write it like: === "Flask"'))
        elif open_sets and HEADING.fullmatch(line):
            yield Problem(
                number, gettext("A tab has no headings: the contents of the page would lead to what is hidden.")
            )
    while open_sets:
        yield from _check_count(open_sets.pop())
    yield from _check_variants(sets)


def _check_variants(sets: list[_TabSet]) -> Iterator[Problem]:
    """Who has chosen a framework in one set has it in all of them: so each set needs what the others have."""
    compared = [(tabs, {tab_slug(title): title for title in tabs.titles}) for tabs in sets]
    compared = [(tabs, variants) for tabs, variants in compared if variants.keys() & set(FRAMEWORKS)]
    known = {slug: title for _, variants in compared for slug, title in variants.items() if slug in FRAMEWORKS}
    for tabs, variants in compared:
        if missing := [known[slug] for slug in FRAMEWORKS if slug in known and slug not in variants]:
            yield Problem(
                tabs.line,
                gettext("These tabs have nothing for %(missing)s, which other tabs of this text have.")
                % {"missing": ", ".join(missing)},
            )


def _goes_on(tabs: _TabSet, indent: str, *, with_tab: bool) -> bool:
    """Whether a line belongs to the set: it is a tab of it, or in one."""
    return indent.startswith(tabs.prefix + TAB_INDENT) or (with_tab and indent == tabs.prefix)


def _check_tab(tabs: _TabSet, line: int, title: str) -> Iterator[Problem]:
    if not title:
        yield Problem(line, gettext("The tab has no title."))
    elif title in tabs.titles:
        yield Problem(line, gettext('Another tab of this set is called "%(title)s", too.') % {"title": title})
    tabs.titles.add(title)
    tabs.count += 1


def _check_count(tabs: _TabSet) -> Iterator[Problem]:
    if tabs.count == 1:
        yield Problem(tabs.line, gettext("One tab alone is nothing to choose from."))


def _check_tags(prose: str, image_names: Collection[str] | None) -> Iterator[Problem]:
    for tag in TAG.finditer(prose):
        line = _line(prose, tag)
        name = tag["name"].lower()
        if name not in TAGS or name == "button":  # buttons are made for the notes of listings only
            yield Problem(line, gettext("The tag <%(name)s> is not allowed and was left out.") % {"name": name})
        for attribute in DANGEROUS_ATTRIBUTE.finditer(tag["attributes"]):
            yield Problem(
                line,
                gettext("The attribute %(name)s is not allowed and was left out.")
                % {"name": attribute["name"].lower()},
            )
        if name == "img" and not re.search(r"\salt\s*=\s*(\"[^\"]*\S[^\"]*\"|'[^']*\S[^']*')", tag["attributes"]):
            yield Problem(line, gettext("The image has no text for those who cannot see it."))
        if name == "img":
            source = TAG_SOURCE.search(tag["attributes"])
            yield from _check_image(line, source["target"] if source else "", image_names)


def _check_diagrams(prose: str, heading_ids: Collection[str]) -> Iterator[Problem]:
    """What the sanitiser leaves out of a drawing, and what is missing. Outside of a diagram it leaves out all of it."""
    ids = set(heading_ids)
    for figure in DIAGRAM.finditer(prose):
        for drawing in DRAWING.finditer(prose, *figure.span()):
            html = sanitise(f'<figure class="diagram">{drawing[0]}</figure>')
            line = _line(prose, drawing)
            kept = [(tag["name"], _attributes(tag["attributes"])) for tag in TAG.finditer(html)]
            names = set(kept[1][1].get("aria-labelledby", "").split()) if len(kept) > 1 else set()
            title = DRAWING_TITLE.search(html)
            if not (title and title["id"] in names and 'role="img"' in html):
                yield Problem(
                    line,
                    gettext(
                        'The diagram has no text for those who cannot see it: <svg role="img" aria-labelledby="dg-x" …>'
                        '<title id="dg-x">What it shows</title> …'
                    ),
                )
            if "viewBox" not in html:
                yield Problem(line, gettext("The diagram has no viewBox, and so no size."))
            yield from _check_drawing(prose, drawing, kept[:0:-1])
            for _, attributes in kept:
                if (name := attributes.get("id")) is not None:
                    if name in ids:
                        yield Problem(line, gettext('The id "%(name)s" stands twice on this page.') % {"name": name})
                    ids.add(name)
                    names.discard(name)
            for name in sorted(names):
                yield Problem(line, gettext('The diagram has nothing with the id "%(name)s".') % {"name": name})


def _check_drawing(prose: str, drawing: re.Match[str], kept: list[tuple[str, dict[str, str]]]) -> Iterator[Problem]:
    """The tags, attributes and classes of *drawing* that are not in *kept*: tags and attributes, the last one first."""
    for tag in TAG.finditer(prose, *drawing.span()):
        line, name = _line(prose, tag), tag["name"].lower()
        if not kept or kept[-1][0].lower() != name:
            yield Problem(
                line, gettext("The tag <%(name)s> is not allowed here in a diagram and was left out.") % {"name": name}
            )
            continue
        attributes = {key.lower(): value for key, value in kept.pop()[1].items()}
        for key, value in _attributes(tag["attributes"]).items():
            if key.lower() not in attributes:
                yield Problem(
                    line,
                    gettext('A diagram cannot have %(key)s="%(value)s" in <%(name)s>: it was left out.')
                    % {"key": key, "value": value, "name": name},
                )
            elif key == "class" and (unknown := set(value.split()) - set(attributes[key].split())):
                yield Problem(
                    line,
                    gettext("Unknown class %(unknown)s; there are %(classes)s.")
                    % {"unknown": ", ".join(sorted(unknown)), "classes": ", ".join(sorted(DIAGRAM_CLASSES))},
                )


def _attributes(text: str) -> dict[str, str]:
    return {attribute["name"]: attribute["value"] for attribute in ATTRIBUTE.finditer(text)}


def _check_image(line: int, source: str, image_names: Collection[str] | None) -> Iterator[Problem]:
    if not is_own_image(source):
        yield Problem(
            line,
            gettext(
                "Images come from this site: images/… of the course, or an address that starts with /; not %(target)s."
            )
            % {"target": source},
        )
    elif (own := IMAGE_PATH.fullmatch(source)) and image_names is not None and own["name"] not in image_names:
        yield Problem(line, gettext("The course has no image %(target)s.") % {"target": source})


def _check_images(prose: str, image_names: Collection[str] | None) -> Iterator[Problem]:
    for link in LINK.finditer(prose):
        if link["image"]:
            line = _line(prose, link)
            if not link["text"].strip():
                yield Problem(line, gettext("The image has no text for those who cannot see it: ![what it shows](…)."))
            if "![" in link["text"]:
                yield Problem(line, gettext("An image stands in the words of another one; write it behind that."))
            yield from _check_image(line, link["target"], image_names)


def _links(prose: str) -> Iterator[tuple[int, str]]:
    """The lines and the targets of all links."""
    for tag in TAG.finditer(prose):
        if found := TAG_TARGET.search(tag["attributes"]):
            yield _line(prose, tag), found["target"]
    for link in LINK.finditer(prose):
        if not link["image"]:
            yield _line(prose, link), link["target"]
    for definition in re.finditer(rf"^{DEFINITION.pattern}", prose, re.MULTILINE):
        yield _line(prose, definition), definition["target"]


def _check_target(
    line: int, target: str, heading_ids: Collection[str], lesson_slugs: Collection[str] | None, dead: Collection[str]
) -> Iterator[Problem]:
    if lesson := LESSON_LINK.fullmatch(target):
        if lesson_slugs is not None and lesson["slug"] not in lesson_slugs:
            yield Problem(line, gettext('The course has no lesson "%(slug)s".') % {"slug": lesson["slug"]})
        elif target in dead:
            yield Problem(
                line,
                gettext('The lesson "%(slug)s" has no heading with the address %(target)s.')
                % {"slug": lesson["slug"], "target": lesson["fragment"]},
            )
    elif target.startswith("#"):
        if target[1:] not in heading_ids:
            yield Problem(line, gettext("This page has no heading with the address %(target)s.") % {"target": target})
    elif target in dead:
        yield Problem(
            line,
            gettext('The link "%(target)s" leads nowhere: no course, lesson or exercise has this address.')
            % {"target": target},
        )
    elif not GOOD_TARGET.fullmatch(target):
        yield Problem(
            line,
            gettext('The link "%(target)s" leads nowhere; write lesson:slug, /path, #heading or https://….')
            % {"target": target},
        )


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1
