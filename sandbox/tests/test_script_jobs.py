"""Programs that are given an input and arguments, and that end by themselves."""

import os
import signal
import textwrap

import pytest

from sandbox import Detail, Ending, Job, Limits, judge
from sandbox.job import KIB, MIB


def run(source, *arguments, stdin=b"", files=None, **limits):
    return judge(
        Job(
            kind="script",
            framework="python",
            files={"main.py": textwrap.dedent(source).encode(), **(files or {})},
            input=stdin,
            arguments=arguments,
            limits=Limits(**limits),
        )
    )


def test_input_and_arguments_go_in_and_the_output_comes_out():
    report = run(
        """
        import sys
        name = input("Name? ")
        print(f"Hello, {name}!", sys.argv, sys.stdin.read().split())
        print("careful", file=sys.stderr)
        """,
        "--loud",
        "a b",
        "\u00e9",
        stdin="Zo\u00eb\n1 2\n3".encode(),
    )

    assert report.stdout.decode() == "Name? Hello, Zo\u00eb! ['main.py', '--loud', 'a b', '\u00e9'] ['1', '2', '3']\n"
    assert (report.stderr, report.observations) == (b"careful\n", ())
    assert (report.ending, report.detail) == (Ending.FINISHED, Detail(exit_code=0))


@pytest.mark.parametrize("background", [True, False])
def test_what_runs_in_the_background_yields_to_everything_else(background):
    source = b"""
import os
print(os.getpriority(os.PRIO_PROCESS, 0))
print(open("/proc/self/autogroup").read().split()[-1] if os.path.exists("/proc/self/autogroup") else "none", flush=True)
os.nice(-5)
"""

    report = judge(Job(kind="script", framework="python", files={"main.py": source}, background=background))

    own = os.getpriority(os.PRIO_PROCESS, 0)
    of_group = ("5" if background else "0") if os.path.exists("/proc/self/autogroup") else "none"
    assert report.stdout.decode() == f"{min(19, own + 5) if background else own}\n{of_group}\n"
    assert b"PermissionError" in report.stderr


def test_output_can_be_opened_by_its_name():
    report = run("""
        for number, name in enumerate(("stdout", "stderr"), 1):
            with open(f"/dev/{name}", "w") as stream:
                stream.write(str(number))
        open("/dev/stdout")
        """)

    assert report.stdout == b"1"
    assert report.stderr.startswith(b"2Traceback")
    assert b"PermissionError" in report.stderr  # what it wrote is nothing that it reads again


def test_what_the_judge_ignores_or_blocks_is_not_what_the_program_does():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN), signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        report = run("""
            import os, signal
            print([*signal.pthread_sigmask(signal.SIG_BLOCK, [])])
            ignored = {name for name in signal.Signals if signal.getsignal(name) == signal.SIG_IGN}
            print(sorted(name.name for name in ignored), flush=True)
            os.kill(os.getpid(), signal.SIGTERM)
            """)
    finally:
        signal.signal(signal.SIGHUP, before[0])
        signal.pthread_sigmask(signal.SIG_SETMASK, before[1])

    assert report.stdout.decode() == "[]\n['SIGPIPE', 'SIGXFSZ']\n"
    assert report.detail.signal == "SIGTERM"


def test_a_large_input_of_any_bytes_is_read_whole():
    stdin = bytes(range(256)) * 4 * KIB

    report = run("import sys, zlib; data = sys.stdin.buffer.read(); print(len(data), zlib.crc32(data))", stdin=stdin)

    assert report.stdout.split()[0] == b"%d" % MIB


def test_the_input_cannot_be_changed():
    report = run(
        """
        import os, sys
        for path in ("/dev/stdin", "/proc/self/fd/0"):
            try:
                descriptor = os.open(path, os.O_RDWR)
                os.write(descriptor, b"x" * 10)
            except OSError as error:
                print(type(error).__name__)
        """,
        stdin=b"text",
    )

    assert report.stdout == b"PermissionError\n" * 2


@pytest.mark.parametrize(
    ("source", "stdout", "stderr", "exit_code"),
    [
        ("import sys; sys.exit(3)", b"", b"", 3),
        ("import sys; sys.exit('too much')", b"", b"too much\n", 1),
        ("import os; os._exit(200)", b"", b"", 200),
        ("import atexit; atexit.register(print, 'last'); print('first')", b"first\nlast\n", b"", 0),
        (
            "import atexit; atexit.register(print, 'last'); raise SystemExit",
            b"last\n",
            b"",
            0,
        ),
        (
            """
            import threading, time
            def wait(seconds):
                time.sleep(seconds)
                print("waited")
            threading.Thread(target=wait, args=(0.3,)).start()
            threading.Thread(target=wait, args=(100,), daemon=True).start()
            print("end")
            """,
            b"end\nwaited\n",
            b"",
            0,
        ),
        (
            """
            from concurrent.futures import ThreadPoolExecutor
            import time
            pool = ThreadPoolExecutor()
            pool.submit(lambda: time.sleep(0.2) or print("from the pool"))
            """,
            b"from the pool\n",
            b"",
            0,
        ),
        (
            "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1); print('end')",
            b"end\n",
            b"",
            0,
        ),
        (
            "import os, sys; os.execv(sys.executable, ['python', '-c', 'print(5); exit(6)'])",
            b"5\n",
            b"",
            6,
        ),
    ],
)
def test_a_script_ends_as_it_would_anywhere(source, stdout, stderr, exit_code):
    report = run(source)

    assert (report.ending, report.stdout, report.stderr) == (Ending.FINISHED, stdout, stderr)
    assert report.detail.exit_code == exit_code


def test_an_exception_is_shown_with_the_learners_frames_only():
    report = run(
        """
        from shop import price
        def total():
            return price("tea") + price("milk")
        print(total())
        """,
        files={"shop.py": b"PRICES = {'tea': 3}\ndef price(name):\n    return PRICES[name]\n"},
    )

    assert report.stderr.decode() == textwrap.dedent(
        """\
        Traceback (most recent call last):
          File "/work/main.py", line 5, in <module>
            print(total())
                  ^^^^^^^
          File "/work/main.py", line 4, in total
            return price("tea") + price("milk")
                                  ^^^^^^^^^^^^^
          File "/work/shop.py", line 3, in price
            return PRICES[name]
                   ~~~~~~^^^^^^
        KeyError: 'milk'
        """
    )
    assert report.ending is Ending.FINISHED
    assert report.detail == Detail(
        reason="exception",
        exception="KeyError",
        message="'milk'",
        file="shop.py",
        line=3,
        source="return PRICES[name]",
        exit_code=1,
    )


@pytest.mark.parametrize(
    ("source", "reason", "line"),
    [
        ("print('a')\nx = = 1", "syntax_error", 2),
        ("\nimport nowhere", "import_error", 2),
        ("input()", "exception", 1),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError from error", "exception", 4),
    ],
)
def test_a_failure_is_explained(source, reason, line):
    report = run(source)

    assert (report.ending, report.detail.exit_code) == (Ending.FINISHED, 1)
    assert (report.detail.reason, report.detail.file, report.detail.line) == (reason, "main.py", line)
    assert b"fieldguide" not in report.stderr


@pytest.mark.parametrize(
    ("source", "limits", "ending"),
    [
        ("while True: pass", {"cpu_seconds": 0.5}, Ending.TIMED_OUT),
        ("import time; time.sleep(100)", {"wall_seconds": 1}, Ending.TIMED_OUT),
        (
            "import threading, time; threading.Thread(target=time.sleep, args=(100,)).start()",
            {"wall_seconds": 1},
            Ending.TIMED_OUT,
        ),
        ("x = b'x' * 60 * 2**20; import time; time.sleep(9)", {"memory_bytes": 32 * MIB}, Ending.MEMORY_EXCEEDED),
        ("x = bytearray(10**10)", {}, Ending.MEMORY_EXCEEDED),
        ("while True: print('x' * 1000)", {}, Ending.OUTPUT_EXCEEDED),
        ("print('x' * 5000)", {"output_bytes": 4 * KIB}, Ending.OUTPUT_EXCEEDED),
    ],
)
def test_each_limit_has_its_ending(source, limits, ending):
    assert run(source, **limits).ending is ending


@pytest.mark.parametrize(
    ("source", "signal"),
    [
        ("import os; os.kill(os.getpid(), 15)", "SIGTERM"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.abort()", "SIGABRT"),
    ],
)
def test_a_signal_is_named(source, signal):
    report = run(source)

    assert (report.ending, report.detail.signal) == (Ending.SIGNALLED, signal)
