"""From the codes that exercises.judging stores for one test to sentences: did, expected, got, where.

Every value in a message comes from the learner's program or from the author and is shown as text, never as markup.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from exercises.answers import sentences as answer_sentences
from exercises.python_errors import last_line

SHOWN_CHARACTERS = 120  # of a body in a sentence; the whole one stands below it

NO_ANSWER = {
    "refused": "Nothing accepted the connection: the program does not listen any more.",
    "closed": "The connection was closed without an answer.",
    "timeout": "No answer came in time.",
    "malformed": "What came back is not HTTP.",
    "too_large": "The answer is larger than 64 kB.",
    "ended": "The program ended before it had answered.",
    "stopped": "The program was stopped before it had ended.",
    "signal": "The program was ended by a signal, as by a crash of Python itself.",
    "page_too_large": "The page is larger than 512 kB.",
}
NOT_JSON = {
    "empty": "the body is empty",
    "encoding": "the body is not UTF-8",
    "syntax": "the body is something else",
    "duplicate_key": "a key appears twice",
    "too_deep": "the body is nested too deeply",
    "number": "a number in it is not valid JSON",
}
VALUES = ("null", "None")  # the only ones of their types
# What cannot be compared, by its type in Python, and what would do instead.
INSTEAD = {
    **dict.fromkeys(
        ("set", "frozenset", "generator", "map", "filter", "zip", "range", "dict_keys", "dict_values", "dict_items",
         "deque", "ndarray", "Series"),
        "Return a list instead.",
    ),
    **dict.fromkeys(("bytes", "bytearray"), "Return a text (`str`) instead."),
    "Decimal": "Return a float instead.",
    "coroutine": "Write `def` and not `async def`: we call the function and do not await it.",
}  # fmt: skip
COMPARABLE = "We can compare None, bool, int, float, str, list, tuple and dict."
UNFIT = {
    "key": "It returned a dictionary with a key of type {type}{place}. Keys have to be texts here.",
    "number": "It returned a number{place} that is not finite, or that has hundreds of digits.",
    "too_deep": "It returned a value that is nested more than 32 levels deep.",
    "too_large": "It returned more than we can compare: 60 kB at most.",
    "unreadable": "It returned a value that could not be read.",
}


ELEMENT_PARTS = {
    "text": "We expected the {type} “{expected}” and found “{actual}”.",
    "text_contains": "We expected “{expected}” in the {type} and found “{actual}”.",
    "value": "We expected the value {expected} of the {type} and found {actual}.",
    "values": "We expected the {type} to draw {expected}, and it draws {actual}.",
    "series": "We expected the numbers of the {type} in {expected} series, and they are in {actual}.",
    "rows": "We expected the {type} to have the rows {expected}, and it has {actual}.",
    "options": "We expected the {type} to offer {expected}, and it offers {actual}.",
    "min_options": "We expected the {type} to offer at least {expected} options, and it offers {actual}.",
}
NO_FILTER = {
    "no_chart": "With “{option}” chosen in “{widget}” there is no chart.",
    "no_rows": "With “{option}” chosen in “{widget}” the chart is empty.",
    "same": "The chart is the same for “{other}” and “{option}” of “{widget}”. It should show the chosen rows only.",
    "other_rows": "With “{option}” chosen in “{widget}” the chart shows rows of “{other}” as well.",
    "unstable": "We chose “{option}” in “{widget}” twice, and the chart was not the same. Keep the data the same in "
    "every run of the script, by constants or a fixed seed, or nobody can tell what the choice does.",
}


def did(request: Mapping[str, Any] | None) -> str:
    """What we did, up to what asked() goes on with; all of it where that is "" (kind streamlit)."""
    if request is None:
        return ""
    if "interact" in request:
        return f"We {shortened(request['interact'])}"
    if "run" in request:
        return "We ran"
    return "We called" if "call" in request else "We sent"


def asked(request: Mapping[str, Any] | None) -> str:
    """What was asked, as a learner would write it: GET /health, POST /items with {"name": "tea"}, or rank({}, {})."""
    if request is None or "interact" in request:
        return ""
    if "call" in request:
        return shortened(request["call"])
    if "run" in request:
        given = f" with the input {shortened(repr(request['input']))}" if "input" in request else ""
        return shortened(request["run"]) + given
    line = f"{request['method']} {request['path']}"
    if body := request.get("body"):
        line += f" with {shortened(body)}"
    if clients := request.get("clients"):
        line += f" from {clients} clients at once"
    return line


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def sentence(test: Mapping[str, Any]) -> str:
    """What happened in one test (an element of Run.tests), from what we did on; "" when it passed."""
    message = test["message"]
    if message is None or message["code"] == "not_reached":
        return finding(test)
    request = test["request"]
    if request is None:
        return " ".join(part for part in (finding(test), test["why"]) if part)
    return f"{' '.join(filter(None, (did(request), asked(request))))}. {finding(test)}"


def finding(test: Mapping[str, Any]) -> str:
    """What we expected of one test and what we got, where what we did stands beside it; "" when it passed."""
    message = test["message"]
    return "" if message is None else EVERY[message["code"]](message)


def status(message: Mapping[str, Any]) -> str:
    expected = " or ".join(str(code) for code in message["expected"])
    return f"We expected the status {expected} and got {with_phrase(message['actual'])}."


def with_phrase(code: int) -> str:
    """404 (Not Found); the bare number where HTTP knows no words for it."""
    try:
        return f"{code} ({HTTPStatus(code).phrase})"
    except ValueError:
        return str(code)


def content_type(message: Mapping[str, Any]) -> str:
    return f"We expected the content type {message['expected']} and got {message['actual'] or 'none'}."


def header(message: Mapping[str, Any]) -> str:
    if not message["expected"]:
        return f"We expected no header {message['name']} and got {message['actual']}."
    got = "it is missing" if message["actual"] is None else f"got {message['actual']}"
    return f"We expected the header {message['name']}: {message['expected']} and {got}."


def not_json(message: Mapping[str, Any]) -> str:
    problem = NOT_JSON[message["problem"]]
    if message.get("key"):
        problem += f" ({message['key']})"
    if message.get("line"):
        problem += f" (line {message['line']}, column {message.get('column', 1)} of the answer)"
    return f"We expected JSON, but {problem}."


def json_differs(message: Mapping[str, Any]) -> str:
    place = f"At {message['path']} we" if message["path"] else "We"
    difference = message["difference"]
    if difference == "missing":
        return f"We expected {message['path']}, and it is missing."
    if difference == "unexpected":
        return f"We did not expect {message['path']}, and it is there."
    if difference == "type":
        expected, actual = (typed(message, key) for key in ("expected", "actual"))
        return f"{place} expected {expected}, and got {actual}."
    if difference == "length":
        return f"{place} expected another number of elements: {message['expected']}, and got {message['actual']}."
    return f"{place} expected {message['expected']} and got {message['actual']}."


def typed(message: Mapping[str, Any], key: str) -> str:
    """A number, 1; the value alone where its type has no other."""
    kind = with_article(message[f"{key}_type"])
    return kind if kind in VALUES else f"{kind}, {message[key]}"


def with_article(type_name: str) -> str:
    """A number, an object, None."""
    if type_name in VALUES:
        return type_name
    return f"{'an' if type_name[:1].lower() in 'aeiou' else 'a'} {type_name}"


def text_missing(message: Mapping[str, Any]) -> str:
    return f"We expected the text “{message['expected']}” in the answer, and it is not there."


def no_figure(message: Mapping[str, Any]) -> str:
    return f"We expected a figure at {message['path']} of the answer, and there is none with any data."


def figure_differs(message: Mapping[str, Any]) -> str:
    expected, actual, axis = message["expected"], message["actual"], message["axis"]
    return f"We expected the chart to draw {expected} along {axis}, and it draws {actual}."


def figure_traces(message: Mapping[str, Any]) -> str:
    expected = message["expected"]
    traces = "1 trace" if expected == 1 else f"{expected} traces"
    return f"We expected the chart to have {traces}, and it has {message['actual']}."


def no_component(message: Mapping[str, Any]) -> str:
    kind = with_article(message["type"] or "component")
    named = f" with the id “{message['id']}”" if message["id"] else ""
    other = f"; the component with this id is {with_article(message['actual'])}" if message["actual"] else ""
    return f"We expected {kind}{named} in the layout, and there is none{other}."


def no_content(message: Mapping[str, Any]) -> str:
    return f"We expected a component in the layout whose content is “{message['expected']}”, and there is none."


def no_option(message: Mapping[str, Any]) -> str:
    return f"We expected the component to offer “{message['expected']}”, and it offers {message['actual']}."


def too_slow(message: Mapping[str, Any]) -> str:
    took, limit = (seconds(message[key]) for key in ("actual_ms", "expected_ms"))
    return f"{message['clients']} requests at once took {took}; expected at most {limit}."


def too_fast(message: Mapping[str, Any]) -> str:
    took, limit = (seconds(message[key]) for key in ("actual_ms", "expected_ms"))
    return f"The answer came after {took}; expected at least {limit}."


def seconds(milliseconds: int) -> str:
    """250 ms, or 4.1 s."""
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.2f}".rstrip("0").rstrip(".") + " s"


def unfit_value(message: Mapping[str, Any]) -> str:
    kind, path = message["type"], message["path"]
    if message["problem"] == "type":
        place = f", at {path}" if path else ""
        return f"It returned {with_article(kind)}{place}. {INSTEAD.get(kind, COMPARABLE)}"
    return UNFIT[message["problem"]].format(type=kind, place=f" at {path}" if path else "")


def no_function(message: Mapping[str, Any]) -> str:
    if message["type"]:
        return f"The name is there, but it is {with_article(message['type'])} and no function."
    return "There is no function of that name in `main.py`."


def not_raised(message: Mapping[str, Any]) -> str:
    return f"We expected the exception {message['expected']}, and it returned {message['actual']}."


def wrong_exception(message: Mapping[str, Any]) -> str:
    return f"We expected the exception {message['expected']}. {exception(message)}"


def message_lacks(message: Mapping[str, Any]) -> str:
    got = message["actual"] or "empty"
    return f"We expected “{message['expected']}” in the message of the exception, which is: {got}"


def output_differs(message: Mapping[str, Any]) -> str:
    line, expected, actual = message["line"], message["expected"], message["actual"]
    if actual is None:
        return f"We expected a line {line} in the output, “{expected}”, and it ends before."
    if expected is None:
        return f"We expected the output to end before line {line}, and got “{actual}”."
    return f"In line {line} of the output we expected “{expected}” and got “{actual}”."


def output_lacks(message: Mapping[str, Any]) -> str:
    return f"We expected the text “{message['expected']}” in the output, and it is not there."


def exit_code(message: Mapping[str, Any]) -> str:
    return f"We expected the exit code {message['expected']} and got {message['actual']}."


def no_element(message: Mapping[str, Any]) -> str:
    return f"We expected {with_article(message['type'])}, and there is none."


def element_count(message: Mapping[str, Any]) -> str:
    kind, expected, actual = message["type"], message["expected"], message["actual"]
    if expected == 0:
        return f"We expected no {kind}, and there {'is one' if actual == 1 else f'are {actual}'}."
    there = "there is 1" if actual == 1 else f"there are {actual or 'none'}"
    return f"We expected exactly {expected} of the type {kind}, and {there}."


def element_differs(message: Mapping[str, Any]) -> str:
    return ELEMENT_PARTS[message["part"]].format(**message)


def interaction_refused(message: Mapping[str, Any]) -> str:
    if message["problem"] == "unknown_key":
        return "There is no such widget on the page."
    return f"Streamlit did not take that: {message['message']}"


def no_choice(message: Mapping[str, Any]) -> str:
    return "We looked for one with at least two options, and there is none."


def no_filter(message: Mapping[str, Any]) -> str:
    return NO_FILTER[message["problem"]].format(**message)


def no_answer(message: Mapping[str, Any]) -> str:
    return NO_ANSWER[message["error"]]


def exception(message: Mapping[str, Any]) -> str:
    raised = last_line(message["exception"], message["message"])
    where = f" ({message['file']}, line {message['line']})" if message["file"] and message["line"] else ""
    return f"Your code stopped with an error{where}: {raised}"


def not_reached(message: Mapping[str, Any]) -> str:
    return f"Not run: the program {'was stopped' if message.get('stopped') else 'had ended'} before."


SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "status": status,
    "content_type": content_type,
    "header": header,
    "not_json": not_json,
    "json_differs": json_differs,
    "text_missing": text_missing,
    "no_figure": no_figure,
    "figure_differs": figure_differs,
    "figure_traces": figure_traces,
    "no_component": no_component,
    "no_content": no_content,
    "no_option": no_option,
    "too_fast": too_fast,
    "too_slow": too_slow,
    "value_differs": json_differs,
    "unfit_value": unfit_value,
    "no_function": no_function,
    "not_raised": not_raised,
    "message_lacks": message_lacks,
    "output_differs": output_differs,
    "output_lacks": output_lacks,
    "exit_code": exit_code,
    "no_element": no_element,
    "element_count": element_count,
    "element_differs": element_differs,
    "interaction_refused": interaction_refused,
    "no_choice": no_choice,
    "no_filter": no_filter,
    "no_answer": no_answer,
    "exception": exception,
    "wrong_exception": wrong_exception,
    "not_reached": not_reached,
}
EVERY = SENTENCES | answer_sentences.SENTENCES
