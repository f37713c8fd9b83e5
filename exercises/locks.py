"""Named locks that last until the end of the transaction."""

from django.db import connection


def hold(name: str) -> None:
    """Wait until no other transaction holds *name*, then hold it until this transaction ends.

    SQLite needs nothing: its transactions are IMMEDIATE (config/database.py), one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
