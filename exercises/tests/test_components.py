"""Components of a Dash layout, as Dash writes them."""

import json

import pytest

from exercises.cases import expected, parse
from sandbox import Observation

CASES = parse("""
[random]
word = { kind = "word" }

[[case]]
name = "The dropdown offers the regions"
request = { path = "/_dash-layout" }
expect = { component = { type = "Dropdown", id = "region", options = ["North", "South"] } }

[[case]]
name = "The text is shown"
request = { path = "/_dash-layout" }
expect = { component = [{ text = "Hello" }] }

[[case]]
name = "The word is shown"
request = { path = "/_dash-layout" }
expect = { component = { text = "${word}" } }
""")


def component(name, **props):
    return {"props": props, "type": name, "namespace": "dash_html_components"}


def message_of(layout, *, case):
    expectation = expected(CASES, seed=1)[case]
    miss = expectation.examine(Observation(status=200, body=json.dumps(layout).encode())).miss
    return miss and miss.message


@pytest.mark.parametrize(
    "options",
    [
        ["North", "South"],
        ["West", "South", "North"],
        [{"label": "North", "value": "n"}, {"label": "South", "value": "s"}],
        [{"label": component("B", children="North"), "value": "North"}, "South"],
        {"n": "North", "s": "South"},
        {"North": "the north", "South": "the south"},
    ],
)
def test_options_are_found_in_every_form(options):
    layout = component("Div", children=[component("Dropdown", id="region", options=options)])

    assert message_of(layout, case=0) is None


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (component("Div"), {"code": "no_component", "type": "Dropdown", "id": "region", "actual": ""}),
        ([], {"code": "no_component", "type": "Dropdown", "id": "region", "actual": ""}),
        ([component("Div", id="region"), component("Dropdown", id="r", options=["North", "South"])],
         {"code": "no_component", "type": "Dropdown", "id": "region", "actual": "Div"}),
        (component("Dropdown", id="region", options=["North"]),
         {"code": "no_option", "expected": "South", "actual": '["North"]'}),
        ([component("P", children=["North", "South"]), component("Dropdown", id="region")],
         {"code": "no_option", "expected": "North", "actual": "[]"}),
        ({"type": "Dropdown", "props": {"id": "region"}},
         {"code": "no_component", "type": "Dropdown", "id": "region", "actual": ""}),
    ],
)  # fmt: skip
def test_a_component_is_found_by_type_and_id(layout, message):
    assert message_of(layout, case=0) == message


@pytest.mark.parametrize(
    "layout",
    [
        component("Div", children="Hello"),
        component("Div", children=[component("Br"), "Hello", 3, None]),
        [component("H1", children=component("B", children=" Hello "))],
        component("Markdown", children="\n# Hello\n\nThis is **Dash**.\n"),
        component("Markdown", children=["**Hello**"]),
        component("Tooltip", label=component("Span", children="Hello")),
    ],
)
def test_a_text_is_the_content_of_a_component(layout):
    assert message_of(layout, case=1) is None


@pytest.mark.parametrize(
    "layout",
    [
        component("Div", children="Hello!"),
        component("Div", children=["Hel", "lo"]),
        component("Div", id="Hello"),
        component("Div", title="Hello", children="More"),
        component("Store", data="Hello"),
        {"children": "Hello"},
        "Hello",
    ],
)
def test_a_text_elsewhere_is_no_content(layout):
    assert message_of(layout, case=1) == {"code": "no_content", "expected": "Hello"}


def test_what_is_no_json_has_no_components():
    (_, expectation, _) = expected(CASES, seed=1)

    miss = expectation.examine(Observation(status=200, body=b"<p>Hello</p>")).miss

    assert miss is not None
    assert miss.message == {"code": "not_json", "problem": "syntax", "line": 1, "column": 1}


def test_a_random_value_can_be_the_content():
    words = message_of(component("Div", children="Hello"), case=2)

    assert words is not None
    assert message_of(component("Div", children=words["expected"]), case=2) is None
