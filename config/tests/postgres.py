"""Runs a command against a PostgreSQL of its own: `python -m config.tests.postgres COMMAND…`.

The cluster lives in a temporary folder, listens on a Unix socket only, and is gone afterwards.
Exits with the command's code, or with NO_POSTGRES where PostgreSQL is not installed.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

NO_POSTGRES = 77


def newest_binaries() -> Path | None:
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


@contextmanager
def running(address: str = "") -> Iterator[str]:
    """A new cluster, and the DATABASE_URL for it: by TCP at *address*, or by a Unix socket only."""
    binaries = newest_binaries()
    if binaries is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="fieldguide-postgres-"))
    user: dict[str, str] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        user = {"user": "postgres"}
    server = binaries / "pg_ctl"
    cluster = folder / "cluster"
    try:
        subprocess.run(
            [binaries / "initdb", "-D", cluster, "-U", "fieldguide", "--auth=trust", "--no-sync", "-E", "UTF8"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        if address:
            with (cluster / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\n")
        options = f"-k {folder} -c listen_addresses='{address}' -c fsync=off -c max_connections=60"
        subprocess.run(
            [server, "-D", cluster, "-w", "-l", folder / "log", "-o", options, "start"],
            check=True, stdout=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        try:
            yield f"postgres://fieldguide@{address or quote(str(folder), safe='')}/postgres"
        finally:
            subprocess.run(
                [server, "-D", cluster, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, cwd=folder, **user
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    if newest_binaries() is None:
        return NO_POSTGRES
    with running() as url:
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
