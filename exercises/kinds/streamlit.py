"""Kind streamlit: what is done with a Streamlit app's widgets, and what it is expected to show then.

    interact = {}                                                   # just look
    interact = { widgets = { Region = "South" }, trigger = { key = "go" } }     # by their keys or labels
    [case.expect]
    elements = [
        { type = "title", text = "Sales Dashboard" },               # the whole text; text_contains for a part
        { type = "line_chart", values = [120, 150, 170, 160], series = 1, count = 1 },
    ]

    interact = { each_option = { of = ["selectbox", "radio"] } }    # whatever there is to choose from
    expect = { filters = "chart" }                                  # a chart shows other rows for each option

All cases go on with the same session. `type`, `of`, `count` and `min_options` may use parameters, no random values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from django.utils.translation import gettext

from courses.hostile_text import clean, shortened
from exercises.case_files import CaseReader
from exercises.filling import as_text, fill
from exercises.json_values import SHOWN, NotJSON, difference, parse_json, shown
from exercises.kinds.examining import SHOWN_BODY, Answer, Examined, Message, Miss
from exercises.kinds.pages import CHARTS, Chart, Element, elements_of, exception_of, is_page
from exercises.python_errors import last_line

ASKS = "interact"

CHOICES = ("selectbox", "radio", "segmented_control", "pills")
TEXTS = ("title", "header", "subheader", "markdown", "text", "caption", "code", "json", "latex", "html", "badge",
         "metric", "success", "info", "warning", "error", "exception")  # fmt: skip
WIDGETS = ("multiselect", "checkbox", "toggle", "slider", "select_slider", "text_input", "text_area", "number_input",
           "date_input", "time_input", "button", "form_submit_button", "download_button", "link_button")  # fmt: skip
DATA = ("dataframe", "table", "data_editor")
LAYOUT = ("columns", "column", "tabs", "tab", "expander", "form", "popover", "divider", "image", "progress")
TYPES = (*TEXTS, *CHOICES, *WIDGETS, *DATA, "chart", *CHARTS, *LAYOUT)
CONDITIONS = ("text", "text_contains", "value", "values", "series", "rows", "options", "min_options")

MAX_ELEMENTS = 30
MAX_COUNT = 100
# Of connections, as the sandbox has them (a test compares the two).
MAX_CONNECTIONS = 1000
SWEEP_CONNECTIONS = 34
SHOWN_NAME = 100
SHOWN_VALUES = 12  # of a chart, in the outline of a page
OK = 200


class InteractTemplate(TypedDict):
    widgets: NotRequired[dict[str, Any]]
    trigger: NotRequired[dict[str, Any]]
    each_option: NotRequired[list[str]]


class ExpectTemplate(TypedDict):
    elements: NotRequired[list[dict[str, Any]]]  # type is an array
    filters: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Interaction:
    """Widgets to set and to click, by key or label; or types of widgets of which each option is tried."""

    widgets: Mapping[str, Any] = field(default_factory=dict)
    trigger: Mapping[str, Any] | None = None
    each_option: tuple[str, ...] = ()

    @property
    def shown(self) -> dict[str, Any]:
        done: dict[str, Any] = {}
        if self.each_option:
            done["each_option"] = list(self.each_option)
        if self.widgets:
            done["set"] = [
                [shortened(name, SHOWN_NAME), shortened(shown(value), SHOWN)] for name, value in self.widgets.items()
            ]
        if self.trigger:
            done["clicked"] = shortened(self.trigger["key"], SHOWN_NAME)
        return {"interact": done}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An element that shall be on the page. conditions are those of CONDITIONS that it must meet."""

    types: tuple[str, ...]
    count: int | None = None  # so many of the types are there; None is one at least
    conditions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    elements: tuple[Wanted, ...] = ()
    filters: bool = False  # each option of a widget shows another part of the rows in a chart

    def examine(self, answer: Answer) -> Examined:
        """Of a sweep, each look is compared with the elements."""
        looks: list[Look] = []  # and not their pages, of which there are dozens, half a megabyte each
        for look in answer.answers or (answer,):
            page = _page_of(look)
            if isinstance(page, Miss):
                return Examined(_response(looks), page)
            looks.append((look.chosen, elements_of(page)))
            if page["status"] == "error" and not self._wants_exception:
                return self._raised(page, looks)
        return Examined(_response(looks), self._miss_of(looks))

    @property
    def _wants_exception(self) -> bool:
        return any("exception" in wanted.types for wanted in self.elements)

    def _raised(self, page: Any, looks: Sequence[Look]) -> Examined:
        name, message, traceback = exception_of(page) or ("Exception", "", "")
        name, message = clean(name, SHOWN_NAME), shortened(message, SHOWN)
        raised: Message = {"exception": name, "message": message, "file": "", "line": None, "source": ""}
        miss = Miss({"code": "exception"} | raised, "", last_line(name, message))
        return Examined(_response(looks), miss, traceback.encode(errors="replace"))

    def _miss_of(self, looks: Sequence[Look]) -> Miss | None:
        for _, elements in looks[1:] or looks:
            for wanted in self.elements:
                if miss := _miss_of_element(wanted, elements):
                    return miss
        return _miss_of_filter(looks) if self.filters else None


Look = tuple[tuple[str, str] | None, list[Element]]  # which widget was set to which option, and what was shown then


# Reading


def read_question(case: CaseReader, raw: Any) -> dict[str, Any] | None:
    """What a case does, as a version stores it; None when something in it is wrong, which is noted then."""
    table = case.table(raw, "interact", optional=["widgets", "trigger", "each_option"])
    if table is None:
        return None
    interact: dict[str, Any] = {}
    if "widgets" in table:
        interact["widgets"] = table["widgets"]
        if not isinstance(table["widgets"], dict):
            case.problem(gettext("widgets must be a table of values by key or label"), "interact", "widgets")
    if "trigger" in table:
        trigger = case.table(table["trigger"], "interact", "trigger", required=["key"], optional=["value"])
        if trigger is None:
            return None
        case.text(trigger["key"], "interact", "trigger", "key")
        interact["trigger"] = trigger
    if "each_option" in table:
        if interact:
            case.problem(gettext("each_option stands alone"), "interact", "each_option")
        sweep = case.table(table["each_option"], "interact", "each_option", required=["of"])
        if sweep is None:
            return None
        interact["each_option"] = _read_types(case, sweep["of"], CHOICES, "interact", "each_option", "of")
    return interact


def read_expectation(case: CaseReader, raw: Any, question: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What a case that does *question* expects, as a version stores it; None when something in it is wrong."""
    table = case.table(raw, "expect", optional=["elements", "filters"])
    if table is None:
        return None
    if not table:
        case.problem(gettext("expect needs elements or filters"), "expect")
    expect: dict[str, Any] = {}
    if "elements" in table:
        listed = table["elements"]
        if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_ELEMENTS:
            case.problem(
                gettext("elements must be an array of 1 to %(most)s tables") % {"most": MAX_ELEMENTS},
                "expect",
                "elements",
            )
            return None
        expect["elements"] = [_read_element(case, one, index) for index, one in enumerate(listed)]
    if "filters" in table:
        expect["filters"] = table["filters"]
        if table["filters"] != "chart":
            case.problem(gettext('filters must be "chart"'), "expect", "filters")
        if question is not None and "each_option" not in question:
            case.problem(gettext("filters is for an interaction with each_option"), "expect", "filters")
    return expect


def too_much(cases: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the cases taken together; "" when nothing is."""
    sweeps = sum("each_option" in case[ASKS] for case in cases)
    needed = sweeps * SWEEP_CONNECTIONS + 2 * (len(cases) - sweeps)
    return (
        ""
        if needed <= MAX_CONNECTIONS
        else gettext("%(sweeps)s cases try each option; fewer, please") % {"sweeps": sweeps}
    )


def _read_element(case: CaseReader, raw: Any, index: int) -> dict[str, Any] | None:
    path: tuple[str | int, ...] = ("expect", "elements", index)
    table = case.table(raw, *path, label=gettext("an element"), required=["type"], optional=["count", *CONDITIONS])
    if table is None:
        return None
    element: dict[str, Any] = {"type": _read_types(case, table["type"], TYPES, *path, "type")}
    for name in CONDITIONS:
        if name not in table:
            continue
        value = table[name]
        if name == "text":
            value = case.text(value, *path, name)
        elif name == "text_contains":
            value = case.texts(value, *path, name)
        elif name in ("min_options", "series"):
            value = case.whole(value, 1, MAX_COUNT, *path, name)
        elif name != "value" and not isinstance(value, list):
            case.problem(gettext("%(name)s must be an array") % {"name": name}, *path, name)
        element[name] = value
    if "count" in table:
        element["count"] = case.whole(table["count"], 0, MAX_COUNT, *path, "count")
        if element["count"] == 0 and len(element) > 2:
            case.problem(gettext("of no elements at all nothing else can be said"), *path, "count")
    return element


def _read_types(case: CaseReader, raw: Any, known: Sequence[str], *path: str | int) -> list[Any]:
    types = raw if isinstance(raw, list) else [raw]
    if not types or not all(isinstance(one, str) and one in known for one in types):
        case.problem(
            gettext("%(name)s must be one of %(known)s, or an array of them")
            % {"name": path[-1], "known": ", ".join(known)},
            *path,
        )
    return types


# With the values of a run


def question(template: InteractTemplate, values: Mapping[str, Any]) -> Interaction:
    trigger = template.get("trigger")
    return Interaction(
        widgets=fill(template.get("widgets", {}), values),
        trigger=fill(trigger, values) if trigger else None,
        each_option=tuple(template.get("each_option", ())),
    )


def expectation(template: ExpectTemplate, values: Mapping[str, Any]) -> Expectation:
    elements = tuple(_wanted(element, values) for element in template.get("elements", ()))
    return Expectation(elements=elements, filters="filters" in template)


def _wanted(element: Mapping[str, Any], values: Mapping[str, Any]) -> Wanted:
    conditions = {name: fill(element[name], values) for name in CONDITIONS if name in element}
    if "text" in conditions:
        conditions["text"] = as_text(conditions["text"])
    return Wanted(types=tuple(element["type"]), count=element.get("count"), conditions=conditions)


# Comparing


def _page_of(look: Answer) -> Any:
    """The page, or a Miss where there is none."""
    try:
        page = parse_json(look.body)
    except NotJSON:
        page = None
    if look.status == OK and is_page(page) and not look.truncated:
        return page
    match page:
        case {"error": {"code": str(problem), "message": str(said)}}:
            refused: Message = {"code": "interaction_refused", "problem": clean(problem, SHOWN_NAME)}
            return Miss(refused | {"message": shortened(said, SHOWN)}, "", shortened(said, SHOWN))
    return Miss({"code": "no_answer", "error": "page_too_large" if look.truncated else "malformed"}, "", "")


def elements_in(look: Answer) -> list[Element]:
    """What stands on the page of one look; nothing where it is no page."""
    page = _page_of(look)
    return [] if isinstance(page, Miss) else elements_of(page)


def _miss_of_element(wanted: Wanted, elements: Sequence[Element]) -> Miss | None:
    types = list(wanted.types)
    found = [element for element in elements if any(map(element.is_a, wanted.types))]
    if wanted.count is not None and len(found) != wanted.count:
        message: Message = {"code": "element_count", "types": types, "expected": wanted.count, "actual": len(found)}
        return Miss(message, str(wanted.count), str(len(found)))
    if wanted.count == 0:
        return None
    if not found:
        return Miss({"code": "no_element", "types": types}, " / ".join(types), "")
    # That one is told which goes the farthest; of several the first.
    misses = [list(_unmet(wanted, element)) for element in found]
    unmet = min(misses, key=len)
    if not unmet:
        return None
    part, expected, actual = unmet[0]
    texts = [shortened(text, SHOWN) for text in (expected, actual)]
    message = {"code": "element_differs", "types": types, "part": part}
    return Miss(message | dict(zip(("expected", "actual"), texts, strict=True)), *texts)


def _unmet(wanted: Wanted, element: Element) -> Iterator[tuple[str, str, str]]:
    """The conditions that *element* does not meet: which, and what was expected and is there instead."""
    for part, expected in wanted.conditions.items():
        if part == "text":
            if element.text.strip() != expected.strip():
                yield part, expected, element.text
        elif part == "text_contains":
            missing = [text for text in expected if text not in element.text]
            if missing:
                yield part, missing[0], element.text
        elif part == "min_options":
            if len(element.options) < expected:
                yield part, str(expected), str(len(element.options))
        elif part == "series":
            drawn = element.chart.series if element.chart else 0
            if drawn != expected:
                yield part, str(expected), str(drawn)
        else:
            actual = _part_of(element, part)
            if difference(expected, actual):
                yield part, shown(expected), shown(actual)


def _part_of(element: Element, part: str) -> Any:
    if part == "values":
        return element.chart.values if element.chart else []
    if part == "rows":
        return element.rows or []
    return list(element.options) if part == "options" else element.value


def _miss_of_filter(looks: Sequence[Look]) -> Miss | None:
    """Why no widget filters the rows of a chart; of several widgets and charts the reason of the most promising."""
    first, *others = looks
    if not others:
        return Miss({"code": "no_choice"}, "", "")
    labels = {element.key: element.text for element in first[1]}
    reasons = []
    for key in dict.fromkeys(chosen[0] for chosen, _ in others if chosen):
        seen = [(chosen[1], elements) for chosen, elements in others if chosen and chosen[0] == key]
        reason = _reason_against(seen)
        if reason is None:
            return None
        reasons.append(reason | {"widget": clean(labels.get(key) or key, SHOWN_NAME)})
    message = min(reasons, key=lambda reason: FILTER_PROBLEMS.index(reason["problem"]))
    return Miss({"code": "no_filter"} | message, "", "")


# What can be wrong with a filter, the most promising one first.
FILTER_PROBLEMS = ("other_rows", "unstable", "no_rows", "same", "no_chart")


def _reason_against(seen: Sequence[tuple[str, list[Element]]]) -> Message | None:
    """Why a widget filters no chart; None when it does. *seen*: each option with its page, the first one again."""
    charts = [(option, [element.chart for element in elements if element.chart]) for option, elements in seen]
    for option, on_page in charts:
        if not on_page:
            return {"problem": "no_chart", "option": clean(option, SHOWN_NAME)}
    reasons = []
    for index in range(min(len(on_page) for _, on_page in charts)):
        reason = _reason_against_chart([(option, on_page[index]) for option, on_page in charts])
        if reason is None:
            return None
        reasons.append(reason)
    return min(reasons, key=lambda reason: FILTER_PROBLEMS.index(reason["problem"]))


def _reason_against_chart(seen: Sequence[tuple[str, Chart]]) -> Message | None:
    """Why one chart is not filtered: it has to show other rows for each option, and the same for the same.

    Where a column of it has the options as values, it shows for each of these its own rows only. More cannot be said
    without knowing what the options mean: All shows everything, and This year may show more than This month.
    """
    *options, (again, last) = seen
    if not options:  # the program ended before a second look
        return {"problem": "no_chart", "option": clean(again, SHOWN_NAME)}
    for option, chart in options:
        if chart.is_empty:
            return {"problem": "no_rows", "option": clean(option, SHOWN_NAME)}
    if options[0][1].drawing != last.drawing:
        return {"problem": "unstable", "option": clean(again, SHOWN_NAME)}
    drawings: dict[str, str] = {}
    for option, chart in options:
        other = drawings.setdefault(chart.drawing, option)
        if other != option:
            return {"problem": "same", "option": clean(option, SHOWN_NAME), "other": clean(other, SHOWN_NAME)}
    return _reason_in_labels(options)


def _reason_in_labels(seen: Sequence[tuple[str, Chart]]) -> Message | None:
    names = {option for option, _ in seen}
    columns: dict[int, dict[str, dict[str, None]]] = {}  # by option the texts in the column, each once, in their order
    for option, chart in seen:
        for row in chart.labelled:
            for column, value in enumerate(row):
                if isinstance(value, str):
                    columns.setdefault(column, {}).setdefault(option, {})[value] = None
    for _, called in sorted(columns.items()):
        options = names & {value for values in called.values() for value in values}
        if len(options) < 2:
            continue
        for option in (option for option, _ in seen if option in options):
            for value in called.get(option, {}):
                if value != option:
                    other = {"problem": "other_rows", "option": clean(option, SHOWN_NAME)}
                    return other | {"other": clean(value, SHOWN_NAME)}
    return None


# Showing


def _response(looks: Sequence[Look]) -> dict[str, Any] | None:
    """The outline of what was shown: the first page, then of each look the charts."""
    if not looks:
        return None
    lines = [_line(element) for element in looks[0][1]]
    for number, (_, elements) in enumerate(looks[1:], 1):
        drawn = [element for element in elements if element.chart or element.type in CHOICES]
        lines += [f"--- {number}", *map(_line, drawn)]
    text = "\n".join(filter(None, lines))
    return {"status": None, "headers": {}, "body": clean(text, SHOWN_BODY), "truncated": len(text) > SHOWN_BODY}


def _line(element: Element) -> str:
    """One element in a line; "" for one that only holds others."""
    parts = [element.text.strip().replace("\n", " ")] if element.text.strip() else []
    if element.value is not None:
        parts.append(shown(element.value))
    if element.options:
        parts.append(f"[{', '.join(element.options)}]")
    if element.chart:
        values = ", ".join(shown(value) for value in element.chart.values[:SHOWN_VALUES])
        parts.append(f"{values}, …" if len(element.chart.values) > SHOWN_VALUES else values)
    elif element.rows is not None:
        parts.append(f"({len(element.rows)}, {max(map(len, element.rows), default=0)})")
    return f"{element.type}: {'; '.join(parts)}" if parts else ""
