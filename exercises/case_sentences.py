"""From the codes that exercises.judging stores for one test to sentences: did, expected, got, where.

Every value in a message comes from the learner's program or from the author and is shown as text, never as markup.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_lazy, ngettext

from exercises.answers import sentences as answer_sentences
from exercises.python_errors import last_line

SHOWN_CHARACTERS = 120  # of a body in a sentence; the whole one stands below it

NO_ANSWER = {
    "refused": gettext_lazy("Nothing accepted the connection: the program does not listen any more."),
    "closed": gettext_lazy("The connection was closed without an answer."),
    "timeout": gettext_lazy("No answer came in time."),
    "malformed": gettext_lazy("What came back is not HTTP."),
    "too_large": gettext_lazy("The answer is larger than 64 kB."),
    "ended": gettext_lazy("The program ended before it had answered."),
    "stopped": gettext_lazy("The program was stopped before it had ended."),
    "signal": gettext_lazy("The program was ended by a signal, as by a crash of Python itself."),
    "page_too_large": gettext_lazy("The page is larger than 512 kB."),
}
NOT_JSON = {
    "empty": gettext_lazy("the body is empty"),
    "encoding": gettext_lazy("the body is not UTF-8"),
    "syntax": gettext_lazy("the body is something else"),
    "duplicate_key": gettext_lazy("a key appears twice"),
    "too_deep": gettext_lazy("the body is nested too deeply"),
    "number": gettext_lazy("a number in it is not valid JSON"),
}
VALUES = ("null", "None")  # the only ones of their types
# What cannot be compared, by its type in Python, and what would do instead.
INSTEAD = {
    **dict.fromkeys(
        ("set", "frozenset", "generator", "map", "filter", "zip", "range", "dict_keys", "dict_values", "dict_items",
         "deque", "ndarray", "Series"),
        gettext_lazy("Return a list instead."),
    ),
    **dict.fromkeys(("bytes", "bytearray"), gettext_lazy("Return a text (`str`) instead.")),
    "Decimal": gettext_lazy("Return a float instead."),
    "coroutine": gettext_lazy("Write `def` and not `async def`: we call the function and do not await it."),
}  # fmt: skip
COMPARABLE = gettext_lazy("We can compare None, bool, int, float, str, list, tuple and dict.")
UNFIT = {
    "key": gettext_lazy("It returned a dictionary with a key of type {type}{place}. Keys have to be texts here."),
    "number": gettext_lazy("It returned a number{place} that is not finite, or that has hundreds of digits."),
    "too_deep": gettext_lazy("It returned a value that is nested more than 32 levels deep."),
    "too_large": gettext_lazy("It returned more than we can compare: 60 kB at most."),
    "unreadable": gettext_lazy("It returned a value that could not be read."),
}


ELEMENT_PARTS = {
    "text": gettext_lazy("We expected the {type} “{expected}” and found “{actual}”."),
    "text_contains": gettext_lazy("We expected “{expected}” in the {type} and found “{actual}”."),
    "value": gettext_lazy("We expected the value {expected} of the {type} and found {actual}."),
    "values": gettext_lazy("We expected the {type} to draw {expected}, and it draws {actual}."),
    "series": gettext_lazy("We expected the numbers of the {type} in {expected} series, and they are in {actual}."),
    "rows": gettext_lazy("We expected the {type} to have the rows {expected}, and it has {actual}."),
    "options": gettext_lazy("We expected the {type} to offer {expected}, and it offers {actual}."),
    "min_options": gettext_lazy("We expected the {type} to offer at least {expected} options, and it offers {actual}."),
}
NO_FILTER = {
    "no_chart": gettext_lazy("With “{option}” chosen in “{widget}” there is no chart."),
    "no_rows": gettext_lazy("With “{option}” chosen in “{widget}” the chart is empty."),
    "same": gettext_lazy(
        "The chart is the same for “{other}” and “{option}” of “{widget}”. It should show the chosen rows only."
    ),
    "other_rows": gettext_lazy("With “{option}” chosen in “{widget}” the chart shows rows of “{other}” as well."),
    "unstable": gettext_lazy(
        "We chose “{option}” in “{widget}” twice, and the chart was not the same. Keep the data the same in every run "
        "of the script, by constants or a fixed seed, or nobody can tell what the choice does."
    ),
}


# What stands on a page of Streamlit, by the function that makes it.
ELEMENTS = {
    "title": gettext_lazy("title"),
    "header": gettext_lazy("header"),
    "subheader": gettext_lazy("subheader"),
    "markdown": gettext_lazy("Markdown text"),
    "text": gettext_lazy("text"),
    "caption": gettext_lazy("caption"),
    "code": gettext_lazy("code block"),
    "json": gettext_lazy("JSON value"),
    "latex": gettext_lazy("formula"),
    "html": gettext_lazy("HTML text"),
    "badge": gettext_lazy("badge"),
    "metric": gettext_lazy("metric"),
    "success": gettext_lazy("success message"),
    "info": gettext_lazy("info message"),
    "warning": gettext_lazy("warning"),
    "error": gettext_lazy("error"),
    "exception": gettext_lazy("exception"),
    "selectbox": gettext_lazy("select box"),
    "radio": gettext_lazy("radio"),
    "segmented_control": gettext_lazy("segmented control"),
    "pills": gettext_lazy("pills"),
    "multiselect": gettext_lazy("multiselect"),
    "checkbox": gettext_lazy("checkbox"),
    "toggle": gettext_lazy("toggle"),
    "slider": gettext_lazy("slider"),
    "select_slider": gettext_lazy("select slider"),
    "text_input": gettext_lazy("text input"),
    "text_area": gettext_lazy("text area"),
    "number_input": gettext_lazy("number input"),
    "date_input": gettext_lazy("date input"),
    "time_input": gettext_lazy("time input"),
    "button": gettext_lazy("button"),
    "form_submit_button": gettext_lazy("form submit button"),
    "download_button": gettext_lazy("download button"),
    "link_button": gettext_lazy("link button"),
    "dataframe": gettext_lazy("dataframe"),
    "table": gettext_lazy("table"),
    "data_editor": gettext_lazy("data editor"),
    "columns": gettext_lazy("columns"),
    "column": gettext_lazy("column"),
    "tabs": gettext_lazy("tabs"),
    "tab": gettext_lazy("tab"),
    "expander": gettext_lazy("expander"),
    "form": gettext_lazy("form"),
    "popover": gettext_lazy("popover"),
    "divider": gettext_lazy("divider"),
    "image": gettext_lazy("image"),
    "progress": gettext_lazy("progress bar"),
    "chart": gettext_lazy("chart"),
    "line_chart": gettext_lazy("line chart"),
    "bar_chart": gettext_lazy("bar chart"),
    "area_chart": gettext_lazy("area chart"),
    "scatter_chart": gettext_lazy("scatter chart"),
    "altair_chart": gettext_lazy("Altair chart"),
    "vega_lite_chart": gettext_lazy("Vega-Lite chart"),
    "plotly_chart": gettext_lazy("Plotly chart"),
}
# Several of those from which one chooses.
EVERY_WIDGET = {
    "selectbox": gettext_lazy("select boxes"),
    "radio": gettext_lazy("radios"),
    "segmented_control": gettext_lazy("segmented controls"),
    "pills": gettext_lazy("pills"),
}


def did(request: Mapping[str, Any] | None) -> str:
    """What we did, up to what asked() goes on with; all of it where that is "" (kind streamlit)."""
    if request is None:
        return ""
    if "interact" in request:
        return interacted(request["interact"])
    if "run" in request:
        return gettext("We ran")
    return gettext("We called") if "call" in request else gettext("We sent")


def interacted(done: Mapping[str, Any] | str) -> str:
    """What we did with the widgets of a page. Older runs have it stored in English."""
    if isinstance(done, str):
        return gettext("We %(what)s") % {"what": shortened(done)}
    if "each_option" in done:
        return gettext("We chose each option of %(widgets)s") % {"widgets": widgets_in_words(done["each_option"])}
    settings = ", ".join(
        gettext("%(widget)s to %(value)s") % {"widget": name, "value": value} for name, value in done.get("set", [])
    )
    values = {"settings": shortened(settings), "widget": done.get("clicked", "")}
    if settings and "clicked" in done:
        return gettext("We set %(settings)s and clicked %(widget)s") % values
    if settings:
        return gettext("We set %(settings)s") % values
    return gettext("We clicked %(widget)s") % values if "clicked" in done else gettext("We looked at the app")


def widgets_in_words(types: Sequence[str]) -> str:
    """Select boxes and radios."""
    return get_text_list([str(EVERY_WIDGET.get(name, name)) for name in types], gettext("and"))


def types_in_words(message: Mapping[str, Any]) -> str:
    """Line chart; select box or radio. Older runs have the words stored, in English."""
    if "types" not in message:
        return str(message["type"])
    return get_text_list([str(ELEMENTS.get(name, name)) for name in message["types"]], gettext("or"))


def asked(request: Mapping[str, Any] | None) -> str:
    """What was asked, as a learner would write it: GET /health, POST /items with {"name": "tea"}, or rank({}, {})."""
    if request is None or "interact" in request:
        return ""
    if "call" in request:
        return shortened(request["call"])
    if "run" in request:
        if "input" not in request:
            return shortened(request["run"])
        parts = {"run": shortened(request["run"]), "input": shortened(repr(request["input"]))}
        return gettext("%(run)s with the input %(input)s") % parts
    line = f"{request['method']} {request['path']}"
    if body := request.get("body"):
        line = gettext("%(request)s with %(body)s") % {"request": line, "body": shortened(body)}
    if clients := request.get("clients"):
        line = gettext("%(request)s from %(number)d clients at once") % {"request": line, "number": clients}
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
    expected = gettext(" or ").join(str(code) for code in message["expected"])
    text = gettext("We expected the status %(expected)s and got %(actual)s.")
    return text % {"expected": expected, "actual": with_phrase(message["actual"])}


def with_phrase(code: int) -> str:
    """404 (Not Found); the bare number where HTTP knows no words for it."""
    try:
        return f"{code} ({HTTPStatus(code).phrase})"
    except ValueError:
        return str(code)


def content_type(message: Mapping[str, Any]) -> str:
    text = gettext("We expected the content type %(expected)s and got %(actual)s.")
    return text % {"expected": message["expected"], "actual": message["actual"] or gettext("none")}


def header(message: Mapping[str, Any]) -> str:
    if not message["expected"]:
        return gettext("We expected no header %(name)s and got %(actual)s.") % message
    if message["actual"] is None:
        return gettext("We expected the header %(name)s: %(expected)s and it is missing.") % message
    return gettext("We expected the header %(name)s: %(expected)s and got %(actual)s.") % message


def not_json(message: Mapping[str, Any]) -> str:
    problem = str(NOT_JSON[message["problem"]])
    if message.get("key"):
        problem += f" ({message['key']})"
    if message.get("line"):
        place = {"line": message["line"], "column": message.get("column", 1)}
        problem += " " + gettext("(line %(line)s, column %(column)s of the answer)") % place
    return gettext("We expected JSON, but %(problem)s.") % {"problem": problem}


def json_differs(message: Mapping[str, Any]) -> str:
    difference, path = message["difference"], message["path"]
    if difference == "missing":
        return gettext("We expected %(path)s, and it is missing.") % message
    if difference == "unexpected":
        return gettext("We did not expect %(path)s, and it is there.") % message
    values = {"path": path, "expected": message["expected"], "actual": message["actual"]}
    if difference == "type":
        values |= {key: typed(message, key) for key in ("expected", "actual")}
        text = gettext("We expected %(expected)s, and got %(actual)s.")
        at = gettext("At %(path)s we expected %(expected)s, and got %(actual)s.")
    elif difference == "length":
        text = gettext("We expected another number of elements: %(expected)s, and got %(actual)s.")
        at = gettext("At %(path)s we expected another number of elements: %(expected)s, and got %(actual)s.")
    else:
        text = gettext("We expected %(expected)s and got %(actual)s.")
        at = gettext("At %(path)s we expected %(expected)s and got %(actual)s.")
    return (at if path else text) % values


def typed(message: Mapping[str, Any], key: str) -> str:
    """A number, 1; the value alone where its type has no other."""
    kind = with_article(message[f"{key}_type"])
    return kind if kind in VALUES else f"{kind}, {message[key]}"


def with_article(type_name: str) -> str:
    """A number, an object, None."""
    if type_name in VALUES:
        return type_name
    text = gettext("an %(type)s") if type_name[:1].lower() in "aeiou" else gettext("a %(type)s")
    return text % {"type": type_name}


def text_missing(message: Mapping[str, Any]) -> str:
    return gettext("We expected the text “%(expected)s” in the answer, and it is not there.") % message


def no_figure(message: Mapping[str, Any]) -> str:
    return gettext("We expected a figure at %(path)s of the answer, and there is none with any data.") % message


def figure_differs(message: Mapping[str, Any]) -> str:
    return gettext("We expected the chart to draw %(expected)s along %(axis)s, and it draws %(actual)s.") % message


def figure_traces(message: Mapping[str, Any]) -> str:
    text = ngettext(
        "We expected the chart to have %(expected)d trace, and it has %(actual)d.",
        "We expected the chart to have %(expected)d traces, and it has %(actual)d.",
        message["expected"],
    )
    return text % {"expected": message["expected"], "actual": message["actual"]}


def no_component(message: Mapping[str, Any]) -> str:
    values = {
        "type": with_article(message["type"] or gettext("component")),
        "id": message["id"],
        "other": with_article(message["actual"]) if message["actual"] else "",
    }
    if not message["id"]:
        text = gettext("We expected %(type)s in the layout, and there is none.")
    elif message["actual"]:
        text = gettext(
            "We expected %(type)s with the id “%(id)s” in the layout, and there is none; the component with this id "
            "is %(other)s."
        )
    else:
        text = gettext("We expected %(type)s with the id “%(id)s” in the layout, and there is none.")
    return text % values


def no_content(message: Mapping[str, Any]) -> str:
    return (
        gettext("We expected a component in the layout whose content is “%(expected)s”, and there is none.") % message
    )


def no_option(message: Mapping[str, Any]) -> str:
    return gettext("We expected the component to offer “%(expected)s”, and it offers %(actual)s.") % message


def too_slow(message: Mapping[str, Any]) -> str:
    took, limit = (seconds(message[key]) for key in ("actual_ms", "expected_ms"))
    text = gettext("%(clients)d requests at once took %(took)s; expected at most %(limit)s.")
    return text % {"clients": message["clients"], "took": took, "limit": limit}


def too_fast(message: Mapping[str, Any]) -> str:
    took, limit = (seconds(message[key]) for key in ("actual_ms", "expected_ms"))
    return gettext("The answer came after %(took)s; expected at least %(limit)s.") % {"took": took, "limit": limit}


def seconds(milliseconds: int) -> str:
    """250 ms, or 4.1 s."""
    if milliseconds < 1000:
        return gettext("%(number)s ms") % {"number": milliseconds}
    return gettext("%(number)s s") % {"number": f"{milliseconds / 1000:.2f}".rstrip("0").rstrip(".")}


def unfit_value(message: Mapping[str, Any]) -> str:
    kind, path = message["type"], message["path"]
    place = gettext(" at %(path)s") % {"path": path} if path else ""
    if message["problem"] == "type":
        values = {"type": with_article(kind), "place": f",{place}" if place else ""}
        return f"{gettext('It returned %(type)s%(place)s.') % values} {INSTEAD.get(kind, COMPARABLE)}"
    return str(UNFIT[message["problem"]]).format(type=kind, place=place)


def no_function(message: Mapping[str, Any]) -> str:
    if message["type"]:
        return gettext("The name is there, but it is %(type)s and no function.") % {
            "type": with_article(message["type"])
        }
    return gettext("There is no function of that name in `main.py`.")


def not_raised(message: Mapping[str, Any]) -> str:
    return gettext("We expected the exception %(expected)s, and it returned %(actual)s.") % message


def wrong_exception(message: Mapping[str, Any]) -> str:
    expected = gettext("We expected the exception %(expected)s.") % message
    return f"{expected} {exception(message)}"


def message_lacks(message: Mapping[str, Any]) -> str:
    text = gettext("We expected “%(expected)s” in the message of the exception, which is: %(actual)s")
    return text % {"expected": message["expected"], "actual": message["actual"] or gettext("empty")}


def output_differs(message: Mapping[str, Any]) -> str:
    if message["actual"] is None:
        return gettext("We expected a line %(line)s in the output, “%(expected)s”, and it ends before.") % message
    if message["expected"] is None:
        return gettext("We expected the output to end before line %(line)s, and got “%(actual)s”.") % message
    return gettext("In line %(line)s of the output we expected “%(expected)s” and got “%(actual)s”.") % message


def output_lacks(message: Mapping[str, Any]) -> str:
    return gettext("We expected the text “%(expected)s” in the output, and it is not there.") % message


def exit_code(message: Mapping[str, Any]) -> str:
    return gettext("We expected the exit code %(expected)s and got %(actual)s.") % message


def no_element(message: Mapping[str, Any]) -> str:
    return gettext("We expected %(type)s, and there is none.") % {"type": with_article(types_in_words(message))}


def element_count(message: Mapping[str, Any]) -> str:
    kind, expected, actual = types_in_words(message), message["expected"], message["actual"]
    if expected == 0:
        text = ngettext(
            "We expected no %(type)s, and there is one.", "We expected no %(type)s, and there are %(actual)d.", actual
        )
        return text % {"type": kind, "actual": actual}
    if actual == 0:
        text = gettext("We expected exactly %(expected)s of the type %(type)s, and there are none.")
        return text % {"expected": expected, "type": kind}
    text = ngettext(
        "We expected exactly %(expected)d of the type %(type)s, and there is %(actual)d.",
        "We expected exactly %(expected)d of the type %(type)s, and there are %(actual)d.",
        actual,
    )
    return text % {"expected": expected, "type": kind, "actual": actual}


def element_differs(message: Mapping[str, Any]) -> str:
    values = {"type": types_in_words(message), "expected": message["expected"], "actual": message["actual"]}
    return str(ELEMENT_PARTS[message["part"]]).format(**values)


def interaction_refused(message: Mapping[str, Any]) -> str:
    if message["problem"] == "unknown_key":
        return gettext("There is no such widget on the page.")
    return gettext("Streamlit did not take that: %(message)s") % message


def no_choice(message: Mapping[str, Any]) -> str:
    return gettext("We looked for one with at least two options, and there is none.")


def no_filter(message: Mapping[str, Any]) -> str:
    return str(NO_FILTER[message["problem"]]).format(**message)


def no_answer(message: Mapping[str, Any]) -> str:
    return str(NO_ANSWER[message["error"]])


def exception(message: Mapping[str, Any]) -> str:
    raised = last_line(message["exception"], message["message"])
    if not message["file"] or not message["line"]:
        return gettext("Your code stopped with an error: %(raised)s") % {"raised": raised}
    text = gettext("Your code stopped with an error (%(file)s, line %(line)s): %(raised)s")
    return text % {"file": message["file"], "line": message["line"], "raised": raised}


def not_reached(message: Mapping[str, Any]) -> str:
    if message.get("stopped"):
        return gettext("Not run: the program was stopped before.")
    return gettext("Not run: the program had ended before.")


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
