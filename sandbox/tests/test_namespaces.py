"""What the namespaces of a job bound by themselves, whatever the other layers do."""

import json

import pytest

from sandbox import judge, zygote
from sandbox.harness import namespaces
from sandbox.tests.programs import job

PROGRAM = """
import ctypes, errno, json, os
libc = ctypes.CDLL(None, use_errno=True)
result = None
{}
def app(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps(result).encode()]
"""


@pytest.fixture(autouse=True)
def cold(monkeypatch, tmp_path):
    monkeypatch.setenv("SANDBOX_SOCKET", str(tmp_path / "nobody"))


def result_of(code):
    report = judge(job(PROGRAM.format(code)))
    assert report.observations, (report.detail, report.stderr.decode())
    return json.loads(report.observations[0].body)


def test_one_job_cannot_use_up_the_inotify_instances_of_all():
    opened, answer = result_of(
        """
opened = []
while (descriptor := libc.inotify_init1(0)) >= 0:
    opened.append(descriptor)
result = len(opened), errno.errorcode[ctypes.get_errno()]
for descriptor in opened:
    os.close(descriptor)
"""
    )

    assert (opened, answer) == (namespaces.INOTIFY_INSTANCES, "EMFILE")


def test_no_user_namespace_is_made_inside_even_without_the_filter(monkeypatch):
    monkeypatch.setattr(zygote, "SKIPPED_LAYERS", ("seccomp", "proof"))

    answer = result_of("libc.unshare(0x10000000); result = errno.errorcode[ctypes.get_errno()]")

    assert answer == "ENOSPC"


def test_packages_beside_the_base_python_are_hidden():
    """They are not the learners': whoever looks after this machine has installed them for something else."""
    shown = result_of(
        """
folder = os.path.join(os.path.dirname(os.__file__), "site-packages")
result = os.listdir(folder) if os.path.isdir(folder) else []
"""
    )

    assert shown == []
