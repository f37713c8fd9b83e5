"""`make backup`: the database, and the secret of `make run`, copied into a new folder that only their owner can read.

The site may run meanwhile. SQLite copies itself; of PostgreSQL it is what pg_dump writes, for pg_restore.
"""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from urllib.parse import quote

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

SECRET = "secret-key"  # noqa: S105 the name of a file


class BackupError(Exception):
    """There is no copy; the text says why."""


def back_up(folder: Path) -> str:
    """Write the copy into *folder*, which must not be there yet; what it is of. Raises BackupError, and leaves nothing.

    The secret is copied where the site has it from the file of `make run`.
    """
    folder.mkdir(parents=True, mode=0o700)
    try:
        copied = copy_sqlite(folder) if connection.vendor == "sqlite" else dump_postgresql(folder)
        secret = settings.VAR_DIR / SECRET
        if secret.exists() and secret.read_text().strip() == settings.SECRET_KEY:
            (folder / SECRET).write_text(settings.SECRET_KEY)
    except BaseException:
        rmtree(folder)
        raise
    return copied


def copy_sqlite(folder: Path) -> str:
    database = Path(connection.settings_dict["NAME"])
    if not database.exists():
        raise BackupError(f"There is no database at {database}. It is there after `make run`, or `manage.py migrate`.")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=rw", uri=True)) as source:
            source.execute("VACUUM INTO ?", [str(folder / "fieldguide.sqlite3")])
    except sqlite3.Error as error:
        raise BackupError(f"{database} cannot be copied: {error}") from error
    return str(database)


def dump_postgresql(folder: Path) -> str:
    """By pg_dump, which takes the options of psql; the password is in its environment, not on its command line."""
    options = ["--format=custom", f"--file={folder / 'fieldguide.dump'}"]
    (_, *arguments), variables = connection.client.settings_to_cmd_args_env(connection.settings_dict, options)
    try:
        done = subprocess.run(["pg_dump", *arguments], env=os.environ | (variables or {}))
    except FileNotFoundError:
        raise BackupError("pg_dump is not installed (Debian: apt install postgresql-client).") from None
    if done.returncode:
        raise BackupError(f"pg_dump ended with {done.returncode}; above it says why.")
    return f"the PostgreSQL database {connection.settings_dict['NAME']}"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        folder = settings.VAR_DIR / "backups" / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
        os.umask(0o077)
        copied = back_up(folder)
    except (BackupError, ImproperlyConfigured, OSError) as error:
        print(f"No backup was made. {error}", file=sys.stderr)
        return 1
    secret = ", and the secret" if (folder / SECRET).exists() else "; SECRET_KEY is in the environment: keep it, too"
    print(f"Copied: {copied}{secret}.", file=sys.stderr)
    print(os.path.relpath(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
