"""The canary sings where the walls stand, and falls silent, with the right word, where one is missing."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import (
    Ending,
    Observation,
    Report,
    SandboxUnavailable,
    starting,
    supervision,
    verification,
    verify,
    zygote,
)
from sandbox.level import Level, level

SANDBOX = Path(verification.__file__).parent
LAYERS = [
    "not root",
    "user namespace",
    "mount namespace",
    "pid namespace",
    "network namespace",
    "ipc namespace",
    "uts namespace",
    "cgroup namespace",
    "fresh /proc",
    "read-only files",
    "no network",
    "no capabilities",
    "no new privileges",
    "seccomp",
    "Landlock",
    "resource limits",
    "memory limit",
    "environment",
]

# Loads the trial program, becomes an ordinary user, and prints the answers to GET / and GET /child.
WITHOUT_A_SANDBOX = """
import importlib.util, json, os, sys
spec = importlib.util.spec_from_file_location("trial", sys.argv[1])
trial = importlib.util.module_from_spec(spec)
spec.loader.exec_module(trial)
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(*[int(sys.argv[2])] * 3)
    os.setresuid(*[int(sys.argv[2])] * 3)
    trial.libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, or its own /proc is closed to it
print(json.dumps([trial.answer_to("/"), trial.answer_to("/child")]))
"""


@pytest.fixture(autouse=True)
def without_supervisor(tmp_path, monkeypatch):
    """Whatever runs on this machine, these tests start their zygotes themselves."""
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "nobody.sock"))


def layers_of(current):
    return LAYERS + (["cgroup"] if current == Level.FULL else [])


def test_examination_confirms_every_layer():
    examination = verification.examine()

    assert examination.level == level()
    assert [finding.layer for finding in examination.findings] == layers_of(examination.level)
    assert examination.missing == []
    assert all(finding.text for finding in examination.findings)
    assert set(examination.starts) == {"cold"}


def test_examination_takes_the_warm_way_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "own.sock"))
    supervisor = supervision.start()
    try:
        while supervision.status() is None:
            time.sleep(0.02)
        examination = verification.examine()
    finally:
        supervisor.terminate()
        supervisor.wait()

    assert examination.missing == []
    assert examination.starts[:2] == ("warm", "cold")


@pytest.mark.parametrize(("layer", "name"), [("seccomp", "seccomp"), ("landlock", "Landlock")])
def test_verify_refuses_without_a_layer_and_names_it_alone(monkeypatch, layer, name):
    # The harness's own proof, which would end such a job before the trial program begins, is left out as well.
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", ("proof", layer))

    with pytest.raises(SandboxUnavailable) as refusal:
        verify()

    said = str(refusal.value)
    assert said.startswith(f"the isolation does not hold: {name}: ")
    assert [layer for layer in layers_of(level()) if f"; {layer}: " in said] == []


def test_verify_refuses_a_supervisor_whose_zygotes_lack_a_layer(tmp_path, monkeypatch):
    """The cold jobs have all of them: only the warm way shows it."""
    path = tmp_path / "own.sock"
    monkeypatch.setenv("SANDBOX_SOCKET", str(path))
    start = (
        "import sys; from sandbox import supervisor, zygote\n"
        "zygote.SKIPPED_LAYERS = ('proof', 'landlock')\n"
        "sys.exit(supervisor.main(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start, path], cwd=SANDBOX.parent, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while supervision.status() is None:
                time.sleep(0.02)
            with pytest.raises(
                SandboxUnavailable, match=r"^the isolation does not hold: Landlock: list_root was let in"
            ):
                verify()
        finally:
            process.terminate()


@pytest.mark.parametrize("layer", ["seccomp", "landlock"])
def test_verify_refuses_without_a_layer_before_any_program_runs(monkeypatch, layer):
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", (layer,))

    with pytest.raises(SandboxUnavailable, match=f"NotIsolated: .*(?i:{layer})"):
        verify()


def test_examination_notices_jobs_that_did_not_join_their_cgroup(monkeypatch):
    if level() is not Level.FULL:
        pytest.skip("there are no cgroups to join here")
    make_group = starting._group

    def unjoined(*arguments):
        group = make_group(*arguments)
        group.joins = []
        return group

    monkeypatch.setattr(starting, "_group", unjoined)

    missing = [finding.layer for finding in verification.examine().missing]

    assert missing == ["memory limit", "cgroup"]


def test_verification_names_every_layer_that_a_bare_process_lacks(tmp_path, sandbox_uid, monkeypatch):
    """The trial program as an ordinary process of this machine: it succeeds at most of what it tries."""
    monkeypatch.setenv("FIELDGUIDE_SECRET", "secret")
    monkeypatch.setattr(verification, "TOO_MANY_BYTES", 1024)  # nothing would stop it here, so that it need not be much

    def bare(job, *, on_progress, warm):
        for path, content in job.files.items():
            (tmp_path / path).write_bytes(content)
        if os.geteuid() == 0:
            os.chown(tmp_path, sandbox_uid, sandbox_uid)
        command = [sys.executable, "-I", "-B", "-c", WITHOUT_A_SANDBOX, tmp_path / "main.py", str(sandbox_uid)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        answers = [Observation(status=200, body=json.dumps(answer).encode()) for answer in json.loads(done.stdout)]
        return Report(ending=Ending.FINISHED, observations=answers)

    missing = {finding.layer: finding.text for finding in verification.examine(bare).missing}

    assert list(missing) == LAYERS
    assert missing["user namespace"] == "it is the worker's"
    assert "host_loopback worked" in missing["no network"]
    assert "memfd was let in (done)" in missing["seccomp"]
    assert re.search(r"it sees the worker's variables: .*FIELDGUIDE_SECRET", missing["environment"])
    assert missing["memory limit"].startswith("300 MB too much in one child did not end the job")


def test_verify_refuses_and_names_what_is_missing(monkeypatch):
    findings = (
        verification.Finding(layer="seccomp", is_confirmed=False, text="the mode is 0"),
        verification.Finding(layer="no network", is_confirmed=True, text="only loopback"),
        verification.Finding(layer="memory limit", is_confirmed=False, text="nothing stopped it"),
    )
    monkeypatch.setattr(
        verification, "examine", lambda: verification.Examination(level="rootless", starts=(), findings=findings)
    )

    with pytest.raises(SandboxUnavailable) as refusal:
        verify()

    assert str(refusal.value) == (
        "the isolation does not hold: seccomp: the mode is 0; memory limit: nothing stopped it"
    )


def test_trial_program_tries_nothing_as_root(tmp_path):
    """Outside a sandbox it would stop the machine's first process and hide folders under mounts."""
    if os.geteuid() != 0:
        pytest.skip("only root can try")
    (tmp_path / "asked.json").write_text("{}")
    source = (SANDBOX / "trial" / "main.py").read_text()
    code = f"{source}\nprint(list(answer_to('/')))"

    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (done.stdout, done.stderr) == ("['status']\n", "")


@pytest.mark.parametrize(
    ("report", "part"),
    [
        (Report(ending=Ending.EXITED, stderr=b"no such module"), "ended exited without an answer: no such module"),
        (Report(ending=Ending.FINISHED, observations=[Observation(status=500)]), "nothing was said"),
        (Report(ending=Ending.FINISHED, observations=[Observation(status=200, body=b"[]")]), "without an answer"),
        (Report(ending=Ending.FINISHED, observations=[Observation(status=200, body=b"{}")]), "ran as root"),
    ],
)
def test_examination_without_an_answer_is_a_refusal(report, part):
    with pytest.raises(SandboxUnavailable, match=part):
        verification.examine(lambda job, **_: report)
