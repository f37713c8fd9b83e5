"""The programs in a text that this site can run: Python blocks with a name and a framework."""

from __future__ import annotations

from collections.abc import Iterator
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
# Those whose name is more than another spelling of their slug.
LONGER_NAMES = {"plotly-dash": "dash"}


@dataclass(frozen=True, slots=True)
class Listing:
    """name is unique in its text; line, from 1, is where its fence opens."""

    name: str
    framework: str
    source: str
    line: int


def is_program(fence: Fence) -> bool:
    """Whether a fence holds a whole Python program, and not a piece of one."""
    return fence.language == "python" and "fragment" not in fence.options


def listings(markdown: str) -> Iterator[Listing]:
    """The listings of a text in order."""
    for fence in find_fences(markdown.split("\n")):
        if is_program(fence) and fence.options.get("listing"):
            yield Listing(fence.options["listing"], fence.options.get("framework", ""), fence.source, fence.line)
