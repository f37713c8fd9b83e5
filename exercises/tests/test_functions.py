"""Kind function: what may stand in its cases, and learners' functions called in the real sandbox."""

import json

import pytest

import sandbox
from exercises.cases import CasesError, expected, parse, questions
from exercises.judging import judge_files
from exercises.kinds.function import Call, Expectation
from exercises.models import ExerciseVersion, Run
from sandbox import Observation

Verdict = Run.Verdict
SEED = 5

RANK = """
[random]
first = { kind = "word" }
high = { kind = "integer", min = 5, max = 9 }

[computed]
higher = { add = ["${high}", 1] }

[[case]]
name = "The best comes first"
why = "Sort by the weighted sum, downwards."
[case.call]
function = "rank"
arguments = [{ Flask = { speed = "${high}" }, "${first}" = { speed = "${higher}" } }]
keywords = { weights = { speed = 1 } }
[case.expect]
value = ["${first}", "Flask"]

[[case]]
name = "An unknown criterion is refused"
why = "A typing error must not count as 0."
call = { function = "rank", arguments = [{ Flask = {} }, { "${first}" = 1 }] }
expect = { raises = "ValueError", message_contains = "${first}" }
"""
SOLUTION = """
def rank(scores, weights):
    def total(name):
        unknown = set(weights) - set(scores[name])
        if unknown:
            raise ValueError(f"unknown: {unknown}")
        return sum(scores[name][criterion] * weight for criterion, weight in weights.items())

    return sorted(scores, key=lambda name: (-total(name), name))
"""


def case(call='{ function = "f" }', expect="{ value = 1 }", before=""):
    """A cases.toml whose [[case]] starts on line 2; call is line 4, expect line 5."""
    return f'{before}\n[[case]]\nname = "It returns"\ncall = {call}\nexpect = {expect}\n'


def test_parse_keeps_the_call_and_what_it_gives():
    first, second = parse(RANK, kind="function")

    assert first["call"] == {
        "function": "rank",
        "arguments": [{"Flask": {"speed": "${high}"}, "${first}": {"speed": "${higher}"}}],
        "keywords": {"weights": {"speed": 1}},
    }
    assert (first["expect"], first["computed"]["higher"]["operands"]) == (
        {"value": ["${first}", "Flask"]},
        ["${high}", 1],
    )
    assert second["expect"] == {"raises": "ValueError", "message_contains": ["${first}"]}


def test_questions_and_expected_hold_the_values_of_one_seed():
    cases = parse(RANK, kind="function")

    call, refused = questions(cases, seed=7)
    word = refused.keywords or next(iter(refused.arguments[1]))

    high = call.arguments[0]["Flask"]["speed"]
    assert call == Call("rank", ({"Flask": {"speed": high}, word: {"speed": high + 1}},), {"weights": {"speed": 1}})
    assert call.shown == {
        "call": f"rank({{'Flask': {{'speed': {high}}}, '{word}': {{'speed': {high + 1}}}}}, weights={{'speed': 1}})"
    }
    assert expected(cases, seed=7) == [
        Expectation(value=[word, "Flask"]),
        Expectation(raises="ValueError", message_contains=(word,)),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (case(call='"f()"'), "line 4: call must be a table"),
        (case(call="{}"), "line 4: call needs 'function'"),
        (case(call='{ function = "f", args = [] }'),
         "line 4: unknown key 'args'; call knows arguments, function, keywords"),
        (case(call='{ function = "f()" }'), "line 4: function must be a name that Python knows"),
        (case(call='{ function = "class" }'), "line 4: function must be a name that Python knows"),
        (case(call='{ function = "${r}" }', before='random.r.kind = "word"'),
         "line 4: function must be the same for every run: no random values"),
        (case(call='{ function = "f", arguments = { a = 1 } }'), "line 4: arguments must be an array"),
        (case(call='{ function = "f", keywords = [1] }'), "line 4: keywords must be a table"),
        (case(call='{ function = "f", keywords = { "a b" = 1 } }'), "line 4: 'a b' is not a name that Python knows"),
        (case(expect="{}"), "line 5: expect needs value or raises, one of the two"),
        (case(expect='{ value = 1, raises = "KeyError" }'), "line 5: expect needs value or raises, one of the two"),
        (case(expect='{ value = 1, message_contains = "a" }'), "line 5: message_contains goes with raises"),
        (case(expect='{ raises = "Key Error" }'), "line 5: raises must be a name that Python knows"),
        (case(expect='{ raises = "KeyError", message_contains = 1 }'),
         "line 5: message_contains must be a text in quotes"),
        (case(expect="{ value = 1, status = 200 }"),
         "line 5: unknown key 'status'; expect knows message_contains, raises, value"),
        (case().replace("call", "request"),
         "line 2: a case needs 'call'; line 4: unknown key 'request'; a case knows call, expect, name, why"),
    ],
)  # fmt: skip
def test_parse_names_the_line_of_a_mistake(text, problem):
    with pytest.raises(CasesError) as caught:
        parse(text, kind="function")

    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("value", "answer", "code"),
    [
        ("1", "1", None),
        ("1", "1.0", "type"),
        ("1.0", "1", None),
        ("1.0", "1.0", None),
        ("0.3", "0.30000000000000004", "value"),
        ("1", "true", "type"),
        ("true", "1", "type"),
        ("true", "true", None),
        ('"1"', "1", "type"),
        ("[1, 2]", "[1, 2]", None),
        ("[1, 2]", "[2, 1]", "value"),
        ("[1, 2]", "[1, 2.0]", "type"),
        ("{ a = 1 }", '{"a": 1.0}', "type"),
        ("{ a = 1 }", '{"a": 1, "b": null}', "unexpected"),
        ("{ a = 1 }", "null", "type"),
        ("[]", "[[]]", "length"),
    ],
)
def test_values_are_compared_with_the_types_of_python(value, answer, code):
    (expectation,) = expected(parse(case(expect=f"{{ value = {value} }}"), kind="function"), seed=1)

    miss = expectation.examine(Observation(status=200, body=f'{{"value": {answer}}}'.encode())).miss

    assert (miss and miss.message["difference"]) == code


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"{}", b'{"value": NaN}', b'{"values": 1}', b'{"raised": 1}', b'{"unfit": []}', b"\xff",
     b'{"raised": {"names": [], "message": "", "traceback": ""}}', b'{"missing": {"type": 3}}',
     b'{"unfit": {"problem": "odd", "type": "set", "path": ""}}', b'{"value": ' + b"[" * 5000],
)  # fmt: skip
def test_an_answer_that_is_none_is_no_pass(body):
    (one, other) = expected(parse(RANK, kind="function"), seed=1)

    for expectation in (one, other):
        assert expectation.examine(Observation(status=200, body=body)).miss.message == {
            "code": "no_answer", "error": "malformed"
        }  # fmt: skip


# In the sandbox


def judged(source, text=RANK, **limits):
    version = ExerciseVersion(
        kind="function",
        cases=parse(text, kind="function"),
        starter={"main.py": "def rank():\n    ...\n"},
        limits=limits,
    )
    return judge_files(version, source if isinstance(source, dict) else {"main.py": source}, SEED)


@pytest.mark.parametrize(
    "source",
    [
        SOLUTION,
        SOLUTION.replace("return sorted(", "return tuple(sorted(").replace("name))", "name)))"),
        {"main.py": "from ranking import rank\n", "ranking.py": SOLUTION},
        "class UnknownCriterion(ValueError):\n    pass\n"
        + SOLUTION.replace("raise ValueError", "raise UnknownCriterion"),
        SOLUTION.replace("def rank", "def ranked") + "\nrank = lambda *args, **kwargs: ranked(*args, **kwargs)\n",
        SOLUTION + '\nif __name__ == "__main__":\n    print(rank({}, {}))\n    raise SystemExit(3)\n',
        SOLUTION.replace("    return sorted", "    print('ranking', scores)\n    return sorted"),
        "import socket\nsocket.setdefaulttimeout(0.001)\n" + SOLUTION,
        "from gevent import monkey\nmonkey.patch_all()\n" + SOLUTION,
    ],
    ids=["plain", "tuple", "imported", "own exception", "lambda", "main guard", "prints", "timeout", "gevent"],
)
def test_a_right_answer_passes_in_any_style(source):
    result = judged(source)

    assert (result.verdict, result.reason, result.details) == (Verdict.PASSED, "", {}), result.tests
    assert result.stderr == ""


def test_the_result_shows_call_value_and_exception():
    result = judged(SOLUTION.replace("    return sorted", "    print('ranking')\n    return sorted"))

    first, second = result.tests
    assert first["request"]["call"].startswith("rank({'Flask': {'speed': ")
    assert (first["response"]["status"], first["response"]["body"][-10:]) == (None, ", 'Flask']")
    assert second["response"]["body"].startswith("ValueError: unknown: {'")
    assert (first["expected"], first["actual"], first["message"]) == (None, None, None)
    assert (result.stdout, result.stderr) == ("ranking\nranking\n", "")


@pytest.mark.parametrize(
    ("source", "statuses", "codes"),
    [
        (SOLUTION.replace("-total", "total"), "failed passed", ["value_differs"]),
        (SOLUTION.replace("return sorted", "return set"), "error error", ["exception", "wrong_exception"]),
        ("def rank(scores, weights):\n    return {*scores}", "failed failed", ["unfit_value"] * 2),
        ("def rank(scores, weights):\n    return (name for name in scores)", "failed failed", ["unfit_value"] * 2),
        ("async def rank(scores, weights):\n    return []", "failed failed", ["unfit_value"] * 2),
        ("def rank(scores, weights):\n    print(scores)", "failed failed", ["value_differs", "not_raised"]),
        ("def rank(scores):\n    return []", "error error", ["exception", "wrong_exception"]),
        ("def Rank(scores, weights):\n    return []", "failed failed", ["no_function"] * 2),
        ("rank = []", "failed failed", ["no_function"] * 2),
        (SOLUTION.replace("raise ValueError", "raise KeyError"), "passed error", ["wrong_exception"]),
        (SOLUTION.replace(': {unknown}"', '"'), "passed failed", ["message_lacks"]),
        (SOLUTION.replace("raise ValueError", "exit"), "passed error", ["wrong_exception"]),
        # What fits yesterday's values does not fit today's.
        (
            "def rank(scores, weights):\n    return ['Django', 'Flask']",
            "failed failed",
            ["value_differs", "not_raised"],
        ),
    ],
)
def test_a_wrong_answer_fails_at_its_case(source, statuses, codes):
    result = judged(source)

    assert (result.verdict, [test["status"] for test in result.tests]) == (Verdict.FAILED, statuses.split())
    assert [test["message"]["code"] for test in result.tests if test["message"]] == codes
    assert "/opt" not in result.stderr
    assert "fieldguide" not in json.dumps(result.tests)


def test_an_exception_is_told_with_its_line_and_frames_of_the_learner_only():
    result = judged(
        SOLUTION.replace("raise ValueError(f", "raise LookupError(f").replace("set(weights)", "{*weights, 'x'}")
    )

    first, second = result.tests
    assert (result.reason, result.details["line"], result.details["file"]) == ("exception", 6, "main.py")
    assert first["message"]["source"] == 'raise LookupError(f"unknown: {unknown}")'
    assert [line for line in first["traceback"].split("\n") if "File" in line] == [
        '  File "main.py", line 9, in rank',
        '  File "main.py", line 9, in <lambda>',
        '  File "main.py", line 6, in total',
    ]
    assert (second["message"]["code"], second["message"]["expected"], second["message"]["exception"]) == (
        "wrong_exception", "ValueError", "LookupError"
    )  # fmt: skip


ONE = """
[[case]]
name = "first"
call = { function = "first" }
expect = { value = 1 }

[[case]]
name = "second"
call = { function = "second", arguments = [1] }
expect = { value = 2 }
"""


@pytest.mark.parametrize(
    ("source", "limits", "verdict", "statuses"),
    [
        ("while True: pass", {"cpu_seconds": 1}, Verdict.TIMED_OUT, "skipped skipped"),
        ("import os; os._exit(0)", {}, Verdict.CRASHED, "skipped skipped"),
        ("import sys; sys.exit(0)", {}, Verdict.CRASHED, "skipped skipped"),
        ("def first(:", {}, Verdict.CRASHED, "skipped skipped"),
        ("import nowhere", {}, Verdict.CRASHED, "skipped skipped"),
        ("def first(): return 1\ndef second(n):\n    while True: pass", {"cpu_seconds": 1},
         Verdict.TIMED_OUT, "passed failed"),
        ("import time\ndef first(): return 1\ndef second(n): time.sleep(60)", {"wall_seconds": 2},
         Verdict.TIMED_OUT, "passed failed"),
        ("import os\ndef first(): return 1\ndef second(n): os._exit(0)", {}, Verdict.CRASHED, "passed failed"),
        ("import os\ndef first(): os._exit(0)\ndef second(n): return 2", {}, Verdict.CRASHED, "failed skipped"),
        ("import ctypes\ndef first(): return 1\ndef second(n): ctypes.string_at(0)", {},
         Verdict.CRASHED, "passed failed"),
        ("def first(): return 1\ndef second(n): return [0] * 10**9", {}, Verdict.MEMORY_EXCEEDED, "passed error"),
        ("def first(): return 1\ndef second(n): return bytearray(10**9)", {"memory_bytes": 2**25},
         Verdict.MEMORY_EXCEEDED, "passed error"),
        ("def first(): return 1\ndef second(n):\n    while True: print('x' * 1000)", {},
         Verdict.OUTPUT_EXCEEDED, "passed failed"),
        ("def first(): return 1\ndef second(n): return second(n)", {}, Verdict.FAILED, "passed error"),
    ],
)  # fmt: skip
def test_limits_and_ends_name_the_test_that_was_running(source, limits, verdict, statuses):
    result = judged(source, ONE, **limits)

    assert (result.verdict, [test["status"] for test in result.tests]) == (verdict, statuses.split()), result.details
    if statuses.startswith("passed") and verdict != Verdict.FAILED:
        assert result.details["test"] == 1
    if verdict == Verdict.CRASHED and result.details.get("test") == 1:
        assert result.tests[1]["message"] == {"code": "no_answer", "error": "ended"}


HOSTILE = {
    "equal to everything": """
class E(int):
    __eq__ = lambda *_: True
    __hash__ = int.__hash__
    __index__ = __int__ = lambda *_: 1
E = E(7)
""",
    "says that it is 1": """
class E:
    __class__ = property(lambda self: int)
    __repr__ = lambda self: "1"
E = E()
""",
    "a class that lies": """
class M(type):
    __name__ = __mro__ = property(lambda cls: 1 / 0)
class E(metaclass=M): pass
E = E()
""",
    "a list without end": """
class E(list):
    __iter__ = lambda self: iter(int, 1)
    __len__ = lambda self: 10**9
E = E()
""",
    "a text that does not compare": """
class E(str):
    __eq__ = lambda *_: True
    __hash__ = str.__hash__
    __str__ = lambda self: 1 / 0
E = E("1")
""",
    "a text that lies": """
class E(str):
    __hash__ = __len__ = __getitem__ = lambda *_: 1 / 0
E = [E("1")]
""",
    "a list of itself": "E = []\nE.append(E)",
    "a billion laughs": "E = [1]\nfor _ in range(30): E = [E, E, E]",
    "a dict of itself": "E = {}\nE['e'] = E",
    "NaN": "E = float('nan')",
    "infinity": "E = float('inf')",
    "a huge number": "E = 10**5000",
    "a huge text": "E = 'x' * 10**6",
    "half of a surrogate pair": "E = '\\ud800'",
    "a text with NUL": "E = 'a\\0'",
    "bytes": "E = b'1'",
    "keys that are numbers": "E = {1: 1}",
    "an answer in place of the value": "E = {'value': 1}",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_values_are_no_pass_and_the_next_call_is_answered(source):
    result = judged(f"{source}\ndef first(): return E\ndef second(n): return n + 1\n", ONE)

    assert (result.verdict, [test["status"] for test in result.tests]) == (Verdict.FAILED, ["failed", "passed"])
    json.dumps(result.tests, ensure_ascii=False, allow_nan=False).encode()
    assert "\0" not in json.dumps(result.tests, ensure_ascii=False)


RAISED = {
    "whose text fails": """
class E(Exception):
    def __str__(self): raise E
""",
    "whose text is none": """
class E(Exception):
    def __str__(self): return 1
""",
    "whose text is huge": """
class E(Exception):
    def __str__(self): return "x" * 10**6
""",
    "with a traceback as its text": """
class E(Exception):
    def __str__(self): return 'a\\nTraceback (most recent call last):\\n  File "/etc/passwd", line 1\\nValueError: b'
""",
    "with a name that fails": """
class M(type):
    __name__ = __mro__ = property(lambda cls: 1 / 0)
    __getattribute__ = lambda *_: 1 / 0
class E(Exception, metaclass=M): pass
""",
    "of a chain": """
class E(Exception):
    def __init__(self, n=0): self.__cause__ = E(n + 1) if n < 200 else None
""",
    "that ends programs": "class E(SystemExit): pass",
    "that nobody catches": "class E(BaseException): pass",
    "of a group": "def E(): return ExceptionGroup('several', [KeyError(1), ValueError(2)])",
    "of the keyboard": "E = KeyboardInterrupt",
}


@pytest.mark.parametrize("source", RAISED.values(), ids=RAISED)
def test_hostile_exceptions_are_no_pass_and_the_next_call_is_answered(source):
    result = judged(f"{source}\ndef first(): raise E()\ndef second(n): return n + 1\n", ONE)

    assert (result.verdict, result.tests[1]["status"]) == (Verdict.FAILED, "passed")
    assert result.tests[0]["status"] in ("failed", "error")
    assert len(json.dumps(result.tests[0])) < 20_000


def test_calls_come_one_by_one_with_arguments_of_their_own():
    """A program that answers by itself knows of no call before it is asked, and changes nothing for the next one."""
    source = """
import socket, threading, time
asked = []
def rank(scores, weights):
    asked.append((dict(scores), dict(weights)))
    names = sorted(scores)
    scores.clear()
    weights.clear()
    return [str(len(asked)), *names]
"""
    text = "".join(
        f'[[case]]\nname = "{n}"\ncall = {{ function = "rank", arguments = [{{ a = 1 }}, {{}}] }}\n'
        f'expect = {{ value = ["{n}", "a"] }}\n'
        for n in range(1, 5)
    )

    assert judged(source, text).verdict == Verdict.PASSED


def test_the_answer_key_never_goes_into_the_sandbox(monkeypatch):
    jobs = []
    real = sandbox.judge
    monkeypatch.setattr(sandbox, "judge", lambda job, **options: jobs.append(job) or real(job, **options))
    text = RANK.replace('value = ["${first}", "Flask"]', 'value = ["${first}", "Flask", "the answer key"]')

    judged(SOLUTION, text)

    (job,) = jobs
    assert (job.kind, job.framework) == ("function", "python")
    assert "the answer key" not in repr(job)
    assert "ValueError" not in repr(job.probes)
