"""Kind streamlit: what may stand in its cases, and learners' apps in the real sandbox, in many styles."""

import base64
import json
import tracemalloc
from time import process_time

import pytest

from exercises.cases import CasesError, expected, parse, questions
from exercises.judging import judge_files
from exercises.kinds import streamlit
from exercises.kinds.pages import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Chart, elements_of
from exercises.kinds.streamlit import Expectation, Interaction, Wanted, _reason_against_chart
from exercises.models import ExerciseVersion, Run
from sandbox import Job, Observation, WidgetSweep, job
from sandbox.tests.supervised import supervised

Verdict = Run.Verdict

DASHBOARD = """
[[case]]
name = "The title is Sales Dashboard"
why = "It says what the page is about."
interact = {}
expect = { elements = [{ type = "title", text = "Sales Dashboard" }] }

[[case]]
name = "One line chart shows the sales"
interact = {}
expect = { elements = [{ type = "line_chart", values = [120, 150, 170, 160], series = 1, count = 1 }] }
"""
CHOICE = """
[[case]]
name = "A chart is shown"
interact = {}
expect = { elements = [{ type = "chart" }] }

[[case]]
name = "There is a choice of at least two options"
interact = {}
expect = { elements = [{ type = ["selectbox", "radio"], min_options = 2 }] }

[[case]]
name = "The chart shows the chosen rows"
interact = { each_option = { of = ["selectbox", "radio"] } }
expect = { filters = "chart" }
"""


def case(interact="{}", expect='{ elements = [{ type = "title" }] }', before=""):
    """A cases.toml whose [[case]] starts on line 2; interact is line 4, expect line 5."""
    return f'{before}\n[[case]]\nname = "It shows"\ninteract = {interact}\nexpect = {expect}\n'


def test_parse_keeps_what_is_done_and_shown():
    text = """
random.name.kind = "word"
[[case]]
name = "It greets"
interact = { widgets = { Name = "${name}", n = 3 }, trigger = { key = "Greet" } }
expect = { elements = [{ type = ["text", "markdown"], text_contains = "${name}" }, { type = "radio", count = 0 }] }
"""
    (greeted,) = parse(text, kind="streamlit")

    assert greeted["interact"] == {"widgets": {"Name": "${name}", "n": 3}, "trigger": {"key": "Greet"}}
    assert greeted["expect"] == {
        "elements": [{"type": ["text", "markdown"], "text_contains": ["${name}"]}, {"type": ["radio"], "count": 0}]
    }
    (question,) = questions([greeted], seed=1)
    name = question.widgets["Name"]
    assert question == Interaction({"Name": name, "n": 3}, {"key": "Greet"})
    assert question.shown == {"interact": {"set": [["Name", f'"{name}"'], ["n", "3"]], "clicked": "Greet"}}
    assert expected([greeted], seed=1) == [
        Expectation(elements=(
            Wanted(types=("text", "markdown"), conditions={"text_contains": [name]}),
            Wanted(types=("radio",), count=0),
        ))
    ]  # fmt: skip


def test_each_option_is_a_sweep():
    *_, swept = parse(CHOICE, kind="streamlit")

    (question,) = questions([swept], seed=1)
    assert question == Interaction(each_option=("selectbox", "radio"))
    assert question.shown == {"interact": {"each_option": ["selectbox", "radio"]}}
    assert expected([swept], seed=1) == [Expectation(filters=True)]


def test_sweeps_are_bounded_as_the_sandbox_bounds_them():
    swept = Job(kind="http", framework="streamlit", files={"main.py": b""}, probes=[WidgetSweep(())])

    assert (job.MAX_SOCKETS, swept.sockets) == (streamlit.MAX_CONNECTIONS, streamlit.SWEEP_CONNECTIONS)


TYPES = ", ".join(streamlit.TYPES)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (case(interact='"click"'), "line 4: interact must be a table"),
        (case(interact="{ click = 1 }"), "line 4: unknown key 'click'; interact knows each_option, trigger, widgets"),
        (case(interact="{ widgets = [] }"), "line 4: widgets must be a table of values by key or label"),
        (case(interact="{ trigger = {} }"), "line 4: trigger needs 'key'"),
        (case(interact="{ trigger = { key = 1 } }"), "line 4: key must be a text in quotes"),
        (case(interact='{ each_option = ["radio"] }'), "line 4: each_option must be a table"),
        (case(interact='{ each_option = { of = ["slider"] } }'),
         "line 4: of must be one of selectbox, radio, segmented_control, pills, or an array of them"),
        (case(interact='{ each_option = { of = "radio" }, widgets = {} }'), "line 4: each_option stands alone"),
        (case(expect="{}"), "line 5: expect needs elements or filters"),
        (case(expect="{ elements = [] }"), "line 5: elements must be an array of 1 to 30 tables"),
        (case(expect="{ elements = [{}] }"), "line 5: an element needs 'type'"),
        (case(expect='{ elements = [{ type = "line" }] }'),
         f"line 5: type must be one of {TYPES}, or an array of them"),
        (case(expect='{ elements = [{ type = "title", contains = "x" }] }'),
         "line 5: unknown key 'contains'; an element knows count, min_options, options, rows, series, text, "
         "text_contains, type, value, values"),
        (case(expect='{ elements = [{ type = "title", text = 1 }] }'), "line 5: text must be a text in quotes"),
        (case(expect='{ elements = [{ type = "chart", values = 1 }] }'), "line 5: values must be an array"),
        (case(expect='{ elements = [{ type = "chart", rows = {} }] }'), "line 5: rows must be an array"),
        (case(expect='{ elements = [{ type = "radio", min_options = 0 }] }'),
         "line 5: min_options must be a whole number from 1 to 100"),
        (case(expect='{ elements = [{ type = "radio", count = -1 }] }'),
         "line 5: count must be a whole number from 0 to 100"),
        (case(expect='{ elements = [{ type = "title", count = 0, text = "x" }] }'),
         "line 5: of no elements at all nothing else can be said"),
        (case(expect='{ filters = "chart" }'), "line 5: filters is for an interaction with each_option"),
        (case(interact='{ each_option = { of = "radio" } }', expect='{ filters = "table" }'),
         'line 5: filters must be "chart"'),
        ("".join(case(interact='{ each_option = { of = "radio" } }').replace("It", f"{n}") for n in range(30)),
         "line 2: 30 cases try each option; fewer, please"),
    ],
)  # fmt: skip
def test_parse_names_the_line_of_a_mistake(text, problem):
    with pytest.raises(CasesError) as caught:
        parse(text, kind="streamlit")

    assert str(caught.value) == problem


def page(*elements, status="ready"):
    tree = {"type": "root", "children": [{"type": "main", "children": list(elements)}]}
    return {"session_id": "s", "status": status, "tree": tree}


def look(*elements, chosen=None, **fields):
    return Observation(status=200, body=json.dumps(page(*elements, **fields)).encode(), chosen=chosen)


def text(kind, body):
    return {"type": kind, "props": {"body": body}}


def test_headings_in_markdown_are_headings():
    found = elements_of(page(text("markdown", "# Sales #\nfirst\n```\n# a comment\n```\n  ## Regions\n#### no\n#none")))

    assert [(element.type, element.text) for element in found if element.type != "markdown"][2:] == [
        ("title", "Sales"), ("header", "Regions")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("element", "wanted", "message"),
    [
        (text("title", " Sales "), '{ type = "title", text = "Sales" }', None),
        (text("header", "Sales"), '{ type = ["title", "header"], text = "Sales" }', None),
        (text("markdown", "# Sales"), '{ type = "title", text = "Sales" }', None),
        (text("header", "Sales"), '{ type = "title", text = "Sales" }', {"code": "no_element", "types": ["title"]}),
        (text("title", "sales"), '{ type = "title", text = "Sales" }',
         {"code": "element_differs", "types": ["title"], "part": "text", "expected": "Sales", "actual": "sales"}),
        (text("title", "All sales"), '{ type = "title", text_contains = ["All", "Sales"] }',
         {"code": "element_differs", "types": ["title"], "part": "text_contains", "expected": "Sales",
          "actual": "All sales"}),
        (text("title", "Sales"), '{ type = "title", count = 2 }',
         {"code": "element_count", "types": ["title"], "expected": 2, "actual": 1}),
        (text("title", "Sales"), '{ type = "title", count = 0 }',
         {"code": "element_count", "types": ["title"], "expected": 0, "actual": 1}),
        ({"type": "metric", "props": {"label": "Total", "value": 5}}, '{ type = "metric", text = "Total", value = 5 }',
         None),
        ({"type": "slider", "value": 4, "props": {}}, '{ type = "slider", value = 5 }',
         {"code": "element_differs", "types": ["slider"], "part": "value", "expected": "5", "actual": "4"}),
        ({"type": "radio", "props": {"options": ["a", "b"]}},
         '{ type = "radio", options = ["a", "b"], min_options = 2 }', None),
        ({"type": "selectbox", "props": {"options": ["a"]}}, '{ type = ["selectbox", "radio"], min_options = 2 }',
         {"code": "element_differs", "types": ["selectbox", "radio"], "part": "min_options", "expected": "2",
          "actual": "1"}),
        ({"type": "dataframe", "data": {"preview": {"rows": [["a", 1]]}}}, '{ type = "dataframe", rows = [["a", 1]] }',
         None),
        ({"type": "dataframe", "data": {"preview": {"rows": []}}}, '{ type = "dataframe", rows = [["a", 1]] }',
         {"code": "element_differs", "types": ["dataframe"], "part": "rows", "expected": '[["a", 1]]', "actual": "[]"}),
    ],
)  # fmt: skip
def test_elements_are_found_and_compared(element, wanted, message):
    (expectation,) = expected(parse(case(expect=f"{{ elements = [{wanted}] }}"), kind="streamlit"), seed=1)

    miss = expectation.examine(look(element)).miss

    assert (miss and miss.message) == message


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"nonsense", b'{"tree": {}}', b'{"status": "ready", "tree": []}', b'{"status": 1, "tree": {}}',
        b'{"error": "x"}', b"[" * 10_000, b'{"status": "ready", "tree": {}, "tree": {}}',
    ],
)  # fmt: skip
def test_what_is_no_page_is_no_pass(body):
    (expectation,) = expected(parse(case(expect='{ elements = [{ type = "title", count = 0 }] }'), kind="streamlit"), 1)

    assert expectation.examine(Observation(status=200, body=body)).miss.message == {
        "code": "no_answer", "error": "malformed"
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", {"columns": 3, "preview": 3, "spec": 3}, {"columns": [3], "preview": {"rows": [3]}, "spec": {}},
        {"columns": [{"name": "y"}], "preview": {"rows": [[]]},
         "spec": {"mark": "line", "encoding": {"y": {"field": "y"}, "x": 3}}},
        {"spec": {"layer": [{"layer": [3]}], "mark": {"type": {}}, "encoding": [], "transform": 3}},
        {"spec": {"data": [{"type": [], "mode": {}, "x": {"dtype": 3}, "y": "z", "name": []}]}},
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["line_chart", "altair_chart", "plotly_chart"])
def test_a_hostile_chart_draws_nothing(kind, data):
    (element,) = [one for one in elements_of(page({"type": kind, "data": data, "props": 3})) if one.type == kind]

    assert element.chart.values == []
    (expectation,) = expected(parse(case(expect='{ elements = [{ type = "chart" }] }'), kind="streamlit"), seed=1)
    assert expectation.examine(look({"type": kind, "data": data})).miss is None


def test_a_page_can_be_nested_deeply_and_be_large():
    nested = text("title", "deep")
    for _ in range(20):
        nested = {"type": "container", "children": [nested]}

    found = elements_of(page(nested, *[text("text", str(n)) for n in range(3000)]))

    assert [element.text for element in found if element.type == "title"] == ["deep"]
    assert found[-1].text == "2999"


def test_a_heading_that_never_ends_is_read_in_no_time():
    began = process_time()

    found = elements_of(page(text("markdown", "# x" + "#" * 400_000 + "y")))

    assert process_time() - began < 5  # a pattern that tries each end takes many minutes
    assert [(one.type, one.text) for one in found if one.type == "title"] == [("title", "x")]  # what is cut ends in #
    assert {len(one.text) for one in found if one.type == "markdown"} == {MAX_TEXT}


def test_a_chart_of_many_marks_is_not_multiplied_by_its_encoding():
    encoding = {f"channel{n}": {"field": "x" * 10} for n in range(3000)}
    spec = {"encoding": encoding, "layer": [{"mark": "line"}] * 3000}

    tracemalloc.start()
    (element,) = [
        one for one in elements_of(page({"type": "altair_chart", "data": {"spec": spec}, "props": {}})) if one.chart
    ]
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most_bytes < 3_000_000
    assert element.chart.types == {"line_chart"}


def test_rows_and_traces_are_looked_at_up_to_a_limit():
    wide = {"preview": {"rows": [[1] * 1000] * 20_000}, "columns": []}
    many = base64.b64encode(bytes(300_000)).decode()
    drawn = {"spec": {"data": [{"y": {"dtype": "i1", "bdata": many}}] * 3}}

    table, chart = elements_of(
        page({"type": "dataframe", "data": wide, "props": {}}, {"type": "plotly_chart", "data": drawn, "props": {}})
    )[-2:]

    assert (len(table.rows), {len(row) for row in table.rows}) == (MAX_ROWS, {MAX_COLUMNS})
    assert len(chart.chart.labelled) == MAX_ROWS


def test_a_filter_of_many_columns_is_compared_in_one_pass():
    rows = [["North", *("x" * MAX_COLUMNS)]] + [[]] * MAX_ROWS
    other = [["South", *("x" * MAX_COLUMNS)]] + [[]] * MAX_ROWS
    charts = [("North", rows), ("South", other), ("North", rows)]
    seen = [
        (option, Chart(frozenset({"line_chart"}), [], str(rows[0]), rows, series=1, is_empty=False))
        for option, rows in charts
    ]
    began = process_time()

    reason = _reason_against_chart(seen)

    assert (reason, process_time() - began < 5) == (None, True)


# In the sandbox


@pytest.fixture(autouse=True, scope="module")
def warm(tmp_path_factory):
    """An interpreter that has imported Streamlit: a cold start takes seconds each time."""
    folder = tmp_path_factory.mktemp("warm")
    with pytest.MonkeyPatch.context() as environment, supervised(folder, SANDBOX_ZYGOTE_MEMORY="2048") as supervisor:
        environment.setenv("SANDBOX_SOCKET", str(supervisor.path))
        supervisor.warm("streamlit")
        yield


def judged(source, cases, **limits):
    version = ExerciseVersion(
        kind="streamlit", framework="streamlit", cases=parse(cases, kind="streamlit"), starter={"main.py": ""},
        limits=limits,
    )  # fmt: skip
    return judge_files(version, {"main.py": source}, seed=1)


def statuses(result):
    return " ".join(test["status"] for test in result.tests)


SALES = """
import altair as alt
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import streamlit as st

sales = [120, 150, 170, 160]
months = ["Jan", "Feb", "Mar", "Apr"]
table = pd.DataFrame({"month": months, "sales": sales})
st.title("Sales Dashboard")
"""


@pytest.mark.parametrize(
    "chart",
    [
        "st.line_chart(sales)",
        "st.line_chart({'sales': sales})",
        "st.line_chart(dict(zip(months, sales)))",
        "st.line_chart(pd.Series(sales, index=months))",
        "st.line_chart(table.set_index('month'))",
        "st.line_chart(table, x='month', y='sales')",
        "st.line_chart(table, y='sales')",
        "st.line_chart(table['sales'].to_numpy())",
        "st.line_chart([{'month': m, 'sales': s} for m, s in zip(months, sales)], x='month', y='sales')",
        "st.sidebar.text('x')\nst.columns(2)[1].line_chart([float(value) for value in sales])",
        "st.altair_chart(alt.Chart(table).mark_line(point=True).encode(x='month', y='sales'))",
        "st.altair_chart(alt.layer(alt.Chart(table).mark_line().encode(x='month', y='sales'),"
        " alt.Chart(table).mark_point().encode(x='month', y='sales')))",
        "st.vega_lite_chart(table, {'mark': 'line', 'encoding': {'x': {'field': 'month'}, 'y': {'field': 'sales'}}})",
        "st.write(alt.Chart(table).mark_line().encode(x='month', y='sales'))",
        "st.plotly_chart(px.line(table, x='month', y='sales'))",
        "st.plotly_chart(go.Figure(go.Scatter(x=months, y=sales)))",
        "st.plotly_chart(px.line(table, x='month', y='sales', markers=True))",
    ],
)
def test_a_line_chart_is_one_however_it_is_made(chart):
    result = judged(SALES + chart, DASHBOARD)

    assert result.verdict == Verdict.PASSED, result.tests


@pytest.mark.parametrize(
    ("source", "outcome", "code"),
    [
        ("", "passed failed", "no_element"),
        ("st.bar_chart(sales)", "passed failed", "no_element"),
        ("st.line_chart(sorted(sales))", "passed failed", "element_differs"),
        ("st.line_chart(table)", "passed failed", "element_differs"),
        ("st.line_chart([sales])", "passed failed", "element_differs"),
        (
            "st.altair_chart(alt.Chart(table).mark_line().encode(x='month', y='sales', color='month'))",
            "passed failed",
            "element_differs",
        ),
        ("st.plotly_chart(px.line(table, x='month', y='sales', color='month'))", "passed failed", "element_differs"),
        ("st.line_chart(sales)\nst.line_chart(sales)", "passed failed", "element_count"),
        ("st.dataframe(table)", "passed failed", "no_element"),
        ("st.altair_chart(alt.Chart(table).mark_bar().encode(x='month', y='sales'))", "passed failed", "element_count"),
        ("st.plotly_chart(px.scatter(table, x='month', y='sales'))", "passed failed", "element_count"),
        ("sales[9]", "error error", "exception"),
    ],
)
def test_what_is_no_such_line_chart_fails_at_its_case(source, outcome, code):
    result = judged(SALES + source, DASHBOARD)

    assert (result.verdict, statuses(result)) == (Verdict.FAILED, outcome)
    message = result.tests[-1]["message"]
    assert message["code"] in (code, "element_count")


def test_an_exception_is_told_with_its_line():
    result = judged(SALES + "def draw():\n    return table['profit']\n\nst.line_chart(draw())\n", DASHBOARD)

    first, _ = result.tests
    assert (result.verdict, result.reason, statuses(result)) == (Verdict.FAILED, "exception", "error error")
    assert first["message"] == {
        "code": "exception", "exception": "KeyError", "message": "'profit'", "file": "main.py", "line": 13,
        "source": "return table['profit']",
    }  # fmt: skip
    assert [line for line in first["traceback"].split("\n") if "File" in line] == [
        '  File "main.py", line 15, in <module>', '  File "main.py", line 13, in draw'
    ]  # fmt: skip
    assert first["response"]["body"] == "title: Sales Dashboard"


def test_a_script_that_cannot_be_read_is_an_error():
    result = judged("import streamlit as st\nst.title('Sales Dashboard'\n", DASHBOARD)

    assert (result.verdict, statuses(result)) == (Verdict.FAILED, "error error")
    assert result.tests[0]["message"]["exception"] == "SyntaxError"


def test_the_page_is_shown_as_an_outline():
    result = judged(SALES + "st.line_chart(sales)\nst.dataframe(table)\nst.selectbox('Region', months)", DASHBOARD)

    assert result.tests[1]["response"] == {
        "status": None,
        "headers": {},
        "body": "title: Sales Dashboard\nline_chart: 120, 150, 170, 160\ndataframe: (4, 2)\n"
        'selectbox: Region; "Jan"; [Jan, Feb, Mar, Apr]',
        "truncated": False,
    }
    assert result.tests[1]["request"] == {"interact": {}}


ROWS = """
import altair as alt
import pandas as pd
import plotly.express as px
import streamlit as st

rows = [
    {"region": "North", "month": "Jan", "sales": 120}, {"region": "North", "month": "Feb", "sales": 150},
    {"region": "South", "month": "Jan", "sales": 80}, {"region": "South", "month": "Feb", "sales": 95},
    {"region": "West", "month": "Jan", "sales": 60}, {"region": "West", "month": "Feb", "sales": 70},
]
table = pd.DataFrame(rows)
regions = sorted(table.region.unique())
"""
FILTER = 'region = st.selectbox("Region", regions)\nchosen = table[table.region == region]\n'
BARS = 'st.bar_chart(chosen, x="month", y="sales")'
ALL = """
region = st.radio("Region", ["All", *regions])
chosen = table if region == "All" else table[table.region == region]
"""

RIGHT = {
    "a select box": FILTER + BARS,
    "a radio in the sidebar": FILTER.replace("st.selectbox", "st.sidebar.radio") + BARS,
    "with All": ALL + BARS,
    "with All at the end": ALL.replace('["All", *regions]', '[*regions, "All"]') + BARS,
    "two options": FILTER.replace("regions", "regions[:2]") + BARS,
    "nothing chosen at first": FILTER.replace("regions)", 'regions, index=None) or "West"') + BARS,
    "query": FILTER.replace("table[table.region == region]", 'table.query("region == @region")') + BARS,
    "lists": 'region = st.selectbox("Region", regions)\n'
    'st.line_chart([row["sales"] for row in rows if row["region"] == region])',
    "a dictionary": 'data = {"a": [1, 2, 3], "b": [3, 2, 1]}\nst.line_chart(data[st.radio("Series", list(data))])',
    "a column": 'wide = pd.DataFrame({"North": [1, 2], "South": [3, 4]})\n'
    'st.line_chart(wide[st.radio("Region", list(wide))])',
    "in a function": 'def main():\n    region = st.selectbox("Region", regions)\n'
    '    st.line_chart(table[table.region == region].set_index("month")["sales"])\n\nmain()',
    "in columns": f"left, right = st.columns(2)\nwith left:\n    {FILTER.splitlines()[0]}\n{FILTER.splitlines()[1]}\n"
    f"with right:\n    {BARS}",
    "in a form": 'with st.form("f"):\n    region = st.selectbox("Region", regions)\n    st.form_submit_button("Show")\n'
    f"{FILTER.splitlines()[1]}\n{BARS}",
    "by the state": 'st.radio("Region", regions, key="region")\n'
    f'chosen = table[table.region == st.session_state["region"]]\n{BARS}',
    "cached": '@st.cache_data\ndef load():\n    return table\n\n' + FILTER.replace("table[", "load()[") + BARS,
    "with the whole below": FILTER + BARS + '\nst.line_chart(table, x="month", y="sales")\nst.dataframe(table)',
    "with the whole above": FILTER + 'st.line_chart(table, x="month", y="sales")\n' + BARS,
    "with another choice before": 'st.radio("Theme", ["light", "dark"])\n' + FILTER + BARS,
    "with a choice of the kind": FILTER + 'kind = st.radio("Kind", ["bars", "lines"])\n'
    '(st.bar_chart if kind == "bars" else st.line_chart)(chosen, x="month", y="sales")',
    "ranges": 'last = st.radio("Show", ["Year", "Half", "Quarter"])\n'
    'st.line_chart(list(range(12))[-{"Year": 12, "Half": 6, "Quarter": 3}[last]:])',
    "at least": 'least = st.selectbox("At least", [0, 75, 100])\n'
    'st.bar_chart(table[table.sales >= least], x="month", y="sales")',
    "formatted": FILTER.replace("regions)", "regions, format_func=str.upper)") + BARS,
    "altair": FILTER + 'st.altair_chart(alt.Chart(chosen).mark_bar().encode(x="month", y="sales"))',
    "altair with a filter": 'region = st.selectbox("Region", regions)\nst.altair_chart(alt.Chart(table).mark_bar()'
    '.encode(x="month", y="sales").transform_filter(alt.datum.region == region))',
    "plotly": FILTER + 'st.plotly_chart(px.bar(chosen, x="month", y="sales"))',
    "a pie": FILTER + 'st.plotly_chart(px.pie(chosen, names="month", values="sales"))',
    "a seed": 'import numpy as np\nnumbers = np.random.default_rng(3).integers(0, 100, (2, 9))\n'
    'st.line_chart(numbers[st.selectbox("Row", [0, 1])])',
    "many options": 'numbers = list(range(30))\nst.line_chart(numbers[st.selectbox("From", numbers[:20]):])',
}  # fmt: skip


@pytest.mark.parametrize("source", RIGHT.values(), ids=RIGHT)
def test_an_app_that_filters_its_chart_passes_in_any_style(source):
    result = judged(ROWS + source, CHOICE)

    assert result.verdict == Verdict.PASSED, [test["message"] for test in result.tests]


WRONG = {
    "no choice": (BARS.replace("chosen", "table"), "passed failed failed", "no_element no_choice"),
    "one option": (FILTER.replace("regions", "regions[:1]") + BARS, "passed failed failed",
                   "element_differs no_choice"),
    "no chart": (FILTER + "st.dataframe(chosen)", "failed passed failed", "no_element no_filter no_chart"),
    "not wired": (FILTER + BARS.replace("chosen", "table"), "passed passed failed", "no_filter same"),
    "only the table": (FILTER + BARS.replace("chosen", "table") + "\nst.dataframe(chosen)", "passed passed failed",
                       "no_filter same"),
    "only its name": (FILTER + 'st.line_chart({region: table["sales"]})', "passed passed failed", "no_filter same"),
    "only its label": (FILTER + 'st.bar_chart(table, x="month", y="sales", y_label=region)', "passed passed failed",
                       "no_filter same"),
    "only one option": (FILTER + BARS.replace("chosen", 'chosen if region == "North" else table'),
                        "passed passed failed", "no_filter same"),
    "nothing left": (FILTER.replace("== region", "== region.lower()") + BARS, "passed passed failed",
                     "no_filter no_rows"),
    "a chart for some": (FILTER + f'if region == "North":\n    {BARS}', "passed passed failed", "no_filter no_chart"),
    "one behind": ('region = st.session_state.get("last", "North")\n' + FILTER.splitlines()[1] + "\n" + BARS
                   + '\nst.session_state["last"] = st.selectbox("Region", regions)', "passed passed failed",
                   "no_filter unstable"),
    "random": ('import numpy as np\nst.selectbox("Region", regions)\nst.line_chart(np.random.rand(9))',
               "passed passed failed", "no_filter unstable"),
    "all but the chosen": (FILTER.replace("== region", "!= region")
                           + 'st.altair_chart(alt.Chart(chosen).mark_bar().encode(x="region", y="sales"))',
                           "passed passed failed", "no_filter other_rows"),
    "only one option, of two": (
        FILTER.replace("regions", "regions[:2]")
        + 'st.plotly_chart(px.bar(chosen if region == "North" else table, x="month", y="sales", color="region"))',
        "passed passed failed", "no_filter other_rows"),
    "fails for one": (FILTER + 'if region == "West":\n    rows[9]\n' + BARS, "passed passed error", "exception"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "outcome", "codes"), WRONG.values(), ids=WRONG)
def test_an_app_that_does_not_filter_its_chart_fails_at_its_case(source, outcome, codes):
    result = judged(ROWS + source, CHOICE)

    messages = [test["message"] for test in result.tests if test["message"]]
    assert (result.verdict, statuses(result)) == (Verdict.FAILED, outcome)
    assert [message["code"] for message in messages] == codes.split()[: len(messages)]
    if messages[-1]["code"] == "no_filter":
        assert messages[-1]["problem"] == codes.split()[-1]


@pytest.mark.parametrize(
    ("source", "limits", "verdict", "outcome"),
    [
        ("while True: pass", {"cpu_seconds": 2}, Verdict.TIMED_OUT, "failed skipped"),
        ("import os; os._exit(0)", {}, Verdict.CRASHED, "failed skipped"),
        ("st.stop()", {}, Verdict.FAILED, "failed failed"),
        ("import sys; sys.exit(0)", {}, Verdict.FAILED, "failed failed"),
        ("while True: print('x' * 1000)", {}, Verdict.OUTPUT_EXCEEDED, "failed skipped"),
        ("st.text('x' * 600_000)", {}, Verdict.FAILED, "failed failed"),
        # Another server in the place of Streamlit's can answer what it likes: it does not know what is expected.
        ("import streamlit.runtime, json\nst.title('Sales dashboard')", {}, Verdict.FAILED, "failed failed"),
    ],
)
def test_hostile_apps_do_not_pass(source, limits, verdict, outcome):
    result = judged(f"import streamlit as st\n{source}\n", DASHBOARD, **limits)

    assert (result.verdict, statuses(result)) == (verdict, outcome), result.details
