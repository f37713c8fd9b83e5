"""The result of an attempt as a page shows it, in finished sentences: templates only print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext, gettext_lazy, ngettext

from courses.diffs import Piece, differing
from exercises import events
from exercises.answers import case_names, our_case_names
from exercises.answers.review import OptionRow, Review, option_rows, review_of
from exercises.answers.words import KindWords
from exercises.case_sentences import asked, did, finding
from exercises.models import ExerciseVersion, Run, Submission
from exercises.outcomes import (
    LOOKS,
    STILL_WAITING_SECONDS,
    Words,
    outcome_of,
    passed_count,
    tests_pass,
    words_for,
    words_of_kind,
)
from exercises.replay import Replay, replay_of
from exercises.usual_time import usual_time

TESTS_IN_VIEW = 3  # below the words about a result, in a usual window

SHOWN_TEST_OUTPUT_CHARACTERS = 500  # of what is shown for one test

SHOWN_OUTPUT_CHARACTERS = 2048  # of the beginning and of the end, where there was too much of it

# status: word, tone, icon
ROW_LOOKS = {
    "passed": (gettext_lazy("Pass"), "good", "check"),
    "failed": (gettext_lazy("Fail"), "bad", "cross"),
    "error": (gettext_lazy("Error"), "warn", "bang"),
    "skipped": (gettext_lazy("Skipped"), "neutral", "circle"),
    "not_run": (gettext_lazy("Not run"), "neutral", "circle"),
    "not_yet": (gettext_lazy("Not yet"), "neutral", "circle"),  # it failed because nothing is written yet
}
SHORT = {
    "exception": gettext_lazy("stopped with an error"),
    "not_started": gettext_lazy("did not start"),
    "unfinished": gettext_lazy("not written yet"),
    "time": gettext_lazy("time limit"),
    "memory": gettext_lazy("memory limit"),
    "output": gettext_lazy("too much output"),
    "blocked": gettext_lazy("not allowed"),
    "unavailable": gettext_lazy("could not be run, not counted"),
    "cancelled": gettext_lazy("stopped"),
}
# Outcomes after which one writes on.
TO_BE_EDITED = ("fail", "time", "memory", "output", "blocked")
HINTED = (*TO_BE_EDITED, "exception", "unfinished")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """One test. Empty text: nothing to show. response is the body of the answer, cut.

    expected and actual are in pieces, what differs being marked.
    """

    __test__ = False  # not for pytest

    name: str
    is_named_by_author: bool = True  # else the name is ours, in the reader's language
    status: str
    word: str
    tone: str
    icon: str
    duration_ms: float | None = None
    did: str = ""
    asked: str = ""
    message: str = ""
    why: str = ""
    expected: Sequence[Piece] = ()
    actual: Sequence[Piece] = ()
    response: str = ""
    replay: Replay | None = None
    options: Sequence[OptionRow] = ()
    error: str = ""
    file: str = ""
    line: int | None = None
    is_open: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing to open."""
        return not any(
            (self.did, self.asked, self.message, self.why, self.expected, self.actual, self.response, self.options)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One attempt's current run. number counts the owner's attempts from 1; 0 is one that does not count."""

    submission: Submission
    run: Run
    language: str  # of what its author wrote
    number: int
    outcome: str
    tone: str
    icon: str
    headline: str
    says: str
    body: str
    lines: list[str]
    tests: list[TestRow]
    review: Review | None
    passed_count: int
    total: int
    seconds: float | None
    is_pending: bool
    progress_text: str
    stdout: str
    stderr: str
    truncated: bool
    error_file: str
    error_line: int | None
    source_line: str
    caret: int | None
    traceback: str
    can_retry: bool
    can_cancel: bool
    edit_url: str
    hint_url: str
    solution_url: str
    events_url: str
    panel_url: str
    url: str
    short: str
    code_id: str = "your-code"  # of the element that holds the code, where links to lines lead
    failing_id: str = ""  # of the first test that failed, where it stands too far down to be seen at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """position: runs that are queued before this one; test: tests answered so far, of so many."""

    position: int
    test: int
    of: int


def progress_of(submission: Submission) -> Progress:
    """How far its run is. One query while that is queued, one question to Redis while it is running, else nothing."""
    run, total = submission.current_run, len(submission.exercise_version.cases)
    if run.status == Run.Status.QUEUED:
        return Progress(position=Run.objects.queued_before(run).count(), test=0, of=total)
    if run.status == Run.Status.RUNNING:
        return Progress(position=0, test=min(events.answered_tests(run), total), of=total)
    return Progress(position=0, test=sum(test["status"] != "skipped" for test in run.tests), of=total)


def progress_text(run: Run, progress: Progress) -> str:
    if run.status == Run.Status.QUEUED:
        if not progress.position:
            return gettext("Queued")
        text = ngettext("Queued (%(number)d before you)", "Queued (%(number)d before you)", progress.position)
        return text % {"number": progress.position}
    if run.status == Run.Status.RUNNING:
        place = {"number": min(progress.test + 1, progress.of), "total": progress.of}
        return gettext("Running test %(number)d of %(total)d") % place if progress.test else gettext("Starting")
    return gettext("Finished")


def result_of(submission: Submission, *, number: int, may_act: bool, is_alone: bool = False) -> Result:
    """The result of *submission*, loaded by `with_current_run()`; *may_act*: the reader may stop it or try it again.

    *is_alone*: on the submission's own page, where "Edit" and "Hints" lead to that of the exercise.
    """
    run = submission.current_run
    outcome, words, progress = outcome_of(run), words_for(run), progress_of(submission)
    rows = list(test_rows(submission))
    shown = next((row for row in rows if row.is_open), None)
    details, version = run.details, submission.exercise_version
    exercise, is_code = version.exercise, submission.answers is None
    writes = may_act and is_code
    preview = "?version=draft" if submission.is_preview else ""
    exercise_url = exercise.get_absolute_url() + preview if is_alone else ""
    solution_url = reverse("exercises:solution", args=[exercise.slug])
    return Result(
        submission=submission,
        run=run,
        language=exercise.lesson.course.language,
        number=number,
        outcome=outcome,
        tone=LOOKS[outcome].tone,
        icon=LOOKS[outcome].icon,
        headline=words.headline,
        says=words.says,
        body=words.body,
        lines=[*words.lines, *waiting_lines(run, version), *judged_again_lines(run)],
        tests=rows,
        review=review_of(submission, may_act=may_act),
        passed_count=passed_count(run),
        total=len(rows),
        seconds=None if run.wall_ms is None else run.wall_ms / 1000,
        is_pending=run.is_pending,
        progress_text=progress_text(run, progress),
        stdout=ends_of(run.stdout) if outcome == "output" else run.stdout,
        stderr=ends_of(run.stderr) if outcome == "output" else run.stderr,
        truncated=run.truncated,
        error_file=details.get("file", ""),
        error_line=details.get("line"),
        source_line=details.get("source", ""),
        caret=caret_in(details),
        traceback=shown.error if shown else "",
        can_retry=may_act and run.is_repeatable,
        can_cancel=may_act and run.is_pending,
        edit_url=f"{exercise_url}#your-code" if writes and outcome in TO_BE_EDITED else "",
        hint_url=f"{exercise_url}#help" if writes and outcome in HINTED and version.hints else "",
        solution_url=solution_url if writes and outcome == "pass" and version.has_solution else "",
        events_url=reverse("api:submission-events", args=[submission.uuid]),
        panel_url=reverse("exercises:panel", args=[submission.uuid]) + ("?alone" if is_alone else ""),
        url=submission.get_absolute_url(),
        short=short(run, outcome, progress),
        failing_id="first-failing" if is_code and shown and rows.index(shown) >= TESTS_IN_VIEW else "",
    )


def caret_in(details: dict[str, Any]) -> int | None:
    """The column of the error, from 1; None when it does not lie in the line that is shown: a program can claim any."""
    column = details.get("column")
    return column if column and column <= len(details.get("source", "")) + 1 else None


def short(run: Run, outcome: str, progress: Progress) -> str:
    """One phrase, for the history and for tabs."""
    if outcome == "pending":
        return progress_text(run, progress)
    return str(SHORT[outcome]) if outcome in SHORT else tests_pass(run)


def ends_of(text: str) -> str:
    """The beginning and the end of an output, and how much is left out between them."""
    left_out = len(text) - 2 * SHOWN_OUTPUT_CHARACTERS
    if left_out <= 0:
        return text
    between = gettext("… %(size)d kB are left out here …") % {"size": max(1, round(left_out / 1024))}
    return f"{text[:SHOWN_OUTPUT_CHARACTERS]}\n{between}\n{text[-SHOWN_OUTPUT_CHARACTERS:]}"


def waiting_lines(run: Run, version: ExerciseVersion) -> list[str]:
    """What helps while one waits."""
    if not run.is_pending:
        return []
    if run.status == Run.Status.QUEUED and now() - run.created_at > timedelta(seconds=STILL_WAITING_SECONDS):
        return [gettext("Still waiting for a free sandbox. You can leave; the result will be here.")]
    usual = usual_time(version)
    return [usual] if usual else []


def judged_again_lines(run: Run) -> list[str]:
    """Why there is another result than the learner remembers."""
    if run.rejudging_id is None or run.finished_at is None:
        return []
    said = gettext("Judged again on %(day)s, because something was mended. What you had passed stays passed.")
    return [said % {"day": date_format(localtime(run.finished_at))}]


def test_rows(submission: Submission) -> Iterable[TestRow]:
    """The tests in the author's order, the first that did not pass opened; all "not run" before there is a result."""
    run = submission.current_run
    if not run.tests:
        for name in case_names(submission.exercise_version):
            yield row_without_result(name, "not_run")
        return
    if answered := words_of_kind(run):
        for index, test in enumerate(named_tests(submission)):
            row = answer_row(test, answered, option_rows(submission, index))
            yield replace(row, is_named_by_author=not our_case_names(submission.exercise_version))
        return
    is_first, framework = True, submission.exercise_version.framework
    for test in run.tests:
        if run.reason == "unfinished" and test["status"] != "passed":
            yield row_without_result(test["name"], "not_yet")
            continue
        is_open = is_first and test["status"] in ("failed", "error")
        is_first = is_first and not is_open
        yield test_row(test, is_open=is_open, framework=framework)


def named_tests(submission: Submission) -> list[dict[str, Any]]:
    """The tests of its current run, each with the name that readers know it by."""
    tests: list[dict[str, Any]] = submission.current_run.tests
    names = our_case_names(submission.exercise_version)
    if len(names) != len(tests):
        return tests
    return [test | {"name": name} for test, name in zip(tests, names, strict=True)]


def answer_row(test: dict[str, Any], answered: KindWords, options: list[OptionRow]) -> TestRow:
    """A question with all its options, or a requirement with what is missing; everything is open to be read."""
    word = answered.passed if test["status"] == "passed" else answered.failed
    row = replace(test_row(test, is_open=True, framework=""), word=str(word))
    return replace(row, options=options, message="", why="", expected=(), actual=()) if options else row


def row_without_result(name: str, status: str) -> TestRow:
    word, tone, icon = ROW_LOOKS[status]
    return TestRow(name=name, status=status, word=str(word), tone=tone, icon=icon)


def test_row(test: dict[str, Any], *, is_open: bool, framework: str) -> TestRow:
    word, tone, icon = ROW_LOOKS[test["status"]]
    expected, actual = differing(test["expected"] or "", test["actual"] or "")
    message = test["message"] or {}
    raised = message.get("code") in ("exception", "wrong_exception")
    response = test["response"] or {}
    return TestRow(
        name=test["name"],
        status=test["status"],
        word=str(word),
        tone=tone,
        icon=icon,
        duration_ms=test["duration_ms"],
        did=did(test["request"]),
        asked=asked(test["request"]),
        message=finding(test),
        why=test["why"],
        expected=expected if test["expected"] else (),
        actual=actual if test["actual"] else (),
        response=cut(response.get("body", "")),
        replay=replay_of(test["request"], framework=framework) if test["status"] in ("failed", "error") else None,
        error=test["traceback"],
        file=message["file"] if raised else "",
        line=message["line"] if raised else None,
        is_open=is_open,
    )


def cut(text: str) -> str:
    return text if len(text) <= SHOWN_TEST_OUTPUT_CHARACTERS else text[:SHOWN_TEST_OUTPUT_CHARACTERS] + "…"


def message_of(run: Run) -> str:
    """The words about the run as one text, for the API; "" while it is pending."""
    if run.is_pending:
        return ""
    words: Words = words_for(run)
    return " ".join(part for part in (as_sentence(words.headline), words.says or words.body) if part)


def as_sentence(headline: str) -> str:
    return headline if headline.endswith((".", "?")) else f"{headline}."
