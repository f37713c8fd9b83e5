"""What came of a trial as a page shows it, in finished sentences: templates only print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exercises.asking import in_short
from exercises.at_home import DRAWN_BY_A_BROWSER, steps_at_home
from exercises.models import ExerciseVersion, Run, Trial
from exercises.outcomes import LOOKS, MIB, Look, Words, about_app, explanation, incident, python_says, what_is_there
from exercises.outlines import DASH_LAYOUT, Drawing, drawing_of
from exercises.replay import Replay

KIB = 1024
LOOK_RAN = Look("good", "check")
LOOK_NO_ANSWER = Look("warn", "bang")
HTML = ("text/html", "application/xhtml+xml")

BY_VERDICT = {
    Run.Verdict.RAN: "ran",
    Run.Verdict.FAILED: "no_answer",
    Run.Verdict.CRASHED: "not_started",
    Run.Verdict.TIMED_OUT: "time",
    Run.Verdict.MEMORY_EXCEEDED: "memory",
    Run.Verdict.OUTPUT_EXCEEDED: "output",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineRow:
    """One element of a page: what it is, what it says, its value, what it offers, and its chart drawn small."""

    type: str
    text: str
    value: str
    options: str
    rows: str
    drawing: Drawing | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> OutlineRow:
        """Of a row as exercises.outlines makes it."""
        count = row["rows"]
        return cls(
            type=row["type"],
            text=row["text"],
            value=row["value"],
            options=", ".join(row["options"]),
            rows="" if count is None else ngettext("{count} row", "{count} rows", count).format(count=count),
            drawing=drawing_of(row),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """One trial's run. Empty text: nothing to show.

    head is the first line of the answer, headers are pairs, answer is its text, page_url is where it can be looked at
    as a page, note says what is not shown of it. outline is what is on a page that only a browser draws; its reader
    needs at_home most, the way to run the program on one's own machine.
    """

    trial: Trial
    outcome: str
    tone: str
    icon: str
    headline: str
    says: str
    body: str
    lines: Sequence[str]
    asked: str
    announcement: str
    seconds: float | None
    is_pending: bool
    progress_text: str
    head: str = ""
    headers: Sequence[Sequence[str]] = ()
    more_headers: int = 0
    answer: str = ""
    note: str = ""
    page_url: str = ""
    outline: Sequence[OutlineRow] = ()
    at_home: Replay | None = None
    needs_a_browser: bool = False
    stdout: str
    stderr: str
    traceback: str
    is_truncated: bool
    error_line: int | None
    can_cancel: bool
    events_url: str
    panel_url: str


def outcome_of(run: Run) -> str:
    """As exercises.outcomes calls them, and two of its own: ran, and no_answer for what could not be asked."""
    if run.is_pending:
        return "pending"
    if run.status == Run.Status.BROKEN:
        return "unavailable"
    if run.status == Run.Status.CANCELLED:
        return "cancelled"
    if run.reason == "blocked":
        return "blocked"
    if run.verdict == Run.Verdict.FAILED and run.reason == "exception":
        return "exception"
    return BY_VERDICT[Run.Verdict(run.verdict)]


def look_of(outcome: str) -> Look:
    return {"ran": LOOK_RAN, "no_answer": LOOK_NO_ANSWER}.get(outcome) or LOOKS[outcome]


def position_of(run: Run) -> int:
    """How many runs are queued before it. One query while it is queued itself."""
    return Run.objects.queued_before(run).count() if run.status == Run.Status.QUEUED else 0


def progress_text(run: Run) -> str:
    if run.status == Run.Status.QUEUED:
        position = position_of(run)
        if position:
            return ngettext("Queued ({count} before you)", "Queued ({count} before you)", position).format(
                count=position
            )
        return _("Queued")
    return _("Running") if run.is_pending else _("Finished")


def result_of(trial: Trial, *, may_act: bool) -> TrialResult:
    """The result of *trial*, loaded by `with_run()`; *may_act*: the reader may stop it."""
    run = trial.run
    outcome, words = outcome_of(run), words_for(trial)
    seconds = None if run.wall_ms is None else run.wall_ms / 1000
    return TrialResult(
        trial=trial,
        outcome=outcome,
        tone=look_of(outcome).tone,
        icon=look_of(outcome).icon,
        headline=words.headline,
        says=words.says,
        body=words.body,
        lines=words.lines,
        asked=in_short(trial.kind, trial.request),
        announcement=announcement(outcome, words, seconds),
        seconds=seconds,
        is_pending=run.is_pending,
        progress_text=progress_text(run),
        **answer_shown(trial),
        at_home=None if run.is_pending else steps_at_home(trial),
        needs_a_browser=trial.framework in DRAWN_BY_A_BROWSER,
        stdout=run.stdout,
        stderr=run.stderr,
        traceback=run.details.get("traceback", ""),
        is_truncated=run.truncated,
        error_line=run.details.get("line"),
        can_cancel=may_act and run.is_pending,
        events_url=reverse("api:run-events", args=[trial.uuid]),
        panel_url=reverse("exercises:trial-panel", args=[trial.uuid]),
    )


def announcement(outcome: str, words: Words, seconds: float | None) -> str:
    """What a screen reader hears once: not the output, which may be long."""
    if outcome == "pending":
        return ""
    if outcome == "ran" and seconds is not None:
        return _("Finished in {seconds:.2f} s").format(seconds=seconds)
    return _("Finished. {headline}").format(headline=words.headline.replace("`", ""))


def answer_shown(trial: Trial) -> dict[str, Any]:
    """The parts of TrialResult that are about the answer."""
    answer = trial.run.answer
    if answer is None:
        return {}
    shown: dict[str, Any] = {"answer": answer["body"], "headers": answer["headers"]}
    shown["more_headers"] = answer["more_headers"]
    shown["outline"] = [OutlineRow.of(row) for row in answer.get("outline", ())]
    if trial.kind == Trial.Kind.HTTP:
        shown["head"] = status_line(answer["status"])
        if answer["media_type"] in HTML and answer["body"]:
            shown["page_url"] = reverse("exercises:trial-answer", args=[trial.uuid])
    else:
        shown["head"] = _("Returned") if trial.kind == Trial.Kind.FUNCTION else _("On the page")
    if not answer["is_text"]:
        kind = answer["media_type"] or _("no known type")
        shown["note"] = _("{size} bytes of {kind}, which is no text.").format(size=answer["size"], kind=kind)
    elif answer["truncated"]:
        shown["note"] = _("Cut after {size} characters.").format(size=len(answer["body"]))
    elif trial.kind == Trial.Kind.HTTP and not answer["body"]:
        shown["note"] = _("The answer has no body.")
    elif trial.framework == ExerciseVersion.Framework.DASH and "page_url" in shown:
        shown["note"] = _(
            "A page of Dash is drawn by its scripts, which do not run here. Ask for {path} to see what is on it."
        ).format(path=DASH_LAYOUT)
    return shown


def status_line(status: int) -> str:
    """HTTP/1.1 200 OK; without words where the number is nobody's."""
    known = status in {known.value for known in HTTPStatus}
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}" if known else f"HTTP/1.1 {status}"


def message_of(trial: Trial) -> str:
    """The words about the run as one text, for the API; "" while it is pending."""
    if trial.run.is_pending:
        return ""
    words = words_for(trial)
    headline = words.headline if words.headline.endswith((".", "?")) else f"{words.headline}."
    return " ".join(part for part in (headline, words.says, words.body) if part)


# Words


def words_for(trial: Trial) -> Words:
    return WORDS[outcome_of(trial.run)](trial)


def pending(trial: Trial) -> Words:
    if trial.run.status == Run.Status.RUNNING:
        return Words(_("Running your code"))
    if trial.run.tries:
        return Words(_("Queued again"), _("We could not run your code at once, and are trying again."))
    return Words(_("Queued"))


def ran(trial: Trial) -> Words:
    exit_code = trial.run.details.get("exit_code")
    if exit_code:
        return Words(_("Finished with exit code {code}").format(code=exit_code))
    return Words(_("Finished"))


def raised(trial: Trial) -> Words:
    return error_words(_("Your code stopped with an error"), trial.run)


def error_words(headline: str, run: Run) -> Words:
    details = run.details
    lines = []
    if details.get("line") and details.get("file"):
        lines = [_("Look at line {line} of {file}.").format(line=details["line"], file=details["file"])]
    return Words(headline, explanation(run), lines, says=python_says(run))


def how_it_ended(run: Run) -> str:
    if run.details.get("signal"):
        return _("It ended by the signal {signal}.").format(signal=run.details["signal"])
    if "exit_code" in run.details:
        return _("It ended with code {code}.").format(code=run.details["exit_code"])
    return ""


def no_answer(trial: Trial) -> Words:
    run = trial.run
    if run.reason == "no_function":
        return Words(_("There is no such function"), _("The file has no function of the name that you call."))
    if run.reason == "unfit_value":
        return Words(
            _("The value cannot be shown"),
            _("The function returned a {type}, which is nothing that JSON knows. Print it instead.").format(
                type=run.details.get("type", "")
            ),
        )
    return Words(
        _("There was no proper answer"),
        _("Your program ended the connection, or what it sent is not HTTP as it should be."),
    )


def not_started(trial: Trial) -> Words:
    run = trial.run
    if run.reason == "syntax_error":
        return error_words(_("Python could not read your code"), run)
    if run.reason == "import_error":
        words = error_words(_("Your code imports something that is not there"), run)
        return replace(words, lines=[*words.lines, *what_is_there(run)])
    if run.reason == "no_app" and trial.kind != Trial.Kind.HTTP:
        return Words(_("There is nothing to talk to"), _("The program did not answer us at all."))
    if run.reason == "no_app":
        return Words(_("There is nothing to talk to"), *about_app(run.details.get("message", "")))
    if run.reason == "exited":
        return Words(_("Your program ended by itself"), how_it_ended(run))
    return error_words(_("Your code stopped with an error before it was ready"), run)


def timed_out(trial: Trial) -> Words:
    limit, kind = trial.run.details.get("limit"), trial.run.details.get("limit_kind", "")
    if not limit:
        headline = _("Stopped: it took too long")
    elif kind == "cpu":
        headline = _("Stopped after {limit:g} s of processor time").format(limit=limit)
    elif kind == "answer":
        headline = _("Stopped after {limit:g} s without an answer").format(limit=limit)
    else:
        headline = _("Stopped after {limit:g} s").format(limit=limit)
    return Words(headline, _("That is the time limit. Is there a loop that never ends, or a wait that is too long?"))


def memory_exceeded(trial: Trial) -> Words:
    limit = trial.run.details.get("limit", 0)
    headline = _("Stopped: more than {limit:g} MB").format(limit=limit / MIB)
    return Words(headline, _("Is a list or a text growing without end?"))


def output_exceeded(trial: Trial) -> Words:
    limit = trial.run.details.get("limit", 0)
    headline = _("Output cut after {limit:g} kB").format(limit=limit / KIB)
    return Words(headline, _("Is there a `print` inside a loop that never ends?"))


def blocked(trial: Trial) -> Words:
    return Words(
        _("Not allowed in this sandbox"),
        _("The program asked for something that the sandbox does not give."),
        [_("There is no network in here, files can be written only in the work folder, a server gets port 8000.")],
        says=python_says(trial.run),
    )


def unavailable(trial: Trial) -> Words:
    return Words(
        _("We could not run your code. This is our fault."),
        _("Run it again in a minute. If it stays like this, tell us the number {number}.").format(
            number=incident(trial.run)
        ),
    )


def cancelled(trial: Trial) -> Words:
    return Words(_("You stopped this run"))


WORDS = {
    "pending": pending,
    "ran": ran,
    "exception": raised,
    "no_answer": no_answer,
    "not_started": not_started,
    "time": timed_out,
    "memory": memory_exceeded,
    "output": output_exceeded,
    "blocked": blocked,
    "unavailable": unavailable,
    "cancelled": cancelled,
}
