"""Outsiders look at the draft of an exercise, of every kind, by a signed link."""

import pytest
from django.test import Client

from courses.previews import preview_address, withdraw_previews
from exercises.models import Submission
from exercises.tests.answer_content import make_answered
from exercises.tests.builders import make_exercise

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["http", "choice", "decision", "scenario"])
def test_an_outsider_sees_the_draft_and_can_do_nothing(kind):
    exercise = make_exercise(is_published=False) if kind == "http" else make_answered(kind, is_published=False)
    outsider, address = Client(), preview_address(exercise)

    page = outsider.get(address)
    html = page.content.decode()

    assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex")
    assert exercise.draft.title in html
    assert 'name="csrfmiddlewaretoken"' not in html.partition("<main")[2].partition("</main")[0]
    assert "the answer key" not in html
    assert dict(outsider.session) == {}
    assert outsider.post(address, {"file:main.py": "app = 1\n"}).status_code == 404
    assert Submission.objects.count() == 0
    withdraw_previews(exercise)
    assert outsider.get(address).status_code == 410
