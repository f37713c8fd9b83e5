"""After an upgrade of the renderer, old versions are shown as new ones are."""

from io import StringIO

import pytest
from django.core.management import call_command

from courses.models import LessonVersion
from courses.tests.builders import make_course, make_lesson, make_module

pytestmark = pytest.mark.django_db


def test_render_lessons_replaces_old_html_and_nothing_else():
    for slug in ("old", "new"):
        make_lesson(make_module(make_course(slug)), slug, body_markdown="## A\n")
    LessonVersion.objects.filter(lesson__slug="old").update(body_html="<p>old</p>", contents=[])
    before = list(LessonVersion.objects.order_by("pk").values("number", "content_hash", "body_markdown"))
    output = StringIO()

    call_command("render_lessons", stdout=output)

    assert output.getvalue() == "1 versions of lessons changed.\n"
    assert set(LessonVersion.objects.values_list("body_html", flat=True)) == {'<h2 id="a">A</h2>'}
    assert list(LessonVersion.objects.order_by("pk").values("number", "content_hash", "body_markdown")) == before
