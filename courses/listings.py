"""The programs in a text that this site can run: Python blocks with a name and a framework."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from courses.code_blocks import Fence, find_fences

# What a listing may be run with; "python" is a program without a framework. Those that learners can solve exercises in
# are the same ones (a test compares them).
FRAMEWORKS = (
    "flask", "django", "fastapi", "starlette", "pyramid", "aiohttp", "sanic", "tornado", "gevent", "streamlit", "dash",
    "python",
)  # fmt: skip
# Option of the listing with which its course introduces itself on the home page.
SHOWCASE = "showcase"
# How a listing is asked what it does, where it is not a web application: by its framework.
KINDS = {"python": "script", "streamlit": "streamlit"}
# What is asked of a web application to begin with: request="GET /items/2", request='POST /items {"name": "Tea"}'.
REQUEST = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)(?: (?P<body>.+))?")
# Those whose name is more than another spelling of their slug.
LONGER_NAMES = {"plotly-dash": "dash"}


@dataclass(frozen=True, slots=True)
class Listing:
    """name is unique in its text; line, from 1, is where its fence opens.

    method, path and body are what is asked of it to begin with, where it is a web application.
    """

    name: str
    framework: str
    source: str
    line: int
    title: str = ""
    method: str = "GET"
    path: str = "/"
    body: str = ""

    @property
    def kind(self) -> str:
        """How it is asked what it does, as the kinds of exercises are called: http, script or streamlit."""
        return KINDS.get(self.framework, "http")

    @property
    def url(self) -> str:
        """Where it can be run, relative to its lesson."""
        return f"run/{self.name}/"


def is_program(fence: Fence) -> bool:
    """Whether a fence holds a whole Python program, and not a piece of one."""
    return fence.language == "python" and "fragment" not in fence.options


def listings(markdown: str) -> Iterator[Listing]:
    """The listings of a text in order."""
    for fence in find_fences(markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if is_program(fence) and fence.options.get("listing"):
            yield listing_in(fence.options, fence.source, fence.line)


def listing_in(options: Mapping[str, str], source: str, line: int = 0) -> Listing:
    """The listing of a fence with these *options*, which name one."""
    asked = REQUEST.fullmatch(options.get("request", ""))
    request = {name: value for name, value in asked.groupdict().items() if value} if asked else {}
    framework, title = options.get("framework", ""), options.get("title", "")
    return Listing(options["listing"], framework, source, line, title, **request)
