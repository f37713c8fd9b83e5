"""Services that fill the index. It follows from what is published: `manage.py rebuild_search` makes it again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from courses.models import SearchEntry, SearchWord
from courses.search.engines import EntryWords, engine
from courses.search.sources import Source, source_named, sources
from courses.search.words import stem_of, words_of

# More of one entry are not looked at: far more than a long lesson has.
MAX_WORDS = 12_000
# Of the way in which entries are made. Those of an older one are made again by fill().
FORMAT = 1


@transaction.atomic
def index_row(source_name: str, row: Any) -> int:
    """Have the published version of *row* found, and nothing else of it; the number of entries."""
    source = source_named(source_name)
    _remove(source, row.pk)
    course = source.course_of(row)
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(
            source=source.name,
            object_id=row.pk,
            version_id=row.published_id,
            course=course,
            slug=row.slug,
            position=position,
            format=FORMAT,
            kind=document.kind,
            title=document.title,
            label=document.label[:200],
            context=document.context,
            anchor=document.anchor,
            body=document.body,
            body_words=f" {' '.join(words_of(document.body)[:MAX_WORDS])} ",
        )
        for position, document in enumerate(source.documents(row))
    )
    words = {entry.pk: entry_words(entry) for entry in entries}
    engine().add(words)
    known = {word for found in words.values() for part in (found.title, found.context, found.body) for word in part}
    # In order: two that publish at once must not wait for each other.
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, stem=stem_of(word)) for word in sorted(known)], ignore_conflicts=True, batch_size=500
    )
    return len(entries)


@transaction.atomic
def forget_row(source_name: str, object_id: int) -> None:
    """Have nothing of a row found any more."""
    _remove(source_named(source_name), object_id)


def _remove(source: Source, object_id: int) -> None:
    SearchEntry.objects.filter(source=source.name, object_id=object_id).delete()
    engine().clean()


@transaction.atomic
def fill() -> int:
    """Index what is published and not in the index, such as after an upgrade; the number of rows that were indexed.

    One query for each source where nothing is missing.
    """
    count = 0
    for source in sources():
        present = SearchEntry.objects.filter(
            source=source.name, object_id=OuterRef("pk"), version_id=OuterRef("published_id"), format=FORMAT
        )
        for row in source.to_index().filter(~Exists(present)):
            index_row(source.name, row)
            count += 1
    return count


@transaction.atomic
def rebuild() -> int:
    """Make the whole index again; the number of entries."""
    SearchWord.objects.all().delete()
    SearchEntry.objects.all().delete()
    engine().clean()
    return sum(index_row(source.name, row) for source in sources() for row in source.to_index())


def entry_words(entry: SearchEntry) -> EntryWords:
    context = f"{entry.label} {entry.context} {entry.slug}"
    return EntryWords(words_of(entry.title), words_of(context), entry.body_words.split())
