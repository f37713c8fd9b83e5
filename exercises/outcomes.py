"""What a page says about a run as a whole: which outcome it is, and its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exercises.answers.words import WORDS as KIND_WORDS
from exercises.answers.words import KindWords
from exercises.models import ExerciseVersion, Run
from exercises.python_errors import explain, last_line

STILL_WAITING_SECONDS = 15
MIB = 1024 * 1024

Kind = ExerciseVersion.Kind
ALL_PASS = {
    Kind.HTTP: "Your program answers every request as the task asks.",
    Kind.FUNCTION: "Every call gives what the task asks for.",
    Kind.SCRIPT: "Your program does in every run what the task asks.",
    Kind.STREAMLIT: "Your app shows what the task asks for.",
}
# What to look for in a program that ended by itself.
ENDED = {
    Kind.HTTP: "A web application keeps running and waits for requests; look for `exit()` and the like.",
    Kind.FUNCTION: "We import your file and call its functions; look for `exit()` and the like.",
    Kind.SCRIPT: "Look for what could make Python itself crash.",
    Kind.STREAMLIT: "An app ends at the end of its script, and never by itself; look for `os._exit()` and the like.",
}


@dataclass(frozen=True, slots=True)
class Look:
    """tone is a CSS modifier (good, bad, warn, hold, info, neutral), icon the id of a symbol in the sprite."""

    tone: str
    icon: str


LOOKS = {
    "pending": Look("hold", "clock"),
    "pass": Look("good", "check"),
    "fail": Look("bad", "cross"),
    "exception": Look("warn", "bang"),
    "not_started": Look("warn", "bang"),
    "unfinished": Look("neutral", "circle"),
    "time": Look("hold", "clock"),
    "memory": Look("hold", "chip"),
    "output": Look("hold", "list"),
    "blocked": Look("hold", "lock"),
    "unavailable": Look("info", "cloud"),
    "cancelled": Look("neutral", "square"),
}

# Outcomes of a run that is done, by reason where the reason decides, else by verdict.
BY_REASON = {"unfinished": "unfinished", "blocked": "blocked"}
BY_VERDICT = {
    Run.Verdict.PASSED: "pass",
    Run.Verdict.FAILED: "fail",
    Run.Verdict.CRASHED: "not_started",
    Run.Verdict.TIMED_OUT: "time",
    Run.Verdict.MEMORY_EXCEEDED: "memory",
    Run.Verdict.OUTPUT_EXCEEDED: "output",
}


def outcome_of(run: Run) -> str:
    """The key of LOOKS and WORDS that fits *run*."""
    if run.is_pending:
        return "pending"
    if run.status == Run.Status.BROKEN:
        return "unavailable"
    if run.status == Run.Status.CANCELLED:
        return "cancelled"
    if run.verdict == Run.Verdict.FAILED and run.reason == "exception":
        return "exception"
    return BY_REASON.get(run.reason) or BY_VERDICT[Run.Verdict(run.verdict)]


@dataclass(frozen=True, slots=True)
class Words:
    """headline: what happened, in a few words; body: the most important sentence; lines: what may help."""

    headline: str
    body: str = ""
    lines: Sequence[str] = ()


def words_for(run: Run) -> Words:
    if answered := words_of_kind(run):
        after = answered.if_done if run.verdict == Run.Verdict.PASSED else answered.if_open
        return Words(tests_pass(run), after)
    return WORDS[outcome_of(run)](run)


def words_of_kind(run: Run) -> KindWords | None:
    """The words for answers; None where code was judged."""
    return KIND_WORDS.get(run.details.get("kind", ""))


def tests_pass(run: Run) -> str:
    """All 4 tests pass, or 3 of 4 tests pass."""
    passed, total = passed_count(run), len(run.tests)
    if answered := words_of_kind(run):
        return answered.count(passed, total)
    if total and passed == total:
        return "The test passes" if total == 1 else f"All {total} tests pass"
    return f"{passed} of {total} tests {'passes' if passed == 1 else 'pass'}"


def passed_count(run: Run) -> int:
    return sum(test["status"] == "passed" for test in run.tests)


def pending(run: Run) -> Words:
    if run.status == Run.Status.RUNNING:
        return Words("Running your code")
    if run.tries:
        return Words("Queued again", "We could not run your code at once. It is saved, and we are trying again.")
    return Words("Queued")


def passed(run: Run) -> Words:
    return Words(tests_pass(run), ALL_PASS[kind_of(run)])


def kind_of(run: Run) -> Kind:
    """What sort of exercise the run is about; no query where its submission came from `with_current_run()`."""
    assert run.submission is not None  # noqa: S101 - what was only tried out has words of its own: trial_results
    return Kind(run.submission.exercise_version.kind)


def failed(run: Run) -> Words:
    return Words(tests_pass(run), "Begin with the first test that fails; the others often follow from it.")


def raised(run: Run) -> Words:
    return Words("Your code stopped with an error", python_says(run), help_with(run))


def not_started(run: Run) -> Words:
    if run.reason == "syntax_error":
        return Words("Python could not read your code", python_says(run), [*help_with(run), "No test ran."])
    if run.reason == "import_error":
        return Words("Your code imports something that is not there", python_says(run), help_with(run))
    if run.reason == "no_app" and kind_of(run) != Kind.HTTP:
        return Words("There is nothing to talk to", "The program did not answer us at all.", ["No test ran."])
    if run.reason == "no_app":
        return Words(
            "There is nothing to talk to",
            "The program has no application object named `app`, and nothing answered on its port.",
            ["No test ran."],
        )
    if run.reason == "exited":
        return Words(
            "Your program ended by itself",
            f"It ended{how_it_ended(run)} before all tests were done.",
            [ENDED[kind_of(run)]],
        )
    return Words("Your code stopped with an error before it was ready", python_says(run), help_with(run))


def how_it_ended(run: Run) -> str:
    if run.details.get("signal"):
        return f" by the signal {run.details['signal']}"
    return f" with code {run.details['exit_code']}" if "exit_code" in run.details else ""


def unfinished(run: Run) -> Words:
    names = run.details.get("functions") or []
    if names:
        listed = ", ".join(f"`{name}()`" for name in names)
        headline = f"Nothing here yet: {listed} still {'has' if len(names) == 1 else 'have'} `...`"
    else:
        headline = "Nothing here yet: this is still the start code"
    return Words(
        headline, "Replace the `...` with your own code, then submit. This does not count as a failed attempt."
    )


def timed_out(run: Run) -> Words:
    limit = run.details.get("limit")
    clocks = {"cpu": " of processor time", "answer": " without an answer"}
    clock = clocks.get(run.details.get("limit_kind", ""), "")
    headline = f"Stopped after {limit:g} s{clock}" if limit else "Stopped: it took too long"
    return Words(headline, during(run), [*where(run), "Is there a loop that never ends, or a wait that is too long?"])


def memory_exceeded(run: Run) -> Words:
    limit = run.details.get("limit")
    headline = f"Stopped: more than {limit / MIB:g} MB" if limit else "Stopped: too much memory"
    return Words(headline, during(run), [*where(run), "Is a list or a text growing without end?"])


def output_exceeded(run: Run) -> Words:
    limit = run.details.get("limit")
    headline = f"Output cut after {limit / 1024:g} kB" if limit else "Too much output"
    return Words(headline, during(run), ["Is there a `print` inside a loop that never ends?"])


def blocked(run: Run) -> Words:
    return Words(
        "Not allowed in this sandbox",
        python_says(run) or "The program asked for something that the sandbox does not give.",
        [
            *where(run),
            "There is no network in here, files can be written only in the work folder, a server gets port 8000.",
        ],
    )


def unavailable(run: Run) -> Words:
    times = {0: "No sandbox worked", 1: "We tried once"}.get(run.tries, f"We tried {run.tries} times")
    return Words(
        "We could not run your code. This is our fault.",
        "Your code is saved, and this attempt does not count.",
        [f"{times}. If it stays like this, tell us the number {incident(run)}."],
    )


def cancelled(run: Run) -> Words:
    return Words("You stopped this run", "Your code is saved; nothing was counted.")


WORDS = {
    "pending": pending,
    "pass": passed,
    "fail": failed,
    "exception": raised,
    "not_started": not_started,
    "unfinished": unfinished,
    "time": timed_out,
    "memory": memory_exceeded,
    "output": output_exceeded,
    "blocked": blocked,
    "unavailable": unavailable,
    "cancelled": cancelled,
}


def python_says(run: Run) -> str:
    details = run.details
    return last_line(details["exception"], details.get("message", "")) if details.get("exception") else ""


def help_with(run: Run) -> list[str]:
    explanation = explain(run.details.get("exception", ""))
    return [*([explanation] if explanation else []), *where(run)]


def where(run: Run) -> list[str]:
    details = run.details
    return (
        [f"Look at line {details['line']} of {details['file']}."] if details.get("line") and details.get("file") else []
    )


def during(run: Run) -> str:
    """Which test was running when the program was ended."""
    index: Any = run.details.get("test")
    if index is None or not 0 <= index < len(run.tests):
        return "It happened before the first test."
    return f"It happened in test {index + 1} of {len(run.tests)}: {run.tests[index]['name']}."


def incident(run: Run) -> str:
    """What an operator finds in the log and the admin: the beginning of the run's UUID."""
    return str(run.uuid)[:8]
