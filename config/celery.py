"""The Celery application: `celery -A config.celery worker -Q grading,batch`, `celery -A config.celery beat`."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, task_prerun
from django.db import close_old_connections
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


@setup_logging.connect
def use_django_logging(**_: object) -> None:
    """Keep Celery from installing handlers of its own: django.setup() has installed ours."""
