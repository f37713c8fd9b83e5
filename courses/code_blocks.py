"""Fenced code: which languages there are, what the line that opens a fence may say, and how a block is highlighted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from courses.code_lines import Look, code_lines

# Language after the fence -> what the head of the block says when the fence has no title.
LANGUAGES = {
    "bash": "Shell",
    "console": "Terminal",
    "css": "CSS",
    "diff": "Diff",
    "docker": "Dockerfile",
    "html": "HTML",
    "html+django": "Template",
    "http": "HTTP",
    "ini": "INI",
    "javascript": "JavaScript",
    "json": "JSON",
    "nginx": "nginx",
    "pycon": "Python console",
    "pytb": "Traceback",
    "python": "Python",
    "sql": "SQL",
    "text": "Text",
    "toml": "TOML",
    "yaml": "YAML",
}

# title="main.py"; hl_lines="2 4-6"; linenums="1": numbers from there on; hide="1-3": shown when asked for;
# fragment: Python that is no whole program, so nobody tries to parse it;
# listing="first-app" framework="fastapi" request="GET /items/2": a program to run, see courses.listings.
OPTIONS = {"title", "hl_lines", "linenums", "hide", "fragment", "listing", "framework", "request", "showcase"}

# Its accessible name says what it runs, and begins with the word that is seen.
RUN_LINK = (
    '<a class="run-link" href="{url}"><span class="run-word">Run</span><span class="visually-hidden"> {name}</span></a>'
)

HEADER = re.compile(
    r"""(?P<language>[\w#.+-]+)?(?P<options>(?:[ \t]+[a-zA-Z]\w*(?:="[^"]*"|='[^']*')?)*)[ \t]*""", re.VERBOSE
)
OPTION = re.compile(r"""(?P<key>[a-zA-Z]\w*)(?:=(?P<quote>["'])(?P<value>.*?)(?P=quote))?""")
OPENING = re.compile(r"(?P<prefix>[> \t]*)(?P<fence>`{3,}|~{3,})(?P<header>[^`]*)$")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block as it stands in the Markdown. Lines count from 1; end is None when the fence is never closed."""

    line: int
    end: int | None
    header: str
    source: str
    language: str = ""
    options: dict[str, str] = field(default_factory=dict)
    is_understood: bool = True  # False: the header says something that no fence understands


def find_fences(lines: list[str]) -> Iterator[Fence]:
    """The fenced blocks of a text, also those in lists, quotations and callouts, in order."""
    index = 0
    while index < len(lines):
        opening = OPENING.match(lines[index])
        if not opening:
            index += 1
            continue
        prefix, fence = opening["prefix"], opening["fence"]
        body: list[str] = []
        end = None
        for number in range(index + 1, len(lines)):
            line = lines[number]
            inner = line[len(prefix) :] if line.startswith(prefix) else line.lstrip("> \t")
            if inner.rstrip() == fence:
                end = number
                break
            body.append(inner)
        yield _fence(index + 1, None if end is None else end + 1, opening["header"].strip(), "\n".join(body))
        index = len(lines) if end is None else end + 1


def _fence(line: int, end: int | None, header: str, source: str) -> Fence:
    match = HEADER.fullmatch(header)
    if not match:
        return Fence(line, end, header, source, is_understood=False)
    options = {option["key"]: option["value"] or "" for option in OPTION.finditer(match["options"])}
    return Fence(line, end, header, source, match["language"] or "", options)


def _lexer(language: str) -> Lexer:
    # A new one each time: some lexers keep state, and several threads may be here at once.
    return get_lexer_by_name(language if language in LANGUAGES else "text", stripnl=False)


def code_block(
    source: str, *, language: str, title: str = "", look: Look | None = None, run_url: str = "", anchor: str = ""
) -> str:
    """HTML of one block: a head with the file's name or the language, then the highlighted code.

    run_url is where it can be run, of a listing: a link there stands in the head, and a script makes a button of it.
    anchor is the id of the whole, so that a link can lead to it.
    """
    code = code_lines(source, _lexer(language), look or Look())
    name = title or LANGUAGES.get(language, LANGUAGES["text"])
    run = RUN_LINK.format(url=escape(run_url), name=escape(name)) if run_url else ""
    place = f' id="{escape(anchor)}"' if anchor else ""
    return (
        f'<div class="codeblock"{place}><div class="cbhead"><span class="name">{escape(name)}</span>{run}</div>'
        f'<div class="hl"><pre><code>{code}</code></pre></div></div>'
    )
