"""What a zygote imports in advance, and what its children find and do not find of it."""

import ast
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from sandbox import Burst, Ending, HttpProbe, Job, WidgetProbe, judge
from sandbox.baseline import BASELINES
from sandbox.interpreter import HARNESS, PROJECT_ROOT
from sandbox.jail import ENVIRONMENT
from sandbox.job import MIB
from sandbox.tests.programs import APPS, FRAMEWORKS, app_job, job
from sandbox.tests.supervised import supervised

PRELOADED = Path(__file__).parent / "preloaded.py"
PROFILES = sorted([*BASELINES, "python"])
# pyarrow's allocator brings a thread of its own, which no fork copies and which nothing waits for.
TASKS = {"dash": ["jemalloc_bg_thd"], "streamlit": ["jemalloc_bg_thd"]}


@pytest.fixture(scope="module")
def supervisor(tmp_path_factory):
    """One for all tests here: each profile is preloaded once."""
    folder = tmp_path_factory.mktemp("supervisor")
    before = os.environ.get("SANDBOX_SOCKET")
    os.environ["SANDBOX_SOCKET"] = str(folder / "sandbox.sock")
    with supervised(folder, SANDBOX_ZYGOTE_MEMORY="4096") as one:
        yield one
    if before is None:
        del os.environ["SANDBOX_SOCKET"]
    else:
        os.environ["SANDBOX_SOCKET"] = before


@pytest.fixture
def warm(supervisor):
    """judge() with a warm zygote."""

    def judged(one):
        if not any(zygote["state"] == "ready" for zygote in supervisor.zygotes(one.framework)):
            supervisor.warm(one.framework)
        report = judge(one)
        assert report.is_warm
        return report

    return judged


@pytest.fixture
def cold(supervisor, monkeypatch, tmp_path):
    """judge() as where no supervisor runs."""

    def judged(one):
        with monkeypatch.context() as patch:
            patch.setenv("SANDBOX_SOCKET", str(tmp_path / "nobody.sock"))
            report = judge(one)
        assert not report.is_warm
        return report

    return judged


def script(source, framework="python", **files):
    return Job(
        kind="script",
        framework=framework,
        files={"main.py": source.encode(), **{f"{name}.py": text.encode() for name, text in files.items()}},
    )


@pytest.mark.parametrize("profile", [*PROFILES, "unheard-of"])
def test_preloading_leaves_nothing_that_a_fork_or_another_program_would_suffer_from(profile, tmp_path):
    (tmp_path / "fieldguide_harness").symlink_to(HARNESS)
    python = os.environ.get("LEARNER_PYTHON") or PROJECT_ROOT / ".venv-learner/bin/python"
    environment = {name: value for name, value in ENVIRONMENT.items() if name not in ("PATH", "LD_LIBRARY_PATH")}
    done = subprocess.run(
        [python, "-s", "-P", "-B", PRELOADED, tmp_path, profile],
        capture_output=True,
        cwd=tmp_path,
        env={**environment, "HOME": str(tmp_path / "none"), "TMPDIR": str(tmp_path)},
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    state = json.loads(done.stdout)
    descriptors, tasks, huge_kib = (state.pop(name) for name in ("descriptors", "tasks", "huge_kib"))
    assert {"socket", "anon_inode"}.isdisjoint(descriptors)
    assert huge_kib > 0 or not can_collapse_pages()
    assert tasks[1:] == [] or tasks == sorted([*TASKS.get(profile, []), tasks[-1]])
    assert state == {
        "threads": 1,
        "missing": [],
        "event_loop_policy": "None",
        "hub": "None",
        "patched": False,
        "settings": False,
        "sanic": [],
        "runtime": "None",
        "callbacks": 0,
        "environment": [["MPLBACKEND", "Agg"]] if profile == "streamlit" else [],  # which it sets for its programs
        "rehearsal": [],
    }
    assert [path.name for path in tmp_path.iterdir()] == ["fieldguide_harness"]


def can_collapse_pages():
    major, minor, *_ = os.uname().release.split(".")
    return (int(major), int(minor)) >= (6, 1) and Path("/sys/kernel/mm/transparent_hugepage").exists()


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_child_answers_as_a_cold_start_does_for_a_part_of_its_time(framework, cold, warm):
    first = cold(app_job(framework, "/", "/boom", "/"))

    reports = [warm(app_job(framework, "/", "/boom", "/")) for _ in range(3)]

    for report in (first, *reports):
        assert report.ending is Ending.FINISHED
        assert [observation.status for observation in report.observations] == [200, 500, 200]
        assert [json.loads(report.observations[index].body) for index in (0, 2)] == [{"message": "hello"}] * 2
        assert b"KeyError: 'lost'" in report.observations[1].stderr
        assert b"Warning" not in b"".join(observation.stderr for observation in report.observations)
        # An idle app uses its baseline and no more; a change of several MB means that it has to be measured again.
        assert report.usage.memory_bytes < 4 * MIB
    assert min(report.usage.cpu_ms for report in reports) < first.usage.cpu_ms / 2


def test_patch_of_gevent_in_a_child_is_as_good_as_in_a_cold_start(warm):
    app = (APPS / "gevent.py").read_text() + (
        "\nimport threading, time\n\n\n"
        "@app.get('/sleep')\ndef sleep():\n    time.sleep(0.1)\n    return threading.current_thread().name\n"
    )
    asked = Job(
        kind="http",
        framework="gevent",
        files={"main.py": app.encode()},
        probes=[Burst(HttpProbe("GET", "/sleep"), clients=20)],
    )

    observation = warm(asked).observations[0]

    assert [answer.status for answer in observation.answers] == [200] * 20
    assert observation.elapsed_ms < 1000  # one after the other they take 2000


def test_streamlit_reads_the_options_of_the_program_that_it_runs(cold, warm):
    source = (
        b"import streamlit as st\nst.text(st.get_option('theme.base'))\nst.text(st.get_option('server.enableAgentApi'))"
    )
    themed = Job(
        kind="http",
        framework="streamlit",
        files={"main.py": source, ".streamlit/config.toml": b"[theme]\nbase = 'dark'\n"},
        probes=[WidgetProbe(), WidgetProbe()],
    )
    plain = Job(kind="http", framework="streamlit", files={"main.py": source}, probes=[WidgetProbe()])

    reports = [cold(themed), warm(themed), warm(plain)]

    texts = [[part["props"]["body"] for part in page_of(report)] for report in reports]
    assert texts == [["dark", "True"], ["dark", "True"], ["None", "True"]]
    assert [report.stderr for report in reports] == [b"", b"", b""]
    assert max(report.usage.memory_bytes for report in reports) < 4 * MIB
    assert reports[2].usage.cpu_ms < reports[0].usage.cpu_ms / 2


def page_of(report):
    answer = json.loads(report.observations[-1].body)
    (main,) = [part for part in answer["tree"]["children"] if part["type"] == "main"]
    return main["children"]


def test_dash_knows_no_app_and_finds_the_name_of_the_module_that_makes_one(cold, warm):
    source = (
        "import dash, helpers\ntry:\n    dash.get_app()\nexcept Exception as error:\n    print(type(error).__name__)\n"
        "print(dash.Dash().config.name, helpers.make().config.name)"
    )
    helper = "from dash import Dash\ndef make():\n    return Dash()"

    names = [judged(script(source, "dash", helpers=helper)).stdout for judged in (cold, warm)]

    assert names == [b"AppNotFoundError\n__main__ __main__\n"] * 2


def test_children_draw_different_numbers(warm):
    source = (
        "import os, random, tempfile, uuid\nimport multiprocessing as m\nimport numpy as n\n"
        "for value in (n.random.random(), random.random(), uuid.uuid4(), tempfile.mktemp(), os.urandom(8),\n"
        "              m.current_process().authkey.hex()):\n    print(repr(value))\n"
    )

    drawn = [warm(script(source, "dash")).stdout.splitlines() for _ in range(2)]

    assert [len(values) for values in drawn] == [6, 6]
    assert [one for one, other in zip(*drawn, strict=True) if one == other] == []


def test_children_see_the_time_and_the_loggers_of_a_fresh_start(warm):
    source = (
        "import asyncio, logging\n"
        "logging.basicConfig(format='%(relativeCreated)d')\n"
        "logging.warning('')\n"
        "print(asyncio.get_event_loop_policy().get_event_loop().is_running())\n"
    )

    report = warm(script(source, "flask"))

    assert int(report.stderr) < 1000
    assert report.stdout == b"False\n"


@pytest.mark.parametrize("setting", ["", "import logging\nlogging.basicConfig(format='own: %(message)s')\n"])
def test_server_logs_as_after_a_cold_start(setting, cold, warm):
    """Of a script that serves itself; Werkzeug looks how logging is set up before it logs for the first time."""
    source = (APPS / "flask.py").read_text().replace("app", "application")
    served = job(setting + source.replace('raise SystemExit("a main block ran")', "application.run()"), "/", "/boom")

    reports = [cold(served), warm(served)]

    assert [observation.status for observation in reports[1].observations] == [200, 500]
    lines = [re.sub(rb"\[[^]]*:\d\d:\d\d[^]]*\]", b"[time]", report.stderr) for report in reports]
    assert lines[0] == lines[1]
    assert b"GET / HTTP/1.1" in lines[0]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"markupsafe": "x = 1"}, "/work/markupsafe.py"),  # what Flask has imported already
        ({"helpers": "x = 1"}, "/opt/learner/lib/python3.11/site-packages/markupsafe/__init__.py"),
    ],
)
def test_file_of_the_learner_wins_over_a_preloaded_module_of_its_name(files, said, cold, warm):
    asks = script("import markupsafe\nprint(markupsafe.__file__)", "flask", **files)

    assert [report.stdout.decode() for report in (cold(asks), warm(asks))] == [f"{said}\n"] * 2


def test_folder_that_is_no_package_hides_nothing(warm):
    one = Job(
        kind="script",
        framework="flask",
        files={"main.py": b"import flask\nprint(flask.Flask.__name__)", "flask/notes.txt": b"", "email.py": b"x"},
    )

    assert warm(one).stdout == b"Flask\n"


def test_module_of_the_harness_is_not_forgotten_for_a_file_of_its_name(warm):
    assert warm(script("print('done')", fieldguide_harness="")).stdout == b"done\n"


def test_every_framework_with_a_baseline_has_a_profile():
    source = ast.parse((HARNESS / "preload.py").read_text())
    modules = next(
        node.value
        for node in source.body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["MODULES"]
    )
    assert isinstance(modules, ast.Dict)
    assert sorted(ast.literal_eval(key) for key in modules.keys if key is not None) == sorted([*BASELINES, "python"])


def test_program_that_gives_itself_an_app_as_a_script_is_warm_as_well(warm):
    report = warm(
        job((APPS / "flask.py").read_text().replace('raise SystemExit("a main block ran")', "app.run()"), "/")
    )

    assert report.ending is Ending.FINISHED
    assert report.observations[0].status == 200
