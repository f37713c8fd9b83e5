"""The real sandbox, under a uid that no other job on this machine uses, so that leftovers can be told."""

import os

import pytest


@pytest.fixture(autouse=True, scope="session")
def sandbox_uid():
    """Who runs the programs: an own uid for each test process where we are root, else ourselves."""
    if os.geteuid() != 0:
        return os.geteuid()
    uid = 100_000 + os.getpid() % 1_000_000
    os.environ["SANDBOX_UID"] = str(uid)
    return uid
