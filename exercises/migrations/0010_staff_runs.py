"""The programs of a check become runs; what checks said of them in English sentences goes, their conclusions stay."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def give_checks_their_ids(apps, schema_editor):
    checks = apps.get_model("exercises", "ExerciseCheck").objects
    for pk in checks.values_list("pk", flat=True):
        checks.filter(pk=pk).update(uuid=uuid.uuid4())


class Migration(migrations.Migration):
    dependencies = [
        ("exercises", "0009_rendered_help"),
        ("courses", "0003_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveField(model_name="exercisecheck", name="findings"),
        migrations.RemoveField(model_name="exercisecheck", name="reason"),
        migrations.AddField(
            model_name="exercisecheck", name="uuid", field=models.UUIDField(default=uuid.uuid4, editable=False, null=True)
        ),
        migrations.RunPython(give_checks_their_ids, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="exercisecheck",
            name="uuid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AlterField(
            model_name="exercisecheck",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Under way"),
                    ("passed", "All as it should be"),
                    ("failed", "Something is wrong"),
                    ("unavailable", "The sandbox was not available"),
                    ("cancelled", "Stopped"),
                ],
                default="pending",
                max_length=11,
            ),
        ),
        migrations.RemoveConstraint(model_name="run", name="run_of_submission_or_trial"),
        migrations.AddField(
            model_name="run",
            name="exercise_check",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runs",
                to="exercises.exercisecheck",
            ),
        ),
        migrations.AddField(
            model_name="run", name="program", field=models.CharField(blank=True, max_length=120)
        ),
        migrations.AlterField(
            model_name="run",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("submit", "Submission"),
                    ("run", "Run without an attempt"),
                    ("check", "Check of what staff wrote"),
                    ("rejudge", "Judged again"),
                ],
                default="submit",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(exercise_check__isnull=True, submission__isnull=False, trial__isnull=True)
                | models.Q(exercise_check__isnull=True, submission__isnull=True, trial__isnull=False)
                | models.Q(exercise_check__isnull=False, submission__isnull=True, trial__isnull=True),
                name="run_of_submission_trial_or_check",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(exercise_check__isnull=True, program="")
                | models.Q(("exercise_check__isnull", False), models.Q(("program", ""), _negated=True)),
                name="run_program_iff_check",
            ),
        ),
        migrations.CreateModel(
            name="CourseCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="courses.course"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["-pk"]},
        ),
        migrations.AddField(
            model_name="exercisecheck",
            name="course_check",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="checks",
                to="exercises.coursecheck",
            ),
        ),
        migrations.CreateModel(
            name="Rejudging",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "against",
                    models.CharField(
                        choices=[
                            ("published", "the published version"),
                            ("same", "the version that judged it before"),
                        ],
                        max_length=9,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("applied_at", models.DateTimeField(editable=False, null=True)),
                ("discarded_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("applied_at__isnull", True), ("discarded_at__isnull", True), _connector="OR"),
                        name="rejudging_applied_or_discarded",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="run",
            name="rejudging",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="runs",
                to="exercises.rejudging",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="judged_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="exercises.exerciseversion",
            ),
        ),
        migrations.AddField(model_name="run", name="is_preview", field=models.BooleanField(default=False)),
        migrations.RemoveConstraint(model_name="run", name="run_one_pending_a_submission"),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_preview", False), ("status__in", ["queued", "running"])),
                fields=("submission",),
                name="run_one_pending_a_submission",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("rejudging", "submission"), name="run_once_a_rejudging"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_preview", False),
                    models.Q(("rejudging__isnull", False), ("submission__isnull", False)),
                    _connector="OR",
                ),
                name="run_preview_of_a_rejudging",
            ),
        ),
    ]
