import pytest

from exercises.case_sentences import (
    ELEMENT_PARTS,
    ELEMENTS,
    EVERY_WIDGET,
    NO_FILTER,
    SENTENCES,
    asked,
    finding,
    sentence,
)
from exercises.kinds.streamlit import CHOICES, CONDITIONS, FILTER_PROBLEMS, TYPES

GET = {"method": "GET", "path": "/health"}


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (GET, "GET /health"),
        ({"method": "POST", "path": "/items", "body": '{"name": "tea"}'}, 'POST /items with {"name": "tea"}'),
        ({"method": "POST", "path": "/", "body": "x" * 200}, f"POST / with {'x' * 119}…"),
        ({"method": "POST", "path": "/", "body": ""}, "POST /"),
        ({"method": "GET", "path": "/slow", "clients": 20}, "GET /slow from 20 clients at once"),
        ({"call": "rank({}, weights={})"}, "rank({}, weights={})"),
        ({"run": "python main.py --fast"}, "python main.py --fast"),
        ({"run": "python main.py", "input": "3\n"}, "python main.py with the input '3\\n'"),
        ({"call": f"rank('{'x' * 200}')"}, f"rank('{'x' * 113}…"),
    ],
)
def test_asked_is_what_was_sent(request_, text):
    assert asked(request_) == text


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"code": "status", "expected": [200], "actual": 404}, "We expected the status 200 and got 404 (Not Found)."),
        (
            {"code": "status", "expected": [200, 204], "actual": 299},
            "We expected the status 200 or 204 and got 299.",
        ),
        (
            {"code": "content_type", "expected": "application/json", "actual": "text/html"},
            "We expected the content type application/json and got text/html.",
        ),
        (
            {"code": "content_type", "expected": "application/json", "actual": ""},
            "We expected the content type application/json and got none.",
        ),
        (
            {"code": "header", "name": "Allow", "expected": "GET", "actual": "POST"},
            "We expected the header Allow: GET and got POST.",
        ),
        (
            {"code": "header", "name": "Allow", "expected": "GET", "actual": None},
            "We expected the header Allow: GET and it is missing.",
        ),
        (
            {"code": "header", "name": "Server", "expected": "", "actual": "waitress"},
            "We expected no header Server and got waitress.",
        ),
        ({"code": "not_json", "problem": "empty"}, "We expected JSON, but the body is empty."),
        (
            {"code": "not_json", "problem": "syntax", "line": 2, "column": 5},
            "We expected JSON, but the body is something else (line 2, column 5 of the answer).",
        ),
        (
            {"code": "not_json", "problem": "duplicate_key", "key": "id"},
            "We expected JSON, but a key appears twice (id).",
        ),
        (
            {"code": "json_differs", "path": "", "difference": "value", "expected": "1", "actual": "2"},
            "We expected 1 and got 2.",
        ),
        (
            {"code": "json_differs", "path": "items[0].id", "difference": "value", "expected": "1", "actual": "2"},
            "At items[0].id we expected 1 and got 2.",
        ),
        (
            {
                "code": "json_differs",
                "path": "id",
                "difference": "type",
                "expected": "1",
                "actual": '"1"',
                "expected_type": "number",
                "actual_type": "string",
            },
            'At id we expected a number, 1, and got a string, "1".',
        ),
        (
            {
                "code": "json_differs",
                "path": "",
                "difference": "type",
                "expected": "[]",
                "actual": "{}",
                "expected_type": "array",
                "actual_type": "object",
            },
            "We expected an array, [], and got an object, {}.",
        ),
        (
            {"code": "json_differs", "path": "name", "difference": "missing", "expected": '"a"', "actual": ""},
            "We expected name, and it is missing.",
        ),
        (
            {"code": "json_differs", "path": "name", "difference": "unexpected", "expected": "", "actual": "1"},
            "We did not expect name, and it is there.",
        ),
        (
            {"code": "json_differs", "path": "items", "difference": "length", "expected": "[1]", "actual": "[]"},
            "At items we expected another number of elements: [1], and got [].",
        ),
        (
            {"code": "text_missing", "expected": "hello"},
            "We expected the text “hello” in the answer, and it is not there.",
        ),
        (
            {"code": "no_figure", "path": "response.chart.figure"},
            "We expected a figure at response.chart.figure of the answer, and there is none with any data.",
        ),
        (
            {"code": "figure_differs", "axis": "y", "expected": "[120]", "actual": "[120, 80]"},
            "We expected the chart to draw [120] along y, and it draws [120, 80].",
        ),
        (
            {"code": "figure_traces", "expected": 1, "actual": 4},
            "We expected the chart to have 1 trace, and it has 4.",
        ),
        (
            {"code": "no_component", "type": "Dropdown", "id": "region", "actual": ""},
            "We expected a Dropdown with the id “region” in the layout, and there is none.",
        ),
        (
            {"code": "no_component", "type": "Dropdown", "id": "region", "actual": "Input"},
            "We expected a Dropdown with the id “region” in the layout, and there is none; the component with this id "
            "is an Input.",
        ),
        (
            {"code": "no_component", "type": "", "id": "region", "actual": ""},
            "We expected a component with the id “region” in the layout, and there is none.",
        ),
        (
            {"code": "no_content", "expected": "Hello"},
            "We expected a component in the layout whose content is “Hello”, and there is none.",
        ),
        (
            {"code": "no_option", "expected": "West", "actual": '["North", "South"]'},
            'We expected the component to offer “West”, and it offers ["North", "South"].',
        ),
        (
            {"code": "too_slow", "clients": 20, "expected_ms": 1000, "actual_ms": 4100},
            "20 requests at once took 4.1 s; expected at most 1 s.",
        ),
        (
            {"code": "too_fast", "expected_ms": 190, "actual_ms": 3},
            "The answer came after 3 ms; expected at least 190 ms.",
        ),
        (
            {"code": "too_slow", "clients": 2, "expected_ms": 250, "actual_ms": 1001},
            "2 requests at once took 1 s; expected at most 250 ms.",
        ),
        (
            {
                "code": "value_differs",
                "path": "port",
                "difference": "type",
                "expected": "8000",
                "actual": "None",
                "expected_type": "int",
                "actual_type": "None",
            },
            "At port we expected an int, 8000, and got None.",
        ),
        (
            {"code": "unfit_value", "problem": "type", "type": "set", "path": ""},
            "It returned a set. Return a list instead.",
        ),
        (
            {"code": "unfit_value", "problem": "type", "type": "Item", "path": "[0].x"},
            "It returned an Item, at [0].x. We can compare None, bool, int, float, str, list, tuple and dict.",
        ),
        (
            {"code": "unfit_value", "problem": "key", "type": "int", "path": ""},
            "It returned a dictionary with a key of type int. Keys have to be texts here.",
        ),
        (
            {"code": "unfit_value", "problem": "number", "type": "float", "path": "[1]"},
            "It returned a number at [1] that is not finite, or that has hundreds of digits.",
        ),
        ({"code": "no_function", "type": ""}, "There is no function of that name in `main.py`."),
        ({"code": "no_function", "type": "int"}, "The name is there, but it is an int and no function."),
        (
            {"code": "not_raised", "expected": "ValueError", "actual": "[]"},
            "We expected the exception ValueError, and it returned [].",
        ),
        (
            {
                "code": "wrong_exception",
                "expected": "ValueError",
                "exception": "KeyError",
                "message": "'x'",
                "file": "main.py",
                "line": 3,
            },
            "We expected the exception ValueError. Your code stopped with an error (main.py, line 3): KeyError: 'x'",
        ),
        (
            {"code": "message_lacks", "expected": "speed", "actual": "unknown"},
            "We expected “speed” in the message of the exception, which is: unknown",
        ),
        (
            {"code": "output_differs", "line": 2, "expected": "b", "actual": "c"},
            "In line 2 of the output we expected “b” and got “c”.",
        ),
        (
            {"code": "output_differs", "line": 2, "expected": "b", "actual": None},
            "We expected a line 2 in the output, “b”, and it ends before.",
        ),
        (
            {"code": "output_differs", "line": 2, "expected": None, "actual": "c"},
            "We expected the output to end before line 2, and got “c”.",
        ),
        ({"code": "output_lacks", "expected": "b"}, "We expected the text “b” in the output, and it is not there."),
        ({"code": "exit_code", "expected": 0, "actual": 1}, "We expected the exit code 0 and got 1."),
        ({"code": "no_answer", "error": "ended"}, "The program ended before it had answered."),
        ({"code": "no_answer", "error": "stopped"}, "The program was stopped before it had ended."),
        ({"code": "no_element", "types": ["area_chart"]}, "We expected an area chart, and there is none."),
        (
            {"code": "no_element", "types": ["title", "selectbox"]},
            "We expected a title or select box, and there is none.",
        ),
        ({"code": "no_element", "type": "area chart"}, "We expected an area chart, and there is none."),  # older runs
        (
            {"code": "element_count", "types": ["line_chart"], "expected": 1, "actual": 2},
            "We expected exactly 1 of the type line chart, and there are 2.",
        ),
        (
            {"code": "element_count", "types": ["title"], "expected": 2, "actual": 1},
            "We expected exactly 2 of the type title, and there is 1.",
        ),
        (
            {"code": "element_count", "types": ["error"], "expected": 0, "actual": 1},
            "We expected no error, and there is one.",
        ),
        (
            {"code": "element_differs", "types": ["title"], "part": "text", "expected": "Sales", "actual": "{sales}"},
            "We expected the title “Sales” and found “{sales}”.",
        ),
        (
            {"code": "element_differs", "types": ["line_chart"], "part": "values", "expected": "[1]", "actual": "[]"},
            "We expected the line chart to draw [1], and it draws [].",
        ),
        (
            {"code": "element_differs", "types": ["line_chart"], "part": "series", "expected": "1", "actual": "4"},
            "We expected the numbers of the line chart in 1 series, and they are in 4.",
        ),
        (
            {"code": "interaction_refused", "problem": "unknown_key", "message": "No element"},
            "There is no such widget on the page.",
        ),
        (
            {"code": "interaction_refused", "problem": "invalid_value", "message": "'x' is not one of the options."},
            "Streamlit did not take that: 'x' is not one of the options.",
        ),
        ({"code": "no_choice"}, "We looked for one with at least two options, and there is none."),
        (
            {"code": "no_filter", "problem": "no_chart", "widget": "Region", "option": "South"},
            "With “South” chosen in “Region” there is no chart.",
        ),
        (
            {"code": "no_filter", "problem": "same", "widget": "Region", "option": "South", "other": "North"},
            "The chart is the same for “North” and “South” of “Region”. It should show the chosen rows only.",
        ),
        (
            {"code": "no_answer", "error": "refused"},
            "Nothing accepted the connection: the program does not listen any more.",
        ),
        ({"code": "no_answer", "error": "closed"}, "The connection was closed without an answer."),
        ({"code": "no_answer", "error": "timeout"}, "No answer came in time."),
        ({"code": "no_answer", "error": "malformed"}, "What came back is not HTTP."),
        ({"code": "no_answer", "error": "too_large"}, "The answer is larger than 64 kB."),
        (
            {"code": "exception", "exception": "KeyError", "message": "99", "file": "main.py", "line": 9},
            "Your code stopped with an error (main.py, line 9): KeyError: 99",
        ),
        (
            {"code": "exception", "exception": "KeyboardInterrupt", "message": "", "file": "", "line": None},
            "Your code stopped with an error: KeyboardInterrupt",
        ),
        ({"code": "not_reached"}, "Not run: the program had ended before."),  # as it was stored at first
        ({"code": "not_reached", "stopped": False}, "Not run: the program had ended before."),
        ({"code": "not_reached", "stopped": True}, "Not run: the program was stopped before."),
        (None, ""),
    ],
)
def test_finding_says_what_we_expected_and_got(message, text):
    test = {"request": GET, "message": message}

    assert finding(test) == text
    if message is None or message["code"] == "not_reached":
        assert sentence(test) == text
    else:
        assert sentence(test) == f"We sent GET /health. {text}"


def test_sentence_says_what_was_called():
    test = {"request": {"call": "rank({})"}, "message": {"code": "no_function", "type": ""}}

    assert sentence(test) == "We called rank({}). There is no function of that name in `main.py`."


@pytest.mark.parametrize(
    ("interaction", "text"),
    [
        ({}, "We looked at the app."),
        ({"set": [["Region", '"South"'], ["n", "3"]]}, 'We set Region to "South", n to 3.'),
        ({"clicked": "go"}, "We clicked go."),
        ({"set": [["Region", '"South"']], "clicked": "go"}, 'We set Region to "South" and clicked go.'),
        ({"each_option": ["selectbox"]}, "We chose each option of select boxes."),
        ({"each_option": ["selectbox", "pills", "radio"]}, "We chose each option of select boxes, pills and radios."),
        ('set Region to "South"', 'We set Region to "South".'),  # as older runs have it stored
    ],
)
def test_sentence_says_what_was_done(interaction, text):
    message = {"code": "interaction_refused", "problem": "unknown_key", "message": ""}

    said = sentence({"request": {"interact": interaction}, "message": message})

    assert said == f"{text} There is no such widget on the page."


def test_everything_that_a_page_of_streamlit_can_have_has_a_name():
    assert (set(ELEMENTS), set(EVERY_WIDGET)) == (set(TYPES), set(CHOICES))


def test_every_part_of_an_element_has_a_sentence():
    assert set(ELEMENT_PARTS) == set(CONDITIONS)


def test_every_problem_of_a_filter_has_a_sentence():
    assert set(NO_FILTER) == set(FILTER_PROBLEMS)


def test_every_code_that_judging_documents_has_a_sentence():
    assert set(SENTENCES) == {
        "status", "content_type", "header", "not_json", "json_differs", "text_missing", "too_fast", "too_slow",
        "no_answer", "exception", "not_reached", "value_differs", "unfit_value", "no_function", "not_raised",
        "wrong_exception", "message_lacks", "no_figure", "figure_differs", "figure_traces", "no_component",
        "no_content", "no_option", "no_element", "element_count", "element_differs", "interaction_refused",
        "no_choice", "no_filter", "output_differs", "output_lacks", "exit_code",
    }  # fmt: skip
