"""What the processes of a worker's pool do with the database."""

from collections.abc import Iterator

import pytest
from celery.signals import worker_process_init
from django.db import connection
from django.db.backends.signals import connection_created

from config import celery

# What each database says of a commit that waits for the disk, and of one of a worker. PostgreSQL's waits always.
WAITS = {"sqlite": ("PRAGMA synchronous", 2, 1), "postgresql": ("SHOW synchronous_commit", "on", "on")}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def site_process() -> Iterator[None]:
    """This process as one of the site: tests of workers may have made it one of a pool."""
    connection_created.disconnect(celery.spare_the_disk)
    yield
    connection_created.disconnect(celery.spare_the_disk)
    connection.close()


@pytest.fixture
def pool_process(site_process: None) -> None:
    """This process as one of a worker's pool."""
    worker_process_init.send(sender=None)


def said_by_a_new_connection(question: str) -> object:
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def test_the_site_waits_until_the_disk_has_what_it_stored() -> None:
    question, of_the_site, _ = WAITS[connection.vendor]
    assert said_by_a_new_connection(question) == of_the_site


@pytest.mark.usefixtures("pool_process")
def test_a_worker_does_not_wait_where_sqlite_would_have_it() -> None:
    question, _, of_a_worker = WAITS[connection.vendor]
    assert said_by_a_new_connection(question) == of_a_worker
