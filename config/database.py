"""Reads DATABASE_URL."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# A connection outlives its request: the threads of the web process do, too (config/handler.py), and so do workers.
# Opening one costs some milliseconds, and SQLite cleans its log up whenever the last one is closed.
KEPT = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}  # seconds


def database(url: str, *, base: Path) -> dict[str, Any]:
    """Django's settings for `sqlite:///path` or `postgres://user:password@host:port/name?option=value`.

    A path that does not start with a fourth slash is relative to *base*.

    Query parameters of a PostgreSQL address go to libpq (`sslmode=require`, `connect_timeout=5`, …).
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(base / unquote(parts.path[1:])),
            "OPTIONS": {
                # A transaction takes the write lock at its start: it waits for another writer
                # instead of failing in its middle with "database is locked".
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,  # seconds
                # FULL: an accepted submission survives a power cut, not only a killed process.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
            **KEPT,
        }
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            **KEPT,
            "OPTIONS": dict(parse_qsl(parts.query)),
        }
    raise ImproperlyConfigured(
        "DATABASE_URL must look like sqlite:///path/to/file or postgres://user:password@host:5432/name"
    )
