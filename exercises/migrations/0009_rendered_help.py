"""Renders the hints and solutions of the versions that are there already: new ones are rendered when they are saved."""

from django.db import migrations


def render_help(apps, schema_editor):
    versions = apps.get_model("exercises", "ExerciseVersion").objects.all()
    addresses = versions.values_list("pk", "hints", "solution_markdown", "exercise__lesson__course__slug")
    for pk, hints, solution, course in list(addresses):
        if hints or solution:
            from courses.rendering import render

            lesson_url = f"../../courses/{course}/{{slug}}/"
            versions.filter(pk=pk).update(
                hints_html=[render(hint, lesson_url=lesson_url).html for hint in hints],
                solution_html=render(solution, lesson_url=lesson_url).html if solution else "",
            )


class Migration(migrations.Migration):

    dependencies = [
        ("exercises", "0008_help"),
    ]

    operations = [migrations.RunPython(render_help, migrations.RunPython.noop, elidable=True)]
