"""What tests of whole sites share."""

import fcntl
from pathlib import Path

import pytest

from config.tests.site import Site


@pytest.fixture(scope="session")
def prepared_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A database file with the course in it, to be copied: made once for all workers of a run, for it takes a while."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "prepared"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock, Site(shared) as site:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = shared / "done"
        if not done.exists():
            site.prepare()
            done.touch()
    return site.database
