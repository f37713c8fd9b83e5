"""A submission as JSON: the same for GET and for the stream of events."""

from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from exercises.case_sentences import interacted, sentence
from exercises.models import Run, Submission
from exercises.results import message_of, named_tests, progress_of

JUDGED = [choice for choice in Run.Verdict.choices if choice[0] != Run.Verdict.RAN]  # verdicts of what is handed in


class InteractField(serializers.CharField):
    def to_representation(self, done: Any) -> str:
        return interacted(done)


class RequestOutput(serializers.Serializer[Any]):
    """What was asked; which of the keys are there depends on the kind of the exercise."""

    method = serializers.CharField(required=False, help_text="Kind http.")
    path = serializers.CharField(required=False, help_text="Kind http.")
    clients = serializers.IntegerField(required=False, help_text="Kind http: so many sent it at once.")
    call = serializers.CharField(required=False, help_text="Kind function: the call as Python writes it.")
    run = serializers.CharField(required=False, help_text="Kind script: the command.")
    input = serializers.CharField(required=False, help_text="Kind script: what stood on the standard input.")
    interact = InteractField(required=False, help_text="Kind streamlit: what was set and clicked.")


class ResponseOutput(serializers.Serializer[Any]):
    status = serializers.IntegerField(
        allow_null=True, help_text="Kind http: of the answer; kind script: the exit code; else null."
    )
    body = serializers.CharField(
        help_text="What was answered, returned or raised, printed, or shown. Hostile text: escape it."
    )


class NamedTests(serializers.ListSerializer[Any]):
    def to_representation(self, submission: Any) -> list[Any]:
        return super().to_representation(named_tests(submission))


class TestOutput(serializers.Serializer[Any]):
    __test__ = False  # not for pytest

    name = serializers.CharField()
    status = serializers.ChoiceField(["passed", "failed", "error", "skipped"])
    message = serializers.SerializerMethodField(help_text="What we did, expected and got; empty when it passed.")
    duration_ms = serializers.SerializerMethodField()
    request = RequestOutput(allow_null=True, help_text="Null where nothing was asked of a program.")
    response = ResponseOutput(allow_null=True)
    expected = serializers.CharField(allow_null=True)
    actual = serializers.CharField(allow_null=True)

    class Meta:
        list_serializer_class = NamedTests

    def get_message(self, test: dict[str, Any]) -> str:
        return sentence(test)

    def get_duration_ms(self, test: dict[str, Any]) -> int | None:
        return None if test["duration_ms"] is None else round(test["duration_ms"])


class ProgressOutput(serializers.Serializer[Any]):
    position = serializers.IntegerField(help_text="Attempts that are queued before this one.")
    test = serializers.IntegerField(help_text="Tests answered so far.")
    of = serializers.IntegerField()


class UsageOutput(serializers.Serializer[Any]):
    wall_ms = serializers.IntegerField(allow_null=True)
    cpu_ms = serializers.IntegerField(allow_null=True)
    memory_bytes = serializers.IntegerField(
        allow_null=True,
        help_text="The most that its processes and files took together at one time, above what an idle program of its "
        "framework takes; 0 where that was no more. Where several programs were started, of the largest.",
    )


class TimingOutput(serializers.Serializer[Any]):
    queued_ms = serializers.IntegerField(allow_null=True)
    judged_ms = serializers.IntegerField(allow_null=True)


class SubmissionOutput(serializers.Serializer[Any]):
    """Of a Submission from `with_current_run()`; what is not the submission's own is its current run's."""

    id = serializers.UUIDField(source="uuid")
    exercise = serializers.SlugField(source="exercise_version.exercise.slug")
    exercise_version = serializers.IntegerField(source="exercise_version.number")
    status = serializers.ChoiceField(
        Run.Status.choices, source="current_run.status", help_text="done, cancelled and broken are final."
    )
    verdict = serializers.SerializerMethodField(help_text="Set exactly when done.")
    reason = serializers.CharField(
        source="current_run.reason", help_text="A code that refines the verdict, or says why it is broken."
    )
    score = serializers.SerializerMethodField(help_text="Share of the tests that passed, 0 to 1; set when done.")
    tests = TestOutput(many=True, source="*", help_text="In the author's order; empty until done.")
    stdout = serializers.CharField(source="current_run.stdout", help_text="Hostile text: escape it.")
    stderr = serializers.CharField(source="current_run.stderr", help_text="Hostile text: escape it.")
    truncated = serializers.BooleanField(source="current_run.truncated", help_text="The output was cut.")
    message = serializers.SerializerMethodField(help_text="The result in words; empty until it is final.")
    progress = serializers.SerializerMethodField()
    usage = UsageOutput(source="current_run")
    timing = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(source="current_run.started_at", allow_null=True)
    finished_at = serializers.DateTimeField(source="current_run.finished_at", allow_null=True)

    @extend_schema_field(serializers.ChoiceField(JUDGED, allow_null=True))
    def get_verdict(self, submission: Submission) -> str | None:
        return submission.current_run.verdict or None

    def get_score(self, submission: Submission) -> float | None:
        score = submission.current_run.score
        return None if score is None else round(score, 2)

    def get_message(self, submission: Submission) -> str:
        return message_of(submission.current_run)

    @extend_schema_field(ProgressOutput)
    def get_progress(self, submission: Submission) -> dict[str, int]:
        return asdict(progress_of(submission))

    @extend_schema_field(TimingOutput)
    def get_timing(self, submission: Submission) -> dict[str, int | None]:
        run = submission.current_run
        return {
            "queued_ms": milliseconds(run.created_at, run.started_at),
            "judged_ms": milliseconds(run.started_at, run.finished_at),
        }


@cache
def submission_output() -> SubmissionOutput:
    """One for all: the framework copies every field of a serializer for each instance, which costs milliseconds."""
    return SubmissionOutput()


def as_json(submission: Submission) -> dict[str, Any]:
    """What SubmissionOutput makes of *submission*."""
    return submission_output().to_representation(submission)


def milliseconds(begin: datetime | None, end: datetime | None) -> int | None:
    return round((end - begin).total_seconds() * 1000) if begin and end else None
