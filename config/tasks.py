"""Housekeeping that belongs to no app."""

from celery import shared_task
from django.core.management import call_command

from courses import uploads


@shared_task(name="config.clear_sessions")
def clear_sessions() -> None:
    """Queue batch, once a day: sessions that have expired are of no use to anybody, and every visit may make one."""
    call_command("clearsessions")


@shared_task(name="config.clear_uploads")
def clear_uploads() -> None:
    """Queue batch, every hour: courses that were uploaded, looked at and not loaded."""
    uploads.clear_outdated()
