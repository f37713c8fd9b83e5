"""Notes that the site wrote into versions in English, before it kept what they say as a code."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("courses", "0009_copy_of_each_form"), ("exercises", "0015_names")]
AFTER = [("courses", "0010_origins"), ("exercises", "0016_origins")]


@pytest.fixture
def earlier(transactional_db) -> Iterator[MigrationExecutor]:
    """At a database as it was before, which is brought up to date for the tests that follow."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield executor
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_earlier_notes_of_the_site_become_codes_and_those_of_authors_stay(earlier):
    models = earlier.loader.project_state(BEFORE).apps.get_model
    course = models("courses", "Course").objects.create(slug="web", title="Web")
    module = models("courses", "Module").objects.create(course=course, slug="basics", title="Basics")
    lesson = models("courses", "Lesson").objects.create(course=course, module=module, slug="one")
    exercise = models("exercises", "Exercise").objects.create(lesson=lesson, slug="one")
    notes = ["", "Loaded from files", "Family changed", "Version 12 restored", "Version 12 restored, and more"]
    for number, note in enumerate(notes, start=1):
        common = {"number": number, "title": "T", "note": note, "content_hash": "0" * 64}
        models("courses", "LessonVersion").objects.create(lesson=lesson, summary="S", minutes=1, **common)
        models("exercises", "ExerciseVersion").objects.create(exercise=exercise, **common)

    executor = MigrationExecutor(connection)
    executor.migrate(AFTER)

    models = executor.loader.project_state(AFTER).apps.get_model
    for model in (models("courses", "LessonVersion"), models("exercises", "ExerciseVersion")):
        assert list(model.objects.order_by("number").values_list("note", "origin", "restored_number")) == [
            ("", "", None),
            ("", "loaded", None),
            ("", "family", None),
            ("", "restored", 12),
            ("Version 12 restored, and more", "", None),
        ]
