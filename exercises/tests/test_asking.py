import pytest

from exercises.asking import in_short, parse_call, question_of, read_request, shown_headers
from exercises.errors import InvalidRequest
from exercises.kinds.function import Call
from exercises.kinds.http import Request
from exercises.kinds.script import Program
from exercises.kinds.streamlit import Interaction
from exercises.models import ExerciseVersion, Trial

GET = {"method": "GET", "path": "/", "headers": {}, "body": ""}
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATH = "The path must start with / and have at most 2000 characters."
METHOD = "The method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS."
HEADER = "A header has a name and a text in ASCII, on one line."
LINES = "Write each header on a line of its own, such as Accept: text/html."
TWICE = "There are two headers of one name. Put both values into one, with a comma."
HEADERS = "There are too many headers, or they are too long."
ARGUMENTS = "There are too many arguments, or they are too long."
PLAIN = "The arguments must be plain values: numbers, texts, lists, dictionaries."
ONE_CALL = "Write one call of a function, such as rank([3, 1, 2], limit=2)."


@pytest.mark.parametrize(
    ("kind", "raw", "answer"),
    [
        ("http", {}, GET),
        ("http", {"method": "post", "path": " /a b?q=ä#top "}, GET | {"method": "POST", "path": "/a%20b?q=%C3%A4"}),
        ("http", {"path": "/a%20b/../%zz"}, GET | {"path": "/a%20b/../%zz"}),
        ("http", {"body": '{"a": 1}'}, GET | {"body": '{"a": 1}', "headers": JSON}),
        ("http", {"body": "a=1"}, GET | {"body": "a=1", "headers": FORM}),
        ("http", {"body": "3"}, GET | {"body": "3", "headers": FORM}),
        ("http", {"body": "<a/>", "headers": {"content-type": "text/xml"}},
         GET | {"body": "<a/>", "headers": {"content-type": "text/xml"}}),
        ("http", [], {"": "The request must be an object."}),
        ("http", {"url": "/"}, {"'url'": "A request here can have: method, path, headers, body."}),
        ("http", {"method": "BREW"}, {"method": METHOD}),
        ("http", {"method": None}, {"method": "method must be a text."}),
        ("http", {"path": "items"}, {"path": PATH}),
        ("http", {"path": ""}, {"path": PATH}),
        ("http", {"path": "/" + 2001 * "a"}, {"path": PATH}),
        ("http", {"path": "/\0"}, {"path": "path holds a NUL character."}),
        ("http", {"path": "/\ud800"}, {"path": "path holds half of a surrogate pair, which is not text."}),
        ("http", {"body": "a" * 65537}, {"body": "body is larger than 64 KiB."}),
        ("http", {"headers": []}, {"headers": "The headers must be an object of texts."}),
        ("http", {"headers": {"A b": "c"}}, {"headers": HEADER}),
        ("http", {"headers": {"A": "b\r\nC: d"}}, {"headers": HEADER}),
        ("http", {"headers": {"A": 1}}, {"headers": HEADER}),
        ("http", {"headers": {"Host": "example.org"}}, {"headers": "Host is written by the sandbox."}),
        ("http", {"headers": {f"A{number}": "" for number in range(31)}}, {"headers": HEADERS}),
        ("http", {"headers": {"A": 2001 * "a"}}, {"headers": HEADERS}),
        ("http", {"headers": " Accept : text/html\r\n\nX-Time: 12:30"},
         GET | {"headers": {"Accept": "text/html", "X-Time": "12:30"}}),
        ("http", {"headers": "Accept"}, {"headers": LINES}),
        ("http", {"headers": ": text/html"}, {"headers": HEADER}),
        ("http", {"headers": "A: 1\na: 2"}, {"headers": TWICE}),
        ("http", {"headers": "Host: example.org"}, {"headers": "Host is written by the sandbox."}),
        ("http", {"headers": "A: \0"}, {"headers": "headers holds a NUL character."}),
        ("script", {}, {"arguments": [], "input": ""}),
        ("script", {"arguments": ["a b", "c"], "input": "x\n"}, {"arguments": ["a b", "c"], "input": "x\n"}),
        ("script", {"arguments": "'a b' c"}, {"arguments": ["a b", "c"], "input": ""}),
        ("script", {"arguments": "'a"}, {"arguments": "A quote in the arguments is never closed."}),
        ("script", {"arguments": [1]}, {"arguments": "The arguments must be texts."}),
        ("script", {"arguments": ["\0"]}, {"arguments": "The arguments must be texts."}),
        ("script", {"arguments": 51 * ["a"]}, {"arguments": ARGUMENTS}),
        ("script", {"arguments": [4001 * "a"]}, {"arguments": ARGUMENTS}),
        ("script", {"input": 3}, {"input": "input must be a text."}),
        ("function", {}, {"call": ""}),
        ("function", {"call": " f(1, a='x') "}, {"call": "f(1, a='x')"}),
        ("function", {"call": "f("}, {"call": "Python cannot read this call: '(' was never closed."}),
        ("streamlit", {}, {}),
        ("streamlit", {"path": "/"}, {"'path'": "A request here can have: nothing."}),
    ],
)  # fmt: skip
def test_a_request_is_read_or_refused_with_all_that_is_wrong(kind, raw, answer):
    try:
        read = read_request(kind, raw)
    except InvalidRequest as refusal:
        read = refusal.problems

    assert read == answer


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"body": "", "headers": {"Accept": "a/b", "X": ""}}, "Accept: a/b\nX: "),
        ({"body": "{}", "headers": JSON}, ""),  # it gets that by itself
        ({"body": "{}", "headers": FORM}, "Content-Type: application/x-www-form-urlencoded"),
        ({"body": "", "headers": FORM}, "Content-Type: application/x-www-form-urlencoded"),
    ],
)
def test_headers_are_shown_as_they_can_be_typed(request_, text):
    assert shown_headers(request_) == text

    assert read_request("http", request_ | {"headers": text})["headers"] == request_["headers"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("f()", Call("f")),
        ("rank([3, (1, 2)], limit=-2, by={'a': None})", Call("rank", ([3, [1, 2]],), {"limit": -2, "by": {"a": None}})),
        ("f", ONE_CALL),
        ("f(1); g(2)", "Python cannot read this call: invalid syntax."),
        ("os.system('ls')", ONE_CALL),
        ("f(*[1])", PLAIN),
        ("f(**{'a': 1})", ONE_CALL),
        ("f(open('x'))", PLAIN),
        ("f({1})", PLAIN),
        ("f(b'')", PLAIN),
        ("f({1: 2})", PLAIN),
        ("f(1e999)", PLAIN),
        ("f(1j)", PLAIN),
        ("f(" + 25 * "[" + 25 * "]" + ")", "The arguments are nested too deeply."),
        ("f(" + 4000 * "1" + ")", "The call is too long."),
        ("f(" + 1900 * "[" + 1900 * "]" + ")", "Python cannot read this call: too many nested parentheses."),
        ("f(" + 1900 * "-" + "1)", PLAIN),
    ],
)
def test_a_call_is_read_without_running_anything(text, answer):
    try:
        read = parse_call(text)
    except ValueError as error:
        read = str(error)

    assert read == answer


@pytest.mark.parametrize(
    ("kind", "request_", "question", "short"),
    [
        ("http", GET | {"path": "/x", "headers": JSON, "body": "ä"},
         Request("GET", "/x", (("Content-Type", "application/json"),), "ä".encode()), "GET /x"),
        ("script", {"arguments": ["a b"], "input": "x"}, Program(("a b",), "x"), "python main.py 'a b'"),
        ("script", {"arguments": [], "input": ""}, Program(), ""),
        ("function", {"call": "f(1)"}, Call("f", (1,)), "f(1)"),
        ("function", {"call": ""}, Program(), ""),
        ("streamlit", {}, Interaction(), ""),
    ],
)  # fmt: skip
def test_a_stored_request_says_what_is_asked(kind, request_, question, short):
    assert (question_of(kind, request_), in_short(kind, request_)) == (question, short)


def test_trials_know_the_kinds_of_programs():
    assert {kind.value for kind in Trial.Kind} <= set(ExerciseVersion.Kind.values)
