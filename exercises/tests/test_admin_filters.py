"""What the lists of the admin do with a filter that nobody can have clicked."""

import pytest
from django.urls import reverse

from exercises.tests.builders import make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page", "query", "goes_on"),
    [
        ("submission", "exercise_version__framework=flask", ""),
        ("submission", "exercise_version__framework=%00", "?e=1"),
        ("submission", "exercise_version__framework=flask&exercise_version__framework=%00", "?e=1"),
        ("submission", "created_at__gte=yesterday", "?e=1"),  # Django's own answer
        ("run", "reason=mismatch", ""),
        ("run", "reason=%00", "?e=1"),
        ("exercise", "draft__framework=flask", ""),
        ("exercise", "draft__framework=%00", "?e=1"),
    ],
)
def test_a_filter_that_cannot_be_leads_to_the_whole_list(client, page, query, goes_on):
    make_run()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    address = reverse(f"admin:exercises_{page}_changelist")

    response = client.get(f"{address}?{query}")

    assert (response.status_code, response.get("Location", "")) == ((302, address + goes_on) if goes_on else (200, ""))
