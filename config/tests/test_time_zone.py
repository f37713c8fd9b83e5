"""Times are told in the zone of the reader, on pages only, and written one way."""

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone, translation
from django.utils.formats import date_format

from courses.tests.builders import make_course
from exercises.models import Owner, Submission
from exercises.tests.builders import make_exercise, make_run, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(client):
    """On the evening before, in New York."""
    user = User.objects.create_superuser("learner")
    client.force_login(user)
    attempt = make_submission(owner=Owner(user_id=user.pk), exercise=make_exercise())
    make_run(attempt, "done")
    Submission.objects.update(created_at=datetime(2026, 11, 29, 3, 40, tzinfo=UTC))
    return attempt


@pytest.mark.parametrize(
    ("zone", "shown", "told"),
    [
        ("", "29 Nov 2026, 03:40", "UTC"),
        ("America/New_York", "28 Nov 2026, 22:40", "America/New_York"),
        ("Asia/Tokyo", "29 Nov 2026, 12:40", "Asia/Tokyo"),
        ("America", "29 Nov 2026, 03:40", "UTC"),
        ("../../etc/passwd", "29 Nov 2026, 03:40", "UTC"),
        ("/etc/localtime", "29 Nov 2026, 03:40", "UTC"),
        ("x" * 5000, "29 Nov 2026, 03:40", "UTC"),
        ("Nowhere/At_all", "29 Nov 2026, 03:40", "UTC"),
    ],
)
def test_pages_tell_times_in_the_zone_that_the_cookie_names(client, attempt, zone, shown, told):
    client.cookies["zone"] = zone

    page = client.get(attempt.exercise_version.exercise.get_absolute_url()).content.decode()

    assert f">{shown}</time>" in page
    assert f'data-zone="{told}"' in page
    assert timezone.get_current_timezone_name() == "UTC"  # of what comes afterwards in this thread


def test_programs_and_staff_are_told_them_in_the_zone_of_the_site(client, attempt):
    client.cookies["zone"] = "Asia/Tokyo"
    course = make_course("staffed")

    told = client.get(f"/api/v1/submissions/{attempt.uuid}/").json()["created_at"]
    page = client.get(f"/admin/courses/course/{course.pk}/publishing/").content.decode()

    assert told == "2026-11-29T03:40:00Z"
    assert "Or from this time on (UTC):" in page


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["9 Mar 2026", "9 Mar 2026, 07:05", "07:05", "9 Mar"]),
        ("de", ["9. März 2026", "9. März 2026 07:05", "07:05", "9. März"]),
    ],
)
def test_each_language_has_one_way_to_write_dates(language, written):
    moment = datetime(2026, 3, 9, 7, 5, tzinfo=UTC)

    with translation.override(language):
        assert [
            date_format(moment, name) for name in ("DATE_FORMAT", "DATETIME_FORMAT", "TIME_FORMAT", "MONTH_DAY_FORMAT")
        ] == written


def test_no_template_has_a_way_of_its_own():
    used = {
        name
        for path in (settings.BASE_DIR / "templates").rglob("*.*")
        for name in re.findall(r"""(?:\|(?:date|time):|{% now )["']([^"']*)["']""", path.read_text())
    }

    # c: for programs; e: the zone
    assert used <= {"c", "e", "DATE_FORMAT", "DATETIME_FORMAT", "TIME_FORMAT", "MONTH_DAY_FORMAT"}
