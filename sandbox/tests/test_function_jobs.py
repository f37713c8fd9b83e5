"""Programs whose functions are called from outside, one call after the other."""

import json
import textwrap

import pytest

from sandbox import Ending, FunctionProbe, Job, Limits, judge
from sandbox.job import MIB


def call(source, *probes, files=None, **limits):
    return judge(
        Job(
            kind="function",
            framework="python",
            files={"main.py": textwrap.dedent(source).encode(), **(files or {})},
            probes=probes or [FunctionProbe("f")],
            limits=Limits(**limits),
        )
    )


def answers(report):
    return [json.loads(observation.body) for observation in report.observations]


def test_arguments_go_in_and_values_come_out():
    report = call(
        """
        import collections
        Pair = collections.namedtuple("Pair", "left right")
        print("imported as", __name__)
        def f(*arguments, **keywords):
            print("called")
            return [arguments, keywords, Pair(1, 2.0), collections.Counter("aab"), None, True, "\u00e9\\ud800", 10**300]
        if __name__ == "__main__":
            print("not this")
        """,
        FunctionProbe("f", [1, "two", [3.0]], {"four": {"five": None}}),
    )

    assert answers(report) == [
        {"value": [[1, "two", [3.0]], {"four": {"five": None}}, [1, 2.0], {"a": 2, "b": 1}, None, True, "\u00e9\ud800",
                   10**300]}
    ]  # fmt: skip
    assert (report.ending, report.stdout, report.stderr) == (Ending.FINISHED, b"imported as main\ncalled\n", b"")
    assert report.usage.memory_bytes < 4 * MIB


def test_one_call_finds_what_the_one_before_it_left():
    report = call("seen = []\ndef f(n): seen.append(n); return seen", *(FunctionProbe("f", [n]) for n in range(3)))

    assert answers(report) == [{"value": [0]}, {"value": [0, 1]}, {"value": [0, 1, 2]}]


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("def f(): return {1, 2}", {"unfit": {"problem": "type", "type": "set", "path": ""}}),
        ("def f(): yield 1", {"unfit": {"problem": "type", "type": "generator", "path": ""}}),
        ("async def f(): return 1", {"unfit": {"problem": "type", "type": "coroutine", "path": ""}}),
        ("def f(): return [{'a': (1, b'')}]", {"unfit": {"problem": "type", "type": "bytes", "path": "[0].a[1]"}}),
        ("def f(): return {'a': {1: 2}}", {"unfit": {"problem": "key", "type": "int", "path": "a"}}),
        ("def f(): return [float('nan')]", {"unfit": {"problem": "number", "type": "float", "path": "[0]"}}),
        ("def f(): return -1e999", {"unfit": {"problem": "number", "type": "float", "path": ""}}),
        ("def f(): return 10**400", {"unfit": {"problem": "number", "type": "int", "path": ""}}),
        ("def f(): return 'x' * 70_000", {"unfit": {"problem": "too_large", "type": "str", "path": ""}}),
        ("def f(): return ['x' * 9000] * 9", {"unfit": {"problem": "too_large", "type": "list", "path": ""}}),
        ("def f(): return [0] * 10_000", {"unfit": {"problem": "too_large", "type": "int", "path": "[9999]"}}),
        ("class f: pass\nf.__name__ = 'Été'", {"unfit": {"problem": "type", "type": "Été", "path": ""}}),
        ("f = 3", {"missing": {"type": "int"}}),
        ("F = 3", {"missing": {"type": ""}}),
    ],
)  # fmt: skip
def test_what_is_not_json_is_said_by_its_type_and_place(source, answer):
    assert answers(call(source)) == [answer]


def test_an_exception_is_told_with_the_learners_frames_only():
    report = call(
        """
        from shop import price
        class NoPrice(ValueError): pass
        def f():
            try:
                return price("milk")
            except KeyError as error:
                raise NoPrice("milk") from error
        """,
        files={"shop.py": b"PRICES = {'tea': 3}\ndef price(name):\n    return PRICES[name]\n"},
    )
    (answer,) = answers(report)

    assert answer["raised"]["names"] == ["NoPrice", "ValueError", "Exception", "BaseException", "object"]
    assert answer["raised"]["message"] == "milk"
    assert answer["raised"]["traceback"].startswith(
        'Traceback (most recent call last):\n  File "/work/main.py", line 6, in f\n'
    )
    assert 'File "/work/shop.py", line 3, in price' in answer["raised"]["traceback"]
    assert "/opt" not in answer["raised"]["traceback"]
    assert (report.ending, report.stderr) == (Ending.FINISHED, b"")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(n): pass", ["TypeError"]),
        ("import sys\ndef f(): sys.exit(3)", ["SystemExit"]),
        ("def f(): return f()", ["RecursionError", "RuntimeError"]),
        ("def f(): raise KeyboardInterrupt", ["KeyboardInterrupt"]),
        ("class E(BaseException): pass\ndef f(): raise E", ["E"]),
    ],
)
def test_whatever_is_raised_is_an_answer_and_the_next_call_too(source, names):
    report = call(f"{source}\ndef g(): return 1", FunctionProbe("f"), FunctionProbe("g"))

    first, second = answers(report)
    assert (first["raised"]["names"][: len(names)], second) == (names, {"value": 1})
    assert first["raised"]["traceback"].startswith("Traceback (most recent call last):\n")


@pytest.mark.parametrize(
    ("source", "limits", "ending", "observed"),
    [
        ("while True: pass", {"cpu_seconds": 0.5}, Ending.TIMED_OUT, 0),
        ("def f():\n    while True: pass", {"cpu_seconds": 0.5}, Ending.TIMED_OUT, 1),
        ("import time\ndef f(): time.sleep(100)", {"wall_seconds": 1}, Ending.TIMED_OUT, 1),
        ("def f(): return bytearray(10**10)", {}, Ending.MEMORY_EXCEEDED, 1),
        ("def f():\n    x = b'x' * 60 * 2**20\n    return 1", {"memory_bytes": 32 * MIB}, Ending.MEMORY_EXCEEDED, 1),
        ("def f():\n    while True: print('x' * 1000)", {}, Ending.OUTPUT_EXCEEDED, 1),
        ("import os\ndef f(): os._exit(0)", {}, Ending.EXITED, 1),
        ("import os\ndef f(): os.abort()", {}, Ending.SIGNALLED, 1),
        ("import os\nos._exit(0)", {}, Ending.EXITED, 0),
        ("def f(:", {}, Ending.EXITED, 0),
    ],
)  # fmt: skip
def test_each_limit_and_each_end_has_its_ending(source, limits, ending, observed):
    report = call(source, FunctionProbe("f"), FunctionProbe("f"), **limits)

    if ending is Ending.MEMORY_EXCEEDED:  # it may be seen a call later: a refused allocation is an answer
        assert report.observations
    else:
        assert len(report.observations) == observed
    assert report.ending is ending


def test_a_program_that_takes_the_port_has_no_functions_to_call():
    report = call("import socket\nmine = socket.create_server(('127.0.0.1', 8000))\ndef f(): return 1")

    assert report.ending in (Ending.EXITED, Ending.NOT_READY)  # it may have been asked before
    assert b"/opt" not in report.stderr


def test_a_program_that_answers_calls_by_itself_has_to_wait_for_each():
    """It may take our place, and gains nothing: what is called next is not known before this call is answered."""
    report = call(
        """
        import gc, json, socket, threading
        def f():
            sockets = [one for one in gc.get_objects() if isinstance(one, socket.socket) and one.fileno() >= 0]
            listener = next(one for one in sockets if one.getsockname()[1] == 8000)
            def serve():
                while True:
                    connection, _ = listener.accept()
                    asked = connection.recv(65536).split(b"\\r\\n\\r\\n")[1]
                    body = json.dumps({"value": json.loads(asked)["arguments"]}).encode()
                    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
                    connection.close()
            for _ in range(4):
                threading.Thread(target=serve, daemon=True).start()
            return "taken over"
        """,
        FunctionProbe("f"),
        *(FunctionProbe("f", [n]) for n in range(3)),
    )

    first, *others = answers(report)
    assert first == {"value": "taken over"}
    assert all("raised" in other or other == {"value": [n]} for n, other in enumerate(others))
