"""Finds in a page of the pseudo-locale the texts of the interface that are not translated.

Content is told from interface by marks that serve readers as well: `lang` on the element that holds content in the
course's language, `translate="no"` on names, code and what a program said. Code, keys and what is typed need no mark.

The admin's pages are Django's and have no such marks. There the content itself is told from the interface, by its
letters: see without_latin_letters() in config/tests/stage.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser

from config.tests.pseudolocale import CLOSE, CODE, OPEN

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template-code", "svg"}  # svg: the sprite; its icons are named by what uses them
LITERAL = {"code", "pre", "kbd", "samp", "textarea", "time", "bdi"}  # bdi: a value, whose direction nobody knows
TEXT_ATTRIBUTES = {
    "title", "alt", "placeholder", "label", "aria-label", "aria-description", "aria-roledescription", "aria-valuetext",
    "aria-placeholder",
}  # fmt: skip
# The same in every language.
NAMES = {"Fieldguide", "Flask", "Django", "FastAPI", "Starlette", "Pyramid", "aiohttp", "Sanic", "Tornado", "gevent",
         "Streamlit", "Plotly Dash"}  # fmt: skip
ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
SEPARATOR = re.compile(r"[|\u203a]")  # of the parts of a path
# What Django and django-allauth themselves leave in English, each the whole text of an element or attribute.
LEFT_BY_OTHERS = {
    "Search", "True", "False",  # alternative texts of pictures in the admin's lists
    "authenticator", "authenticators", "Authenticator", "Authenticators", "user session",
    "0 authenticators", "1 authenticator",
    "If disabled, the current password for this user will be lost.",
    "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to "
    "authenticate using other backends, such as Single Sign-On or LDAP.",
}  # fmt: skip
# What a group takes along when it is deleted.
NUMBERED_BY_OTHERS = re.compile(r"Group-permission relationships?: (Group_permissions object \()?\d+\)?")
WORD = re.compile(r"[A-Za-z]{2,}")
# A data attribute holds a text, for a script to show, when it is a phrase or begins as a sentence does.
PHRASE = re.compile(r"[A-Za-z]{2,}[,:]? [A-Za-z]|^[A-Z][a-z]+(?=[\s.,:…?!]|$)")


@dataclass(frozen=True)
class Element:
    tag: str
    lang: str
    is_interface: bool  # else content, code, or something that is not shown


class InterfaceTexts(HTMLParser):
    """untranslated: what a reader of the pseudo-locale sees in English; misplaced: interface marked as content."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", "", is_interface=True)]
        self.depth = 0  # of brackets: a translated text may hold tags, and names in any language
        self.known = sorted({*known, *NAMES}, key=len, reverse=True)
        self.untranslated: list[str] = []
        self.misplaced: list[str] = []
        self.language = ""

    def problems(self) -> list[str]:
        """All that is wrong with the page, a line each."""
        wrong = [f"not translated: {text}" for text in self.untranslated]
        wrong += [f"marked as content: {text}" for text in self.misplaced]
        if self.language and self.language != CODE:
            wrong.append(f"the page says that its language is {self.language}")
        if self.depth:
            wrong.append("a translated text was cut, or made part of something else")
        return wrong

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        parent = self.open[-1]
        lang = given.get("lang", parent.lang)
        if tag == "html":
            self.language = lang
        is_interface = parent.is_interface
        if "lang" in given:
            is_interface = lang == CODE
        if given.get("translate") == "no" or tag in SILENT | LITERAL:
            is_interface = False
        elif given.get("translate") == "yes":
            is_interface = True
        if is_interface:
            for name, value in given.items():
                if self._is_text(tag, name, value, given):
                    self._see_attribute(tag, name, value)
        if tag not in VOID:
            self.open.append(Element(tag, lang, is_interface))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        element = self.open[-1]
        known = self.known if element.tag == "title" else NAMES
        outside = []
        for part in re.split(f"([{OPEN}{CLOSE}])", data):
            if part == OPEN:
                self.depth += 1
                if element.lang and element.lang != CODE and not element.is_interface:
                    self.misplaced.append(" ".join(data.split()))
            elif part == CLOSE:
                self.depth -= 1
            elif self.depth == 0:
                outside.append(part)
        text = " ".join(" ".join(outside).split())
        text = NUMBERED_BY_OTHERS.sub("", text)
        ours = [part for part in SEPARATOR.split(text) if part.strip() not in LEFT_BY_OTHERS]
        if element.is_interface and has_words(" ".join(ours), known):
            self.untranslated.append(f"<{element.tag}> {text}")

    def _is_text(self, tag: str, name: str, value: str, given: dict[str, str]) -> bool:
        if name in TEXT_ATTRIBUTES:
            return True
        if tag == "input" and name == "value":
            return given.get("type") in ("submit", "button", "reset")
        return name.startswith("data-") and bool(PHRASE.search(value) or OPEN in value)

    def _see_attribute(self, tag: str, name: str, value: str) -> None:
        outside = re.sub(f"{OPEN}.*{CLOSE}", "", value, flags=re.DOTALL)
        if value not in LEFT_BY_OTHERS and has_words(outside, self.known):
            self.untranslated.append(f"<{tag} {name}> {value}")


def has_words(text: str, known: Iterable[str]) -> bool:
    """Whether there are words in *text* beside the *known* ones, the longest of which come first."""
    text = ID.sub("", ADDRESS.sub("", text))
    for name in known:
        text = text.replace(name, "")
    return bool(WORD.search(text))


def interface_texts(html: str, known: Iterable[str] = ()) -> InterfaceTexts:
    """What is wrong with the page *html*. *known*: content where no element can be marked, as in a title."""
    found = InterfaceTexts(known)
    found.feed(html)
    found.close()
    return found
