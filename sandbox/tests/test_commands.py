"""The sandbox from a shell."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sandbox
from sandbox import Burst, Detail, Ending, HttpProbe, Limits, Observation, Report, WidgetProbe
from sandbox.commands import guessing, job_file, showing
from sandbox.tests.programs import APPS, FRAMEWORKS, job

ROOT = Path(sandbox.__file__).parent.parent
COMMAND = [sys.executable, "-m", "sandbox"]
HELLO = "print('hello')\n"


def run(*arguments, **options):
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, timeout=120, **options)


@pytest.fixture
def folder(tmp_path):
    """A folder with a program, as `judge` takes it."""
    (tmp_path / "main.py").write_text("import extra\n" + (APPS / "flask.py").read_text())
    (tmp_path / "extra.py").write_text("")
    return tmp_path


# The shell


def test_without_a_command_the_usage_is_shown():
    done = run()

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"usage: python -m sandbox COMMAND")


def test_help_lists_the_commands_and_unknown_ones_are_wrong_usage():
    assert run("--help").stdout.count(b"\n  ") >= 5
    unknown = run("docter")
    assert unknown.returncode == 2
    assert unknown.stderr.startswith(b"there is no command 'docter'")


@pytest.mark.parametrize("command", ["doctor", "run", "judge", "attack"])
def test_commands_explain_themselves(command):
    done = run(command, "--help")

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(f"usage: python -m sandbox {command}".encode())


def test_refusal_is_said_in_one_line(tmp_path):
    (tmp_path / "main.py").write_text(HELLO)

    done = run("run", tmp_path / "main.py", env={**os.environ, "LEARNER_PYTHON": "/nowhere/bin/python"})

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"the sandbox is not available: the learners' Python environment")
    assert done.stderr.count(b"\n") == 1


def test_reader_that_goes_away_ends_it_quietly(tmp_path):
    (tmp_path / "main.py").write_text("print('x' * 60_000)")
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [*COMMAND, "run", tmp_path / "main.py"], cwd=ROOT, stdout=write, stderr=subprocess.PIPE, timeout=60
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (141, b"")


def test_interrupt_ends_it_quietly_and_kills_the_program(tmp_path):
    (tmp_path / "main.py").write_text("import time\nprint('started', flush=True)\ntime.sleep(60)")
    with subprocess.Popen(
        [*COMMAND, "run", tmp_path / "main.py", "--wall", "60"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # As from a terminal: what a shell starts by `&`, as it may have these tests, ignores the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        wait_for_children(process.pid)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)

    assert (process.returncode, output) == (130, (b"", b""))


def wait_for_children(pid):
    """Until *pid* has started a jail, or has had the time to."""
    for _ in range(200):
        if Path("/proc", str(pid), "task", str(pid), "children").read_text():
            return
        signal.sigtimedwait([], 0.01)


# run


def test_run_shows_everything_that_was_seen(tmp_path):
    (tmp_path / "program.py").write_text((APPS / "flask.py").read_text() + "\nprint('a line of output')\n")

    done = run("run", tmp_path / "program.py", "--get", "/", "--request", "POST", "/nowhere", "--body", "x")

    lines = done.stdout.decode().splitlines()
    assert (done.returncode, done.stderr) == (0, b"")
    assert lines[0].startswith("finished (level ")
    assert "baseline of flask" in lines[0]
    assert [line.rpartition(",")[0] for line in lines if ": status " in line] == [
        "GET /: status 200",
        "POST /nowhere: status 404",
    ]
    assert '{"message":"hello"}' in lines
    assert lines[-2:] == ["--- stdout, 17 bytes", "a line of output"]


def test_run_takes_a_file_without_a_server_for_a_script(tmp_path):
    (tmp_path / "main.py").write_text("import sys\nprint(sys.argv[1:], sys.stdin.read())")
    (tmp_path / "input").write_text("typed")

    done = run("run", tmp_path / "main.py", "--input", tmp_path / "input", "--json", "--", "--get", "b")

    report = json.loads(done.stdout)
    assert (report["ending"], report["detail"]["exit_code"]) == ("finished", 0)
    assert report["stdout"] == "['--get', 'b'] typed\n"


def test_run_passes_limits_on(tmp_path):
    (tmp_path / "main.py").write_text("import time\ntime.sleep(30)")

    report = json.loads(run("run", tmp_path / "main.py", "--wall", "0.5", "--json").stdout)

    assert report["ending"] == "timed_out"
    assert report["usage"]["wall_ms"] < 5000


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["/nowhere/main.py"], "/nowhere/main.py: No such file"),
        (["FILE", "--body", "x"], "--body belongs to a request"),
        (["FILE", "--get", "no-slash"], "not a request path"),
        (["FILE", "--request", "G T", "/"], "not an HTTP method"),
        (["FILE", "--get", "/", "--header", "nocolon"], 'a header is "Name: value"'),
        (["FILE", "--wall", "0"], "wall_seconds must be positive"),
        (["FILE", "--kind", "script", "--get", "/"], "a script is sent no probes"),
        (["FILE", "--wall"], "expected one argument"),
    ],
)
def test_run_says_what_is_wrong_with_its_arguments(tmp_path, arguments, problem):
    (tmp_path / "main.py").write_text(HELLO)

    done = run("run", *(tmp_path / "main.py" if argument == "FILE" else argument for argument in arguments))

    assert (done.returncode, done.stdout) == (2, b"")
    assert problem in done.stderr.decode()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_framework_is_told_from_the_imports(framework):
    source = (APPS / f"{framework}.py").read_bytes()

    assert guessing.framework_of(source) == framework
    assert guessing.kind_of(source, framework) == "http"


@pytest.mark.parametrize(
    ("source", "framework", "kind"),
    [
        (b"print(1)", "python", "script"),
        (b"import os, flask as f\nx = f.Flask(__name__)", "flask", "http"),
        (b"# import flask\n'import django'\nimports = 1", "python", "script"),
        (b"from flask.views import View\nimport gevent", "gevent", "http"),
        (b"from http.server import HTTPServer", "python", "http"),
        (b"def app(environ, start_response): ...", "python", "http"),
        (b"application = 1\nimport socketless", "python", "script"),
        (b"\xff\xfe import flask\x00", "python", "script"),
        (b"import \nfrom\nimport ,,", "python", "script"),
    ],
)
def test_kind_is_told_from_the_text(source, framework, kind):
    assert guessing.framework_of(source) == framework
    assert guessing.kind_of(source, framework) == kind


# What a terminal is shown


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        (b"plain text, tab\tand\nline", "plain text, tab\tand\nline"),
        ("Grüße, 你好, 🎉".encode(), "Grüße, 你好, 🎉"),
        (b"\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        (b"over\rwritten\x08\x7f", r"over\x0dwritten\x08\x7f"),
        ("\x9b31m\x85".encode(), r"\x9b31m\x85"),  # C1 controls, which some terminals obey
        ("abc\u202edcba\u2066\u200f".encode(), r"abc\u202edcba\u2066\u200f"),
        ("a\u2028b\u2029".encode(), r"a\u2028b\u2029"),
        ("tag\U000e0041 private\ue000".encode(), r"tag\U000e0041 private\ue000"),
        (b"\xff\xfe\xed\xa0\x80", r"\xff\xfe\xed\xa0\x80"),
        ("\ud800", r"\ud800"),
    ],
)
def test_hostile_text_does_nothing_to_a_terminal(hostile, shown):
    assert showing.harmless(hostile) == shown


def test_report_is_shown_with_nothing_that_a_terminal_obeys():
    hostile = "\x1b[31m\u202e\r"
    program = job(HELLO, "/", "/second", framework=hostile)
    seen = Observation(
        status=200, headers=((hostile, f"a\n{hostile}"),), body=hostile.encode(), error=hostile, truncated=True
    )
    detail = Detail(reason=hostile, exception=hostile, message=hostile, source=hostile, signal=hostile)
    report = Report(
        ending=Ending.EXITED, observations=[seen], stdout=hostile.encode(), stderr=hostile.encode(), detail=detail
    )

    text = "\n".join(showing.lines(program, report))

    assert not any(character in text for character in "\x1b\u202e\r")
    assert "GET /second: not sent" in text
    assert text.splitlines().count("(there was more)") == 1
    assert json.dumps(showing.as_json(report)).isprintable()


def test_output_can_be_shown_where_there_is_no_unicode(tmp_path):
    (tmp_path / "main.py").write_text("print('\\u00fc\\u4f60')")
    variables = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii",
    }

    done = run("run", tmp_path / "main.py", env=variables)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[-1] == rb"\xfc\u4f60"


def test_program_cannot_write_to_the_terminal_it_is_run_from(tmp_path):
    """Not even through /dev/tty: the terminal is in no process of the job."""
    (tmp_path / "main.py").write_text("import os\nos.write(os.open('/dev/tty', os.O_RDWR), b'owned')")
    ours, theirs = pty.openpty()

    with subprocess.Popen(
        [*COMMAND, "run", tmp_path / "main.py"],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # every copy of the other end is closed
                break
            shown += part
    os.close(ours)

    assert process.returncode == 0
    assert b"FileNotFoundError: [Errno 2] No such file or directory: '/dev/tty'" in shown


# judge


def test_judge_runs_a_folder_as_its_job_file_says(folder):
    (folder / "job.toml").write_text('[[probes]]\npath = "/"\n\n[[probes]]\npath = "/boom"\n')

    report = json.loads(run("judge", folder, "--json").stdout)

    assert report["ending"] == "finished"
    assert [(seen["status"], seen["body"][:19]) for seen in report["observations"]] == [
        (200, '{"message":"hello"}'),
        (500, "<!doctype html>\n<ht"),
    ]
    assert "KeyError: 'lost'" in report["observations"][1]["stderr"]


def test_judge_shows_text_and_needs_no_job_file(tmp_path):
    (tmp_path / "main.py").write_text(HELLO)

    done = run("judge", tmp_path)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[-1] == b"hello"


@pytest.mark.parametrize(
    ("source", "probes"),
    [
        ("import flask", [HttpProbe("GET", "/")]),
        ("import streamlit as st", [WidgetProbe()]),
        ("print(1)", []),
    ],
)
def test_program_about_which_nothing_is_said_is_asked_for_its_front(tmp_path, source, probes):
    (tmp_path / "main.py").write_text(source)

    assert job_file.read(tmp_path).probes == probes


def test_example_in_the_documentation_is_a_job(folder):
    text = (ROOT / "docs" / "sandbox.md").read_text()
    (example,) = (part.partition("```")[0] for part in text.split("```toml\n")[1:] if "[[probes]]" in part)
    example = example.replace('"flask"', '"streamlit"').replace("input = ", "# input = ")
    (folder / "job.toml").write_text(example)

    read = job_file.read(folder)

    assert tomllib.loads(example)["entry"] == "main.py"
    assert read.limits == Limits(wall_seconds=5, memory_bytes=64 * 1024 * 1024)
    assert read.arguments == ("--fast",)
    headers = (("Content-Type", "application/json"), ("Accept", "text/html"))
    assert read.probes == [
        HttpProbe("POST", "/items", headers, b'{"name": "lamp"}'),
        Burst(HttpProbe("GET", "/slow"), clients=20, attempts=3),
        WidgetProbe({"name": "Ada"}, {"key": "greet"}),
    ]
    assert sorted(read.files) == ["extra.py", "main.py"]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('kind = "http', 1, "Unterminated string"),
        ("x = [", 1, "Invalid value"),
        (b'entry = "\xff"', 1, "not UTF-8"),
        ('\nentri = "main.py"', 2, "unknown key 'entri'; known: kind, framework"),
        ("kind = 3", 1, "kind must be text, not 3"),
        ('kind = "module"', None, "unknown kind of job: 'module'"),
        ('framework = "flask"\nentry = "other.py"', 2, "there is no file 'other.py'"),
        ("[limits]\nwall = 3", 2, "unknown key 'wall' in limits"),
        ("[limits]\n\nprocesses = 1.5", 3, "processes must be a whole number"),
        ("[limits]\nprocesses = true", 2, "processes must be a whole number"),
        ("[limits]\ncpu_seconds = 1\nmemory_bytes = -1", 3, "memory_bytes must be positive"),
        ("probes = 3", 1, "probes must be an array"),
        ("probes = [3]", 1, "write [[probes]]"),
        ('[[probes]]\npath = "/"\n[[probes]]\npaht = "/"', 4, "unknown key 'paht' in probes"),
        ('[[probes]]\npath = "/"\n[[probes]]\npath = "x"', 3, "not a request path"),
        ("[[probes]]\nheaders = { A = 1 }", 2, "headers must be texts"),
        ('[[probes]]\nbody = "x"\njson = 1', 3, "give either body or json"),
        ("[[probes]]\nclients = 51", 1, "51 clients"),
        ("[[probes]]\nattempts = 3", 1, "0 clients"),
        ("[[probes]]\nwidget_state = { a = 1 }", None, "only a Streamlit app has widgets"),
        ('[[probes]]\nfunction = "f"', None, "functions, and nothing else, are sent calls"),
        ('[[probes]]\neach_option = "radio"', 2, "each_option must be an array"),
        ('[[probes]]\neach_option = []\npath = "/"', 3, "unknown key 'path' in probes; known: each_option"),
        ('[[probes]]\nfunction = "f()"', 1, "not the name of a function"),
        ('[[probes]]\nfunction = "f"\nargs = []', 3, "unknown key 'args' in probes; known: function, arguments"),
        ('input = "x"', None, "only a script has an input"),
        ("arguments = [1]", 1, "arguments must be an array of texts"),
    ],
)
def test_mistake_in_a_job_file_is_named_with_its_line(folder, text, line, problem):
    path = folder / "job.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(job_file.BadJob) as mistake:
        job_file.read(folder)

    place = f"{path}:{line}: " if line else f"{path}: "
    assert str(mistake.value).startswith(place)
    assert problem in str(mistake.value)


def test_judge_ends_with_wrong_usage_for_a_folder_that_is_no_job(folder):
    (folder / "job.toml").write_text('knid = "http"')

    done = run("judge", folder)

    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"{folder}/job.toml:1: unknown key 'knid'")


def test_judge_reads_regular_files_only(folder):
    assert run("judge", folder / "main.py").returncode == 2
    (folder / "link.py").symlink_to("/etc/passwd")
    with pytest.raises(job_file.BadJob, match=r"link\.py is not a regular file"):
        job_file.read(folder)
    (folder / "link.py").unlink()
    os.mkfifo(folder / "pipe.py")  # opening one would wait for ever
    with pytest.raises(job_file.BadJob, match=r"pipe\.py is not a regular file"):
        job_file.read(folder)


def test_judge_leaves_out_what_is_not_part_of_the_program(folder):
    for name in ("__pycache__", ".git"):
        (folder / name).mkdir()
        shutil.copy(folder / "extra.py", folder / name / "file")

    assert sorted(job_file.read(folder).files) == ["extra.py", "main.py"]


# attack


def test_attack_lists_what_it_would_run():
    done = run("attack", "--list", "host_*", "fork_bomb")

    names = [line.split()[0] for line in done.stdout.decode().splitlines() if not line.startswith(" ")]
    assert {"fork_bomb", "host_files", "host_loopback"} <= set(names)
    assert all(name == "fork_bomb" or name.startswith("host_") for name in names)


@pytest.mark.attack
def test_attack_says_that_one_was_held_off():
    done = run("attack", "host_files")

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines()[-1] == "1 held, 0 gave way, 0 do not apply here"


def test_attack_of_another_name_is_wrong_usage():
    done = run("attack", "no_such_attack")

    assert done.returncode == 2
    assert b"there is no attack called no_such_attack" in done.stderr
