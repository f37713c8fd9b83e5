"""Full-text search of the two databases: FTS5 of SQLite and tsvector of PostgreSQL, which needs no extension.

Both get words that courses.search.words has made already, so that both find the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import connection
from django.db.models import QuerySet

from courses.models import SearchEntry

# How much a word counts by where it stands: title, context, body.
WEIGHTS = (10.0, 4.0, 1.0)

# A question: "and" or "or" with questions below it, or one word.
Question = str | tuple[str, list["Question"]]


@dataclass(frozen=True, slots=True)
class EntryWords:
    title: Sequence[str]
    context: Sequence[str]
    body: Sequence[str]


class Engine(Protocol):
    def add(self, entries: dict[int, EntryWords]) -> None:
        """Store the words of entries, by their id."""

    def clean(self) -> None:
        """Forget the words of entries that are gone."""

    def best(self, entries: QuerySet[SearchEntry], question: Question, limit: int) -> QuerySet[SearchEntry]:
        """Those of *entries* that *question* fits, at most *limit*, roughly in the order of how well it does."""


class Sqlite:
    def add(self, entries: dict[int, EntryWords]) -> None:
        rows = [
            (pk, " ".join(words.title), " ".join(words.context), " ".join(words.body)) for pk, words in entries.items()
        ]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO courses_searchtext (rowid, title, context, body) VALUES (%s, %s, %s, %s)", rows
            )

    def clean(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM courses_searchtext WHERE rowid NOT IN (SELECT id FROM courses_searchentry)")

    def best(self, entries: QuerySet[SearchEntry], question: Question, limit: int) -> QuerySet[SearchEntry]:
        # extra(), because a virtual table is no model: it has no columns with types, and no key but rowid.
        found = entries.extra(
            tables=["courses_searchtext"],
            where=["courses_searchtext.rowid = courses_searchentry.id", "courses_searchtext MATCH %s"],
            params=[written(question, quote='"', words={"and": " AND ", "or": " OR "})],
            select={"engine_rank": "bm25(courses_searchtext, %s, %s, %s)"},
            select_params=WEIGHTS,
        )
        return found.extra(order_by=["engine_rank", "courses_searchentry.id"])[:limit]


class PostgreSQL:
    def add(self, entries: dict[int, EntryWords]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE courses_searchentry SET words = %s::tsvector WHERE id = %s",
                [(vector(words), pk) for pk, words in entries.items()],
            )

    def clean(self) -> None:
        """Nothing: they stand in the entry's own row."""

    def best(self, entries: QuerySet[SearchEntry], question: Question, limit: int) -> QuerySet[SearchEntry]:
        query = written(question, quote="'", words={"and": " & ", "or": " | "})
        _, context, body = (weight / WEIGHTS[0] for weight in WEIGHTS)
        found = entries.extra(
            where=["courses_searchentry.words @@ %s::tsquery"],
            params=[query],
            # 1: longer texts count a little less. In the array of weights the last is that of A.
            select={"engine_rank": "ts_rank(%s::real[], courses_searchentry.words, %s::tsquery, 1)"},
            select_params=[[0.0, body, context, 1.0], query],
        )
        return found.extra(order_by=["-engine_rank", "courses_searchentry.id"])[:limit]


def vector(words: EntryWords) -> str:
    """The text of a tsvector: each word with its places, which have the weights A (title), B (context), C (body)."""
    places: dict[str, list[str]] = {}
    weighted = [(word, "A") for word in words.title]
    weighted += [(word, "B") for word in words.context]
    weighted += [(word, "C") for word in words.body]
    for place, (word, weight) in enumerate(weighted, start=1):
        places.setdefault(word, []).append(f"{place}{weight}")
    # 255 places of a word are what a tsvector holds. Words are letters and digits: nothing in them needs escaping.
    return " ".join(f"'{word}':{','.join(found[:255])}" for word, found in places.items())


def written(question: Question, *, quote: str, words: dict[str, str]) -> str:
    """*question* in the language of a database. Words are letters and digits: nothing in them is an operator."""
    if isinstance(question, str):
        return f"{quote}{question}{quote}"
    operator, parts = question
    return f"({words[operator].join(written(part, quote=quote, words=words) for part in parts)})"


def engine() -> Engine:
    return PostgreSQL() if connection.vendor == "postgresql" else Sqlite()
