from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from config.tasks import clear_sessions


@pytest.mark.django_db
def test_sessions_that_expired_go_and_others_stay():
    for key, days in (("expired", -1), ("valid", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now() + timedelta(days=days))

    clear_sessions()

    assert [session.session_key for session in Session.objects.all()] == ["valid"]


def test_every_task_of_the_schedule_exists():
    current_app.loader.import_default_modules()

    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)
