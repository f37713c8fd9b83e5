"""What the judge has to know of a page of Streamlit's: which widgets it has. The page is the program's, and hostile."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MAX_NODES = 20_000
MAX_NAME = 1000  # characters of a key, a label or an option
MAX_KEY = 200  # of a key that is sent in the place of a label, so that a page cannot make that too large to send


@dataclass(frozen=True, slots=True)
class Choice:
    """A widget that offers options. *submit* is the key of the button that sends it, where it stands in a form."""

    key: str
    options: Sequence[str]
    submit: str | None = None


def session_in(body: bytes) -> str | None:
    """The session that an answer names."""
    page = _page(body)
    return _name(page.get("session_id"))


def choices_in(body: bytes, types: Sequence[str]) -> list[Choice]:
    """The widgets of *types* that offer at least two options, in the order of the page."""
    nodes = list(_nodes(_page(body)))
    buttons = {
        _name(node.get("form_id")): _name(node.get("key")) for node in nodes if node.get("type") == "form_submit_button"
    }
    choices = []
    for node in nodes:
        key, options = _name(node.get("key")), _options(node)
        if node.get("type") in types and key and len(options) > 1:
            choices.append(Choice(key, options, buttons.get(_name(node.get("form_id"))) if "form_id" in node else None))
    return choices


def key_of(name: str, body: bytes) -> str:
    """The key of the widget that is called *name* on a page: by its key, else by its label, if one alone has it."""
    labelled = set()
    for node in _nodes(_page(body)):
        key, props = _name(node.get("key")), node.get("props")
        if key == name:
            return name
        if key and len(key) <= MAX_KEY and isinstance(props, dict) and props.get("label") == name:
            labelled.add(key)
    return labelled.pop() if len(labelled) == 1 else name


def _page(body: bytes) -> dict[str, Any]:
    try:
        page = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return page if isinstance(page, dict) else {}


def _nodes(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The elements of a page and the blocks that hold them, from top to bottom."""
    waiting: list[Any] = [page.get("tree")]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            children = node.get("children")
            if isinstance(children, list):
                waiting += children[MAX_NODES::-1]


def _options(node: dict[str, Any]) -> list[str]:
    props = node.get("props")
    options = props.get("options") if isinstance(props, dict) else None
    return [one for one in options if _name(one)] if isinstance(options, list) else []


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= MAX_NAME else None
