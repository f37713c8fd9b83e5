"""Components of a Dash layout, read from the JSON that a program made of it. All of it is hostile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from courses.hostile_text import shortened
from exercises.json_values import SHOWN, shown

MARKDOWN = "#*_ \t"  # what may stand around a text in dcc.Markdown that is shown as a heading or in bold


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What one component of the layout should be like. "" and () are any."""

    type: str = ""  # the name of its class, such as Dropdown
    id: str = ""
    text: str = ""  # its content, or a line of it
    options: tuple[str, ...] = ()  # some of what it offers, by label or value

    @property
    def shown(self) -> str:
        """As Python would make it: Dropdown(id="region", "North")."""
        parts = [f"id={shown(self.id)}" if self.id else "", shown(self.text) if self.text else ""]
        given = [part for part in parts if part] + [shown(option) for option in self.options]
        return f"{self.type or '…'}({', '.join(given)})"


def difference_from(wanted: Component, layout: Any) -> dict[str, Any] | None:
    """How *layout* fails to have the component, as a message (exercises.judging); None when it has it."""
    everything = list(components_in(layout))
    named = [one for one in everything if not wanted.id or one["props"].get("id") == wanted.id]
    found = [one for one in named if not wanted.type or one["type"] == wanted.type]
    if not found and (wanted.type or wanted.id):
        other = shortened(named[0]["type"], SHOWN) if wanted.id and named else ""
        return {"code": "no_component", "type": wanted.type, "id": wanted.id, "actual": other}
    if wanted.text and not any(wanted.text in lines_of(one) for one in found):
        return {"code": "no_content", "expected": wanted.text}
    offers = [offers_of(one["props"].get("options")) for one in found]
    for option in wanted.options:
        if not any(option in labels or option in values for labels, values in offers):
            actual = offers[0][0] if offers else []
            return {"code": "no_option", "expected": option, "actual": shortened(shown(actual), SHOWN)}
    return None


def components_in(value: Any) -> Iterator[dict[str, Any]]:
    """The components in a JSON value, those outside before those in them."""
    if isinstance(value, dict):
        match value:
            case {"type": str(), "namespace": str(), "props": dict()}:
                yield value
        for member in value.values():
            yield from components_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from components_in(member)


def lines_of(component: Mapping[str, Any]) -> list[str]:
    """The lines of text that are the content of a component itself, not of one in it."""
    children = component["props"].get("children")
    parts = children if isinstance(children, list) else [children]
    return [line.strip(MARKDOWN) for part in parts if isinstance(part, str) for line in part.splitlines()]


def offers_of(options: Any) -> tuple[list[Any], list[Any]]:
    """Labels and values, in each of the forms that Dash takes: texts, tables of both, or one table of value: label."""
    if isinstance(options, dict):
        return list(options.values()), list(options)
    listed = options if isinstance(options, list) else []
    pairs = [(one.get("label"), one.get("value")) if isinstance(one, dict) else (one, one) for one in listed]
    return [label for label, _ in pairs], [value for _, value in pairs]
