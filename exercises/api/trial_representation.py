"""A trial as JSON: the same for GET and for the stream of events. The API calls it a run."""

from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from exercises.api.representation import TimingOutput, UsageOutput, milliseconds
from exercises.models import Run, Trial
from exercises.trial_results import message_of, position_of

TRIED_OUT = [choice for choice in Run.Verdict.choices if choice[0] != Run.Verdict.PASSED]


class RunResponseOutput(serializers.Serializer[Any]):
    """Hostile text, all of it: escape it."""

    status = serializers.IntegerField(allow_null=True, help_text="Of an HTTP response; else null.")
    headers = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="Name and value, in the order in which they came; the first 40.",
    )
    body = serializers.CharField(
        help_text="Of the answer; of a call what it returned, as Python writes it; of a Streamlit app what is on the "
        "page, a line for each element. Empty where it is no text."
    )
    size = serializers.IntegerField(help_text="Bytes of the body, as far as it was read.")
    truncated = serializers.BooleanField(help_text="The body goes on: 32 Ki characters of it are kept.")


class RunProgressOutput(serializers.Serializer[Any]):
    position = serializers.IntegerField(help_text="Runs that are queued before this one.")


class RunOutput(serializers.Serializer[Any]):
    """Of a Trial from `with_run()`."""

    id = serializers.UUIDField(source="uuid")
    exercise = serializers.SerializerMethodField(help_text="Slug of the exercise whose files were run.")
    exercise_version = serializers.SerializerMethodField()
    course = serializers.SerializerMethodField(help_text="Slug of the course, of a listing.")
    lesson = serializers.SerializerMethodField(help_text="Slug of the lesson, of a listing.")
    listing = serializers.SerializerMethodField(help_text="Name of the listing in its lesson.")
    kind = serializers.ChoiceField(Trial.Kind.choices)
    framework = serializers.CharField(help_text="Empty: none in particular.")
    request = serializers.JSONField(help_text="What was asked; see docs/api.md.")
    status = serializers.ChoiceField(
        Run.Status.choices, source="run.status", help_text="done, cancelled and broken are final."
    )
    verdict = serializers.SerializerMethodField(help_text="How it ended; set exactly when done.")
    reason = serializers.CharField(source="run.reason", help_text="A code that refines the verdict.")
    message = serializers.SerializerMethodField(help_text="The result in words; empty until it is final.")
    response = RunResponseOutput(source="run.answer", allow_null=True, help_text="Null where there is none.")
    exit_code = serializers.SerializerMethodField(help_text="Of a program that ended by itself, if it was not 0.")
    stdout = serializers.CharField(source="run.stdout", help_text="Hostile text: escape it.")
    stderr = serializers.CharField(source="run.stderr", help_text="Hostile text: escape it.")
    traceback = serializers.SerializerMethodField(help_text="With the frames of the given files only.")
    truncated = serializers.BooleanField(source="run.truncated", help_text="The output was cut.")
    progress = serializers.SerializerMethodField()
    usage = UsageOutput(source="run")
    timing = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(source="run.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="run.finished_at", allow_null=True)

    def get_exercise(self, trial: Trial) -> str | None:
        return trial.exercise_version.exercise.slug if trial.exercise_version else None

    def get_exercise_version(self, trial: Trial) -> int | None:
        return trial.exercise_version.number if trial.exercise_version else None

    def get_course(self, trial: Trial) -> str | None:
        return trial.lesson_version.lesson.course.slug if trial.lesson_version else None

    def get_lesson(self, trial: Trial) -> str | None:
        return trial.lesson_version.lesson.slug if trial.lesson_version else None

    def get_listing(self, trial: Trial) -> str | None:
        return trial.listing or None

    @extend_schema_field(serializers.ChoiceField(TRIED_OUT, allow_null=True))
    def get_verdict(self, trial: Trial) -> str | None:
        return trial.run.verdict or None

    def get_message(self, trial: Trial) -> str:
        return message_of(trial)

    def get_exit_code(self, trial: Trial) -> int | None:
        return trial.run.details.get("exit_code")

    def get_traceback(self, trial: Trial) -> str:
        return str(trial.run.details.get("traceback", ""))

    @extend_schema_field(RunProgressOutput)
    def get_progress(self, trial: Trial) -> dict[str, int]:
        return {"position": position_of(trial.run)}

    @extend_schema_field(TimingOutput)
    def get_timing(self, trial: Trial) -> dict[str, int | None]:
        run = trial.run
        return {
            "queued_ms": milliseconds(run.created_at, run.started_at),
            "judged_ms": milliseconds(run.started_at, run.finished_at),
        }


@cache
def run_output() -> RunOutput:
    """One for all, as exercises.api.representation has it."""
    return RunOutput()


def trial_as_json(trial: Trial) -> dict[str, Any]:
    """What RunOutput makes of *trial*."""
    return run_output().to_representation(trial)
