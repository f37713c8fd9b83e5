"""`make test`: every check in one run, with a table of what was done at its end.

A check that this machine cannot do is named and counted; under CI=true it is a failure.
`python -m config.tests.everything NAME…` runs only the groups named (lint, tests, exercises, postgresql, browser).
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.tests.postgres import NO_POSTGRES

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable
# One more than the smallest machine has processors: tests wait for limits, leases and processes that start. A file
# stays together, for what its tests share; those with the most tests begin.
PARALLEL = ["-n", "3", "--dist", "loadfile"]
BROWSERS = [*PARALLEL, "--no-loadscope-reorder"]  # here those begin that take longest (config/tests/conftest.py)
BESIDE = ("exercises", "lint")  # groups whose checks run two at a time, begun in this order, before the others
# What a production deployment sets; `check --deploy` must have nothing to say about it.
PRODUCTION = {
    "DEPLOYMENT": "production",
    "SECRET_KEY": "a-long-secret-for-this-check-only-0123456789-abcdefghijklmnopqrstuvwxyz",
    "SITE_URL": "https://learn.example.org",
    "DATABASE_URL": "postgres://fieldguide:secret@db.example.org/fieldguide",
    "REDIS_URL": "rediss://:secret@redis.example.org:6379/0",
    "EMAIL_URL": "smtp://fieldguide:secret@mail.example.org:587",
}


@dataclass(frozen=True)
class Check:
    group: str
    name: str
    command: list[str]
    environment: dict[str, str] | None = None


def checks() -> list[Check]:
    pytest = [PYTHON, "-m", "pytest", "-q"]
    manage = [PYTHON, "manage.py"]
    return [
        Check("lint", "ruff", [str(BIN / "ruff"), "check", "."]),
        Check("lint", "ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
        Check("lint", "djlint", [str(BIN / "djlint"), "templates", "--lint", "--check"]),
        Check("lint", "import contracts", [str(BIN / "lint-imports")]),
        Check("lint", "mypy", [str(BIN / "mypy"), "accounts", "config", "courses", "exercises", "sandbox"]),
        Check("lint", "migrations are complete", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("lint", "check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
        Check("exercises", "exercises are sound", [PYTHON, "-m", "config.tests.shipped"]),
        Check("tests", "tests, SQLite", [*pytest, *PARALLEL, "-m", "not browser and not faults"]),
        Check(
            "postgresql",
            "tests, PostgreSQL",
            [
                *(PYTHON, "-m", "config.tests.postgres", *pytest, *PARALLEL),
                *("--database-only", "-m", "not browser and not faults"),
                *("accounts", "config", "courses", "exercises"),
            ],
        ),
        Check(
            "browser",
            "faults and browser journeys",
            [*pytest, *BROWSERS, "-m", "(browser or faults) and not alone", "config/tests"],
        ),
        Check("browser", "what pages cost in time", [*pytest, "-m", "alone", "config/tests/browser"]),
    ]


def perform(check: Check, variables: str, *, is_shown: bool) -> tuple[int, float, str]:
    """Its exit code, how many seconds it took, and what it printed; "" where that *is_shown* at once."""
    started = time.monotonic()
    environment = os.environ | {"VAR_DIR": variables, "PYTHONDONTWRITEBYTECODE": "1"} | (check.environment or {})
    kept: dict[str, Any] = {} if is_shown else {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(check.command, cwd=ROOT, env=environment, **kept)
    return done.returncode, time.monotonic() - started, done.stdout or ""


def main(groups: list[str]) -> int:
    chosen = [check for check in checks() if not groups or check.group in groups]
    if not chosen:
        print(f"No such group: {', '.join(groups)}. There are: {', '.join(dict.fromkeys(c.group for c in checks()))}")
        return 2
    rows: list[tuple[str, str, float]] = []
    with tempfile.TemporaryDirectory(prefix="fieldguide-test-") as variables, ThreadPoolExecutor(2) as pool:
        beside = sorted((c for c in chosen if c.group in BESIDE), key=lambda check: BESIDE.index(check.group))
        begun = {check.name: pool.submit(perform, check, variables, is_shown=False) for check in beside}
        for check in chosen:
            print(f"\n── {check.name}", flush=True)
            if check.name in begun:
                code, seconds, output = begun[check.name].result()
                print(output, end="", flush=True)
            else:
                code, seconds, _ = perform(check, variables, is_shown=True)
            outcome = {0: "passed", NO_POSTGRES: "SKIPPED"}.get(code, "FAILED")
            rows.append((check.name, outcome, seconds))
    print()
    for name, outcome, seconds in rows:
        print(f"{outcome:8} {seconds:6.1f} s  {name}")
    failed = sum(outcome == "FAILED" for _, outcome, _ in rows)
    skipped = [name for name, outcome, _ in rows if outcome == "SKIPPED"]
    if skipped:
        print(f"\nNOT DONE on this machine ({len(skipped)}): {', '.join(skipped)} — PostgreSQL is not installed.")
    if skipped and os.environ.get("CI") == "true":
        print("Under CI=true a check that is not done is a failure.")
        failed += len(skipped)
    print(f"\nchecks: {len(rows) - failed - len(skipped)} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
