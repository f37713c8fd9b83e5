"""`make backup` with both databases: what is in the copy, and that there is none where there cannot be one."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from config.tests import postgres
from config.tests.site import ROOT


def back_up(folder, **variables):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), **variables}
    command = [sys.executable, "-m", "config.backup"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def backups(folder):
    return sorted(folder.glob("backups/*/*"))


@pytest.fixture
def database(tmp_path):
    """Some SQLite database where DATABASE_URL says that it is, with a row that is in its log only."""
    path = tmp_path / "elsewhere.sqlite3"
    with closing(sqlite3.connect(path)) as written:
        written.executescript("PRAGMA journal_mode=WAL; CREATE TABLE kept (text); INSERT INTO kept VALUES ('work')")
        yield path


def test_backup_of_sqlite_has_all_that_was_written_and_is_for_its_owner(tmp_path, database):
    (tmp_path / "secret-key").write_text("signs\n")

    done = back_up(tmp_path, DATABASE_URL=f"sqlite:///{database}")

    copy, secret = backups(tmp_path)
    assert (done.returncode, done.stderr) == (0, f"Copied: {database}, and the secret.\n")
    assert (ROOT / done.stdout.strip()).resolve() == copy.parent
    with closing(sqlite3.connect(copy)) as read:
        assert read.execute("SELECT text FROM kept").fetchall() == [("work",)]
    assert secret.read_text() == "signs"
    assert [oct(path.stat().st_mode & 0o077) for path in (copy.parent, copy, secret)] == ["0o0"] * 3


def test_backup_says_that_a_secret_of_the_environment_is_not_in_it(tmp_path, database):
    (tmp_path / "secret-key").write_text("of another time")

    done = back_up(tmp_path, DATABASE_URL=f"sqlite:///{database}", SECRET_KEY="x" * 60)

    assert (done.returncode, [path.name for path in backups(tmp_path)]) == (0, ["fieldguide.sqlite3"])
    assert done.stderr == f"Copied: {database}; SECRET_KEY is in the environment: keep it, too.\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "There is no database at"), (b"no database" * 100, "cannot be copied: file is not a database")],
)
def test_backup_of_what_is_no_database_is_refused_and_leaves_nothing(tmp_path, content, why):
    if content is not None:
        (tmp_path / "fieldguide.sqlite3").write_bytes(content)

    done = back_up(tmp_path)

    assert (done.returncode, done.stdout, backups(tmp_path)) == (1, "", [])
    assert why in done.stderr
    assert (tmp_path / "fieldguide.sqlite3").exists() is (content is not None)


NO_SERVER = postgres.newest_binaries() is None or not all(map(shutil.which, ("pg_dump", "pg_restore", "psql")))


@pytest.mark.faults
@pytest.mark.skipif(NO_SERVER, reason="PostgreSQL is not installed")
def test_backup_of_postgresql_is_a_dump_to_restore_from(tmp_path):
    with postgres.running() as url:
        make = ["psql", "--host", str(url.split("@")[1].split("/")[0].replace("%2F", "/")), "--user", "fieldguide"]
        subprocess.run([*make, "--command", "CREATE TABLE kept (text text)", "postgres"], check=True)

        done = back_up(tmp_path, DATABASE_URL=url)

    (dump,) = [path for path in backups(tmp_path) if path.name != "secret-key"]
    listed = subprocess.run(["pg_restore", "--list", dump], capture_output=True, text=True, check=True)
    assert (done.returncode, dump.name) == (0, "fieldguide.dump")
    assert "TABLE public kept" in listed.stdout


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "pg_dump is not installed"),
        pytest.param(
            os.environ["PATH"], "pg_dump ended with 1",
            marks=pytest.mark.skipif(shutil.which("pg_dump") is None, reason="PostgreSQL is not installed"),
        ),
    ],
)  # fmt: skip
def test_backup_of_postgresql_that_cannot_be_had_leaves_nothing(tmp_path, path, why):
    done = back_up(tmp_path, PATH=path, DATABASE_URL="postgres://nobody@127.0.0.1:1/nothing")

    assert (done.returncode, done.stdout, backups(tmp_path)) == (1, "", [])
    assert why in done.stderr
