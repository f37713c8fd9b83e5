"""What a page says about a run as a whole: which outcome it is, and its words."""

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext, gettext_lazy, ngettext

from exercises.answers.words import WORDS as KIND_WORDS
from exercises.answers.words import KindWords
from exercises.models import ExerciseVersion, Run
from exercises.python_errors import explain, last_line

STILL_WAITING_SECONDS = 15
MIB = 1024 * 1024

Kind = ExerciseVersion.Kind
ALL_PASS = {
    Kind.HTTP: gettext_lazy("Your program answers every request as the task asks."),
    Kind.FUNCTION: gettext_lazy("Every call gives what the task asks for."),
    Kind.SCRIPT: gettext_lazy("Your program does in every run what the task asks."),
    Kind.STREAMLIT: gettext_lazy("Your app shows what the task asks for."),
}
# What to look for in a program that ended by itself.
ENDED = {
    Kind.HTTP: gettext_lazy("A web application keeps running and waits for requests; look for `exit()` and the like."),
    Kind.FUNCTION: gettext_lazy("We import your file and call its functions; look for `exit()` and the like."),
    Kind.SCRIPT: gettext_lazy("Look for what could make Python itself crash."),
    Kind.STREAMLIT: gettext_lazy(
        "An app ends at the end of its script, and never by itself; look for `os._exit()` and the like."
    ),
}
# Which clock ran out.
STOPPED_AFTER = {
    "cpu": gettext_lazy("Stopped after %(seconds)s s of processor time"),
    "answer": gettext_lazy("Stopped after %(seconds)s s without an answer"),
    "wall": gettext_lazy("Stopped after %(seconds)s s"),
}
# What the sandbox refused, by the number of the system's error: no network or name server; no such place to write.
NETWORK = ("101", "-2", "-3")
FILES = ("1", "13", "30")
ERROR_NUMBER = re.compile(r"\[Errno (-?\d+)\]")
# What the inside says of an `app` that cannot be served (sandbox/harness/serving.py).
NO_APP = re.compile(
    r"`app` is (?:(?P<function>a function)|the class (?P<class>.+)|of type (?P<type>.+)), which is (?:not a web "
    r"application|(?P<neither>neither a WSGI nor an ASGI application))"
)
NO_MODULE = re.compile(r"No module named '(\w[\w.]*)'")
ALIKE = 0.75  # of 1, by difflib: `falsk` is for `flask`, and `pandass` not for `ipaddress`


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
    """headline: what happened, in a few words; body: the most important sentence; lines: what may help.

    says: the last line of Python's traceback, unchanged, so that it can be searched for.
    """

    headline: str
    body: str = ""
    lines: Sequence[str] = ()
    says: str = ""


def words_for(run: Run) -> Words:
    if answered := words_of_kind(run):
        after = answered.if_done if run.verdict == Run.Verdict.PASSED else answered.if_open
        return Words(tests_pass(run), str(after))
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
        return ngettext("The test passes", "All %(total)d tests pass", total) % {"total": total}
    text = ngettext("%(passed)d of %(total)d tests passes", "%(passed)d of %(total)d tests pass", passed)
    return text % {"passed": passed, "total": total}


def passed_count(run: Run) -> int:
    return sum(test["status"] == "passed" for test in run.tests)


def pending(run: Run) -> Words:
    if run.status == Run.Status.RUNNING:
        return Words(gettext("Running your code"))
    if run.tries:
        body = gettext(
            "We could not run your code at once. That is our fault: it is saved, and we try again by ourselves."
        )
        return Words(gettext("Queued again"), body, [next_try(run)])
    return Words(gettext("Queued"))


def next_try(run: Run) -> str:
    """When a run that we failed to judge is tried again."""
    at = run.details.get("next_try_at")
    seconds = math.ceil((datetime.fromisoformat(at) - now()).total_seconds()) if at else 0
    if seconds <= 0:
        return gettext("The next try begins as soon as a sandbox is free.")
    return ngettext(
        "The next try begins in about %(seconds)d second.", "The next try begins in about %(seconds)d seconds.", seconds
    ) % {"seconds": seconds}


def passed(run: Run) -> Words:
    return Words(tests_pass(run), str(ALL_PASS[kind_of(run)]))


def kind_of(run: Run) -> Kind:
    """What sort of exercise the run is about; no query where its submission came from `with_current_run()`."""
    return Kind(run.version.kind)


def failed(run: Run) -> Words:
    if sum(test["status"] in ("failed", "error") for test in run.tests) < 2:
        return Words(tests_pass(run))
    return Words(tests_pass(run), gettext("Begin with the first test that fails; the others often follow from it."))


def raised(run: Run) -> Words:
    return Words(gettext("Your code stopped with an error"), explanation(run), says=python_says(run))


def about_app(found: str) -> tuple[str, list[str]]:
    """What is wrong with `app`. *found* is what the sandbox says of it, or the name of something that resembles one."""
    if said := NO_APP.fullmatch(found):
        itself = gettext("It has to be the application itself, not a class or a function that makes it.")
        values = {"class": said["class"], "type": said["type"]}
        if said["function"]:
            text = gettext("`app` is a function, which is not a web application.")
        elif said["class"]:
            text = gettext("`app` is the class %(class)s, which is not a web application.")
        else:
            text = gettext("`app` is of type %(type)s, which is not a web application.")
        neither = gettext("It is neither a WSGI nor an ASGI application.")
        return text % values, [*([neither] if said["neither"] else []), itself]
    missing = gettext("The program has no application object named `app`, and nothing answered on its port.")
    if not found.isidentifier():
        return missing, []
    resembling = gettext("There is `%(name)s`: if that is the application, call it `app`.") % {"name": found}
    return missing, [resembling]


def not_started(run: Run) -> Words:
    no_test = gettext("No test ran.")
    if run.reason == "syntax_error":
        headline = gettext("Python could not read your code")
        return Words(headline, explanation(run), [no_test], says=python_says(run))
    if run.reason == "import_error":
        headline = gettext("Your code imports something that is not there")
        return Words(headline, explanation(run), [*what_is_there(run), no_test], says=python_says(run))
    if run.reason == "no_app" and kind_of(run) != Kind.HTTP:
        return Words(
            gettext("There is nothing to talk to"), gettext("The program did not answer us at all."), [no_test]
        )
    if run.reason == "no_app":
        said, lines = about_app(run.details.get("message", ""))
        return Words(gettext("There is nothing to talk to"), said, [*lines, no_test])
    if run.reason == "exited":
        return Words(gettext("Your program ended by itself"), how_it_ended(run), [str(ENDED[kind_of(run)])])
    headline = gettext("Your code stopped with an error before it was ready")
    return Words(headline, explanation(run), [no_test] if was_never_asked(run) else [], says=python_says(run))


def was_never_asked(run: Run) -> bool:
    return bool(run.tests) and all(test["status"] == "skipped" for test in run.tests)


def what_is_there(run: Run) -> list[str]:
    """What can be imported, and what was perhaps meant by the name of a module that cannot."""
    installed = run.details.get("installed", [])
    lines = []
    if missing := NO_MODULE.search(run.details.get("message", "")):
        name = missing[1].partition(".")[0]
        if alike := get_close_matches(name, {*installed, *sys.stdlib_module_names}, n=1, cutoff=ALIKE):
            lines.append(gettext("Did you mean `%(name)s`?") % {"name": alike[0]})
    if installed:
        names = ", ".join(f"`{name}`" for name in installed)
        lines.append(gettext("There are: %(names)s, what these need, and Python's own modules.") % {"names": names})
    return lines


def how_it_ended(run: Run) -> str:
    if run.details.get("signal"):
        text = gettext("It ended by the signal %(signal)s before all tests were done.")
        return text % {"signal": run.details["signal"]}
    if "exit_code" in run.details:
        return gettext("It ended with code %(code)s before all tests were done.") % {"code": run.details["exit_code"]}
    return gettext("It ended before all tests were done.")


def unfinished(run: Run) -> Words:
    names = run.details.get("functions") or []
    headline = gettext("Nothing here yet: this is still the start code")
    body = gettext("Write your own code into it, then submit. This does not count as a failed attempt.")
    if names:
        listed = ", ".join(f"`{name}()`" for name in names)
        text = ngettext(
            "Nothing here yet: %(names)s still has `...`", "Nothing here yet: %(names)s still have `...`", len(names)
        )
        headline = text % {"names": listed}
        body = gettext("Replace the `...` with your own code, then submit. This does not count as a failed attempt.")
    return Words(headline, body)


def timed_out(run: Run) -> Words:
    limit = run.details.get("limit")
    clock = STOPPED_AFTER.get(run.details.get("limit_kind", ""), STOPPED_AFTER["wall"])
    headline = str(clock) % {"seconds": f"{limit:g}"} if limit else gettext("Stopped: it took too long")
    question = gettext("Is there a loop that never ends, or a wait that is too long?")
    return Words(headline, during(run), [question])


def memory_exceeded(run: Run) -> Words:
    limit = run.details.get("limit")
    text = gettext("Stopped: more than %(size)s MB")
    headline = text % {"size": f"{limit / MIB:g}"} if limit else gettext("Stopped: too much memory")
    question = gettext("Is a list or a text growing without end?")
    return Words(headline, during(run), [*peak(run, limit), question])


def peak(run: Run, limit: int | None) -> list[str]:
    """What it was seen to have, unless that was below the limit: the kernel stops what grows on between two looks."""
    if not run.memory_bytes or run.memory_bytes <= (limit or 0):
        return []
    return [gettext("It had %(size)d MB when we stopped it.") % {"size": math.ceil(run.memory_bytes / MIB)}]


def output_exceeded(run: Run) -> Words:
    limit = run.details.get("limit")
    text = gettext("Output cut after %(size)s kB")
    headline = text % {"size": f"{limit / 1024:g}"} if limit else gettext("Too much output")
    return Words(headline, during(run), [gettext("Is there a `print` inside a loop that never ends?")])


def blocked(run: Run) -> Words:
    refused = ERROR_NUMBER.search(run.details.get("message", ""))
    number = refused[1] if refused else ""
    if number in NETWORK:
        headline = gettext("The network is closed in this sandbox")
    elif number in FILES:
        headline = gettext("Only the work folder is open in this sandbox")
    else:
        headline = gettext("Not allowed in this sandbox")
    asked_for = gettext("The program asked for something that the sandbox does not give.")
    given = gettext(
        "There is no network in here, files can be written only in the work folder, a server gets port 8000."
    )
    return Words(headline, asked_for, [given], says=python_says(run))


def unavailable(run: Run) -> Words:
    if run.tries == 0:
        tried = gettext("No sandbox worked.")
    else:
        tried = ngettext("We tried once.", "We tried %(number)d times.", run.tries) % {"number": run.tries}
    report = gettext("If it stays like this, tell us the number %(number)s.") % {"number": incident(run)}
    return Words(
        gettext("We could not run your code. This is our fault."),
        gettext("Your code is saved, and this attempt does not count."),
        [f"{tried} {report}"],
    )


def cancelled(run: Run) -> Words:
    return Words(gettext("You stopped this run"), gettext("Your code is saved; nothing was counted."))


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


def explanation(run: Run) -> str:
    return explain(run.details.get("exception", ""))


def during(run: Run) -> str:
    """Which test was running when the program was ended."""
    index: Any = run.details.get("test")
    if index is None or not 0 <= index < len(run.tests):
        return gettext("It happened before the first test.")
    place = {"number": index + 1, "total": len(run.tests), "name": run.tests[index]["name"]}
    return gettext("It happened in test %(number)d of %(total)d: %(name)s.") % place


def incident(run: Run) -> str:
    """What an operator finds in the log and the admin: the beginning of the run's UUID."""
    return str(run.uuid)[:8]
