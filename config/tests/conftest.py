"""What tests of whole sites share."""

import fcntl
from pathlib import Path

import pytest

from config.tests.site import Site

LONGEST = ("test_every_page.py", "test_faults.py")  # minutes each, and so they begin


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def prepared_database(run_folder: Path) -> Path:
    """A database file with the course in it, to be copied: made once for all workers of a run, for it takes a while."""
    shared = run_folder / "prepared"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock, Site(shared) as site:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = shared / "done"
        if not done.exists():
            site.prepare()
            done.touch()
    return site.database
