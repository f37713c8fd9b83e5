"""The doctor has an answer for every machine: what holds, what does not, and what to do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import doctor, verification, zygote
from sandbox.commands import doctor as command
from sandbox.doctor import Check, Diagnosis

ROOT = Path(doctor.__file__).parent.parent
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make such a machine")


def run(*arguments, before=(), **environment):
    """`python -m sandbox doctor` as a process; *before* is a command that it is given to."""
    variables = {**os.environ, **environment}
    return subprocess.run(
        [*before, sys.executable, "-m", "sandbox", "doctor", *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
    )


def checks(diagnosis, part):
    return {check["name"]: check for check in diagnosis[part]}


def test_doctor_confirms_every_layer_and_says_that_jobs_may_run():
    done = run("--json")

    diagnosis = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert (diagnosis["may_run"], diagnosis["reason"]) == (True, "")
    assert diagnosis["level"] in ("full", "rootless")
    assert {check["holds"] for check in diagnosis["layers"]} == {True}
    assert [check["name"] for check in diagnosis["layers"]][-2:] in (
        ["memory limit", "environment"],
        ["environment", "cgroup"],
    )
    assert {"flask", "django", "fastapi", "streamlit"} <= diagnosis["frameworks"].keys()
    assert all(re.match(r"\d", diagnosis["versions"][name]) for name in ("bubblewrap", "python", "learner_python"))


def test_keys_of_the_doctor_are_documented():
    text = (ROOT / "docs" / "sandbox.md").read_text()
    diagnosis = Diagnosis(level="refuse", machine=[Check(name="x", holds=None, text="")])

    keys = {*diagnosis.as_json(), *diagnosis.as_json()["machine"][0]}

    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


@pytest.mark.parametrize(
    ("environment", "name", "advice"),
    [
        ({"LEARNER_PYTHON": "/nowhere/bin/python"}, "learners' Python", "make setup"),
        pytest.param({"SANDBOX_UID": "0"}, "user", "SANDBOX_UID", marks=AS_ROOT),
    ],
)
def test_doctor_names_the_missing_part_and_what_to_do(environment, name, advice):
    done = run("--json", **environment)

    diagnosis = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert (diagnosis["level"], diagnosis["may_run"]) == ("refuse", False)
    check = checks(diagnosis, "machine")[name]
    assert check["holds"] is False
    assert advice in check["advice"]
    assert check["advice"] in diagnosis["advice"]
    assert diagnosis["reason"] == check["text"]


def test_doctor_finds_that_bubblewrap_is_missing():
    """Without the environment's packages, of which the doctor needs none, and with no programs on the path."""
    command_line = [sys.executable, "-S", "-m", "sandbox", "doctor", "--json"]

    done = subprocess.run(command_line, cwd=ROOT, env={"PATH": "/nowhere"}, capture_output=True, text=True, timeout=120)

    check = checks(json.loads(done.stdout), "machine")["bubblewrap"]
    assert (done.returncode, done.stderr, check["holds"]) == (1, "", False)
    assert "apt install bubblewrap" in check["advice"]


def test_doctor_in_a_rootless_container_says_what_is_missing_there():
    """There, one is root of a user namespace that has no other uid."""
    before = ("unshare", "--user", "--map-root-user")

    done = run("--json", before=before)

    diagnosis = json.loads(done.stdout)
    assert (done.returncode, diagnosis["level"]) == (1, "refuse")
    check = checks(diagnosis, "machine")["namespaces"]
    assert (check["holds"], check["text"]) == (False, "unprivileged user: Operation not permitted")
    assert "may not change its uid" in check["advice"]


@AS_ROOT
def test_doctor_in_a_container_with_a_masked_proc_says_how_to_unmask_it():
    masked = 'mount -t tmpfs none /proc/acpi && exec "$@"'
    before = ("unshare", "--mount", "sh", "-c", masked, "sh")

    done = run("--json", before=before)

    diagnosis = json.loads(done.stdout)
    assert (done.returncode, diagnosis["level"]) == (1, "refuse")
    check = checks(diagnosis, "machine")["namespaces"]
    assert (check["holds"], check["text"]) == (False, "fresh /proc: Operation not permitted")
    assert "systempaths=unconfined" in check["advice"]


def run_with_user_namespaces(count):
    """The doctor's diagnosis where no more than *count* may be made: in one of our own, with settings of its own."""
    uid = doctor.jail.sandbox_uid()
    # Root stays root, and the sandbox's uid is mapped as well. A shell becomes root again, with all that root may do,
    # by starting the next program.
    first = 'read _ && exec sh -c "$0" "$@"'
    then = f'echo {count} > /proc/sys/user/max_user_namespaces && exec "$0" "$@"'
    command_line = ["unshare", "--user", "sh", "-c", first, then, sys.executable, "-m", "sandbox", "doctor", "--json"]
    with subprocess.Popen(command_line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        namespace = Path("/proc", str(process.pid), "ns", "user")
        while namespace.readlink() == Path("/proc/self/ns/user").readlink():
            pass
        for name in ("uid_map", "gid_map"):
            Path("/proc", str(process.pid), name).write_text(f"0 0 1\n{uid} {uid} 1\n")
        output, _ = process.communicate("go\n", timeout=120)

    diagnosis = json.loads(output)
    assert (process.returncode, diagnosis["level"]) == (1, "refuse")
    return diagnosis


@AS_ROOT
def test_doctor_says_how_to_allow_user_namespaces():
    check = checks(run_with_user_namespaces(0), "machine")["namespaces"]

    assert (check["holds"], check["text"]) == (False, "user namespace: No space left on device")
    assert "user.max_user_namespaces" in check["advice"]


@AS_ROOT
def test_doctor_says_why_a_zygote_could_not_fork():
    """Its own namespace was the last that could be made."""
    assert "making the namespaces of a job: No space left on device" in run_with_user_namespaces(1)["reason"]


@AS_ROOT
def test_doctor_has_an_answer_where_there_is_no_proc():
    before = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /proc && exec "$@"', "sh")

    done = run("--json", before=before)

    diagnosis = json.loads(done.stdout)
    assert (done.returncode, done.stderr, diagnosis["level"]) == (1, "", "refuse")
    assert diagnosis["reason"] != ""


def test_doctor_has_an_answer_on_another_system():
    """Python as it is on a system without what only Linux has; the rest of this machine stays."""
    start = """
import fcntl, os, platform, runpy, select, signal, socket
for module, linux_only in (
    (fcntl, ("F_SEAL_WRITE", "F_SEAL_GROW", "F_SEAL_SHRINK", "F_SEAL_SEAL", "F_ADD_SEALS")),
    (os, ("memfd_create", "MFD_CLOEXEC", "MFD_ALLOW_SEALING", "pidfd_open", "pipe2", "setresuid", "O_PATH")),
    (select, ("epoll",)),
    (signal, ("pidfd_send_signal", "sigtimedwait")),
    (socket, ("AF_NETLINK", "AF_PACKET", "AF_VSOCK", "SO_PEERCRED", "MSG_CMSG_CLOEXEC")),
):
    for name in linux_only:
        delattr(module, name)
platform.system, platform.machine = lambda: "Darwin", lambda: "arm64"
runpy.run_module("sandbox", run_name="__main__", alter_sys=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", start, "doctor", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )

    diagnosis = json.loads(done.stdout)
    assert (done.returncode, done.stderr, diagnosis["level"]) == (1, "", "refuse")
    assert checks(diagnosis, "machine")["system"]["advice"] in diagnosis["advice"]
    assert "arm64" in diagnosis["reason"]


def test_doctor_refuses_where_a_layer_does_not_hold(tmp_path, monkeypatch):
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "nobody.sock"))
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", ("proof", "landlock"))

    diagnosis = doctor.diagnose()

    assert (diagnosis.level, diagnosis.reason) == ("refuse", "not confirmed: Landlock")
    assert [check.name for check in diagnosis.layers if not check.holds] == ["Landlock"]
    assert [advice for advice in diagnosis.advice if "does not hold" in advice] != []


def test_probe_that_fails_is_a_finding(monkeypatch):
    def fail():
        raise ZeroDivisionError("no such machine")

    for name in ("_landlock", "_system"):
        fail.__name__ = name
        monkeypatch.setattr(doctor, name, fail)
    monkeypatch.setattr(verification, "examine", fail)

    diagnosis = doctor.diagnose()

    found = [check for check in diagnosis.machine if check.holds is None and "no such machine" in check.text]
    assert len(found) == 2
    assert not diagnosis.may_run
    assert "no such machine" in diagnosis.reason


def test_text_fits_80_columns_but_never_cuts_what_may_be_copied():
    path = "/a/path/" + 90 * "x"
    diagnosis = Diagnosis(
        level="rootless",
        layers=[Check(name="seccomp", holds=True, text="many words " * 20)],
        machine=[Check(name="bubblewrap", holds=False, text=path, advice=f"Look at {path} " + "and read " * 20)],
        versions={"kernel": "", "python": "3.11"},
        starts=("warm", "cold"),
        supervisor={"pid": 1, "zygotes": [{"profile": "flask", "pid": 2, "state": "ready"}], "starts": {"flask": 1}},
    )

    lines = list(command.lines(diagnosis))

    assert [line for line in lines if len(line) > 80 and path not in line] == []
    assert sum(path in line for line in lines) == 2
    assert "  NO bubblewrap" in "\n".join(lines)
    assert "Layers, each tried in 2 trial jobs (warm, cold)" in lines
    assert "flask ready, pid 2" in " ".join(" ".join(lines).split())
    advice = lines[lines.index("What to do") + 1 :]
    assert [line[:4] for line in advice] == ["  - ", *["    "] * (len(advice) - 1)]
