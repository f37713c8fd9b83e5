"""The Celery application: `celery -A config.celery worker -Q grading,batch`, `celery -A config.celery beat`."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, task_prerun, worker_process_init
from django.db import close_old_connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A worker that runs as root is meant to: it drops to SANDBOX_UID before it starts anything of a learner's, and
# messages are JSON, which runs nothing.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("fieldguide")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)  # the id of the request goes on to the task's log lines
app.steps["worker"].add("exercises.worker:Watch")  # by name: the web process has no use for it
app.autodiscover_tasks()


@task_prerun.connect
def close_connections_as_a_request_does(**_: object) -> None:
    """Before each task, so that CONN_MAX_AGE and CONN_HEALTH_CHECKS hold for workers, too."""
    close_old_connections()


@worker_process_init.connect
def connect_as_a_worker_does(**_: object) -> None:
    """In each process of the pool: see spare_the_disk()."""
    connection_created.connect(spare_the_disk)


def spare_the_disk(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Have SQLite not wait for the disk when a worker commits.

    After a power cut such a commit may be missing, which a worker can bear: what it stores comes from rows that the
    site has stored durably (config/database.py), and a run that looks unfinished is judged again. The next commit of
    the site writes what is still missing.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")


@setup_logging.connect
def use_django_logging(**_: object) -> None:
    """Keep Celery from installing handlers of its own: django.setup() has installed ours."""
