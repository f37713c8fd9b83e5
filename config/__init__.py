"""Wiring of the site. Imported by no app; use django.conf.settings."""

from config.celery import app as celery_app  # tasks queued by the web process need the configured application

__all__ = ["celery_app"]
