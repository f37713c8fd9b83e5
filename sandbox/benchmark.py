"""`python -m sandbox bench`: how long a job takes, beside what bare Python, bubblewrap and pytest take for the same.

Everything is measured in one run, round-robin over the cases, so that a machine that is busy for a while is busy for
all of them. What counts are the ratios within one run; times of two runs compare badly. `make bench` measures the
whole site as well (config/benchmark.py).
"""

import argparse
import hashlib
import multiprocessing
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sandbox import Ending, HttpProbe, Job, Report, SandboxUnavailable, WidgetProbe, judge, supervision
from sandbox.baseline import BASELINES
from sandbox.benchmark_memory import Memory, own_memory_of_job, zygote_memory
from sandbox.benchmark_table import Latency, Results, Tables, Target, Throughput, document, megabytes, ratio
from sandbox.interpreter import PROJECT_ROOT, Interpreter, bubblewrap, learner_interpreter
from sandbox.job import Probe

TESTS = Path(__file__).resolve().parent / "tests"
TOOLS = PROJECT_ROOT / "sandbox" / "environment" / "benchmark.txt"
START_SECONDS = 60.0  # a supervisor or a warm interpreter that needs longer will not come
WARM_UPS = 2  # rounds before the first that counts: they fill caches and write bytecode
ROUNDS = 25
OUTSTANDING = (1, 2, 4)
# tests/benchmark asks the same three things by the frameworks' own test clients.
PROBES = [HttpProbe("GET", "/"), HttpProbe("GET", "/?name=x"), HttpProbe("GET", "/nowhere")]
WIDGET_PROBES = [WidgetProbe(), WidgetProbe({"region": "South"}), WidgetProbe(trigger={"key": "add"})]

BARE_PYTHON = "python -c pass"
BWRAP_PYTHON = "bwrap python -c pass"
PYTEST = {"flask": "bare pytest, Flask", "fastapi": "bare pytest, FastAPI"}
COLD = {name: f"sandbox cold, {name}" for name in PYTEST}
SCRIPT = "sandbox, plain script"
PYTHON, STREAMLIT = "python", "streamlit"
FRAMEWORKS = sorted({*BASELINES, STREAMLIT} - {PYTHON})
WARM = {name: f"sandbox, {name}" for name in FRAMEWORKS} | {PYTHON: SCRIPT}
WHOLE = {name: f"POST to verdict, {name}" for name in PYTEST}
EMPTY_PAGE, LESSON_PAGE = "GET an empty page", "GET a lesson"
TEST_CLIENTS = {"flask": "flask_client.py", "fastapi": "fastapi_client.py"}

REFERENCES = {  # to whose numbers those of a case are given
    BWRAP_PYTHON: BARE_PYTHON,
    SCRIPT: BWRAP_PYTHON,
    LESSON_PAGE: EMPTY_PAGE,
    **{kind[name]: PYTEST[name] for name in PYTEST for kind in (COLD, WARM, WHOLE)},
}
# case, reference, wanted ratio
TIMES_WANTED = [
    (WARM["fastapi"], PYTEST["fastapi"], 0.06),
    (WARM["flask"], PYTEST["flask"], 0.08),
    (WHOLE["fastapi"], PYTEST["fastapi"], 0.15),
    (WHOLE["flask"], PYTEST["flask"], 0.15),
    (SCRIPT, BWRAP_PYTHON, 1.5),
    (LESSON_PAGE, EMPTY_PAGE, 2),
]
RATES_WANTED = [
    (WARM["fastapi"], PYTEST["fastapi"], 15),
    (WARM["flask"], PYTEST["flask"], 8),
    (WHOLE["fastapi"], PYTEST["fastapi"], 8),
    (WHOLE["flask"], PYTEST["flask"], 5),
]


class BenchmarkError(Exception):
    """Something that is to be measured cannot run here; the message says what and what to do about it."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something to do, again and again, while a clock runs. Raises BenchmarkError when it did not do what it should."""

    name: str
    run: Callable[[], object]
    times: int = 1  # in each round; more for what is quick, because a median of few is coarse


@dataclass(frozen=True, slots=True)
class Flow:
    """Something of which several can be under way; *run* is told which of the places it has, from 0."""

    name: str
    run: Callable[[int], object]
    jobs: int  # in each stretch that is measured


@dataclass(slots=True)
class Plan:
    cases: list[Case] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    tables: Tables = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)

    def __add__(self, other: "Plan") -> "Plan":
        return Plan(
            self.cases + other.cases,
            self.flows + other.flows,
            self.tables | other.tables,
            self.skipped + other.skipped,
        )


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# Measuring


def measure(cases: Sequence[Case], rounds: int, clock: Callable[[], float] = time.perf_counter) -> list[Latency]:
    """All cases in turn, *rounds* times; each round begins with another one."""
    for _ in range(WARM_UPS):
        for case in cases:
            case.run()
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    for number in range(rounds):
        first = number % len(cases) if cases else 0
        for case in [*cases[first:], *cases[:first]]:
            for _ in range(case.times):
                started = clock()
                case.run()
                seconds[case.name].append(clock() - started)
        say(f"  round {number + 1} of {rounds}")
    return [Latency(name, values) for name, values in seconds.items()]


def measure_flows(flows: Sequence[Flow], outstanding: Sequence[int], rounds: int) -> list[Throughput]:
    """All flows at each number of outstanding jobs in turn, *rounds* times."""
    found: dict[tuple[str, int], list[float]] = {(flow.name, count): [] for flow in flows for count in outstanding}
    for number in range(rounds):
        for count in outstanding:
            for flow in flows:
                found[flow.name, count].append(jobs_a_second(flow, count))
        say(f"  throughput, round {number + 1} of {rounds}")
    return [Throughput(name, count, values) for (name, count), values in found.items()]


def jobs_a_second(flow: Flow, outstanding: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Do flow.jobs of it, *outstanding* at any time. Raises what a job raised."""
    left = iter(range(flow.jobs))  # next() of it is atomic

    def keep_busy(place: int) -> None:
        for _ in left:
            flow.run(place)

    with ThreadPoolExecutor(outstanding) as places:
        started = clock()
        for done in [places.submit(keep_busy, place) for place in range(outstanding)]:
            done.result()
        return flow.jobs / (clock() - started)


# Cases


@contextmanager
def sandbox_plan(folder: Path) -> Iterator[Plan]:
    """What can be measured of the sandbox and its rivals; *folder* is for what they need meanwhile.

    Raises BenchmarkError or SandboxUnavailable when a part of it is missing.
    """
    interpreter, plan = learner_interpreter(), Plan()
    python = str(interpreter.library.parent / "bin" / "python")
    plan.cases += [
        Case(BARE_PYTHON, lambda: _quietly(python, "-c", "pass"), times=2),
        Case(BWRAP_PYTHON, lambda: _quietly(*_ordinary_bwrap(), python, "-c", "pass"), times=2),
    ]
    tools = _test_tools(interpreter)
    for framework, name in PYTEST.items():
        run = _bare_pytest(framework, python, tools, folder)
        plan.cases.append(Case(name, partial(run, 0)))
        plan.flows.append(Flow(name, run, jobs=8))
    with own_supervisor(folder), ExitStack() as stack:
        plan.tables["Warm interpreters"] = warm_table(_warmed_up())
        judged_elsewhere = stack.enter_context(_judging_processes())
        plan.cases += [Case(COLD[framework], partial(_judged_cold, framework)) for framework in PYTEST]
        plan.cases += [Case(name, partial(_judged_warm, profile), times=2) for profile, name in WARM.items()]
        plan.flows += [Flow(WARM[framework], partial(judged_elsewhere, framework), jobs=40) for framework in PYTEST]
        yield plan


@contextmanager
def own_supervisor(folder: Path) -> Iterator[None]:
    """One of our own, for this process and those that it starts. It never replaces a zygote for its age."""
    environment = {"SANDBOX_SOCKET": str(folder / "sandbox.sock"), "SANDBOX_ZYGOTE_JOBS": "1000000"}
    before = {name: os.environ.get(name) for name in environment}
    os.environ |= environment
    supervisor = supervision.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while supervision.status() is None:
            if supervisor.poll() is not None or time.monotonic() > deadline:
                raise BenchmarkError("the supervisor of the sandbox did not start; its reason stands above")
            time.sleep(0.02)
        yield
    finally:
        supervisor.terminate()
        supervisor.wait()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass(frozen=True, slots=True)
class Zygote:
    """A warm interpreter: how long its start took, and what it and a job take (bytes; 0: could not be seen)."""

    profile: str
    start_seconds: float
    memory: Memory
    job_bytes: int


def _warmed_up() -> list[Zygote]:
    """Have every interpreter started, one after the other."""
    found = []
    for profile in WARM:
        started = time.monotonic()
        pid = wait_until_warm(profile)
        seconds = time.monotonic() - started
        judged(profile)  # what its first job alone pays is not the memory of every job
        memory = zygote_memory(pid)
        job_bytes = sorted(own_memory_of_job(pid, partial(judged, profile)) for _ in range(3))[1]
        found.append(Zygote(profile, seconds, memory, job_bytes))
    return found


def wait_until_warm(profile: str) -> int:
    """Have the interpreter of *profile* started by our supervisor, if it was not; its pid. Raises BenchmarkError."""
    deadline = time.monotonic() + START_SECONDS
    while (pid := warm_interpreter(profile)) is None:
        if time.monotonic() > deadline:
            raise BenchmarkError(f"the warm interpreter of {profile} did not start: {supervision.status()}")
        if (lease := supervision.lease(profile)) is not None:
            lease.close()
        time.sleep(0.01)
    return pid


def warm_interpreter(profile: str, path: Path | None = None) -> int | None:
    """The pid of the warm interpreter of *profile* that the supervisor on *path* keeps, if it is ready."""
    zygotes = (supervision.status(path) or {}).get("zygotes", [])
    return next((one["pid"] for one in zygotes if (one["profile"], one["state"]) == (profile, "ready")), None)


def warm_table(zygotes: Sequence[Zygote]) -> tuple[Sequence[str], list[Sequence[str]]]:
    rows: list[Sequence[str]] = [
        (
            one.profile,
            f"{one.start_seconds:.2f}",
            megabytes(one.memory.proportional),
            megabytes(one.memory.resident),
            megabytes(one.job_bytes),
        )
        for one in zygotes
    ]
    rows.append(("all", "", megabytes(sum(one.memory.proportional for one in zygotes)), "", ""))
    return ("profile", "start s", "PSS MiB", "RSS MiB", "own memory of a job MiB"), rows


def _judged_warm(profile: str) -> None:
    if not judged(profile).is_warm:
        raise BenchmarkError(f"a job of {profile} was not started warm: {supervision.status()}")


def _judged_cold(profile: str) -> None:
    """As on a machine that has no supervisor."""
    path = os.environ["SANDBOX_SOCKET"]
    os.environ["SANDBOX_SOCKET"] = f"{path}.none"
    try:
        judged(profile)
    finally:
        os.environ["SANDBOX_SOCKET"] = path


@contextmanager
def _judging_processes() -> Iterator[Callable[[str, int], None]]:
    """Judges in processes of their own, one for each place, as the workers do."""
    context = multiprocessing.get_context("spawn")
    pools = [
        context.Pool(1, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN))
        for _ in range(max(OUTSTANDING))
    ]

    def run(framework: str, place: int) -> None:
        pools[place].apply(judged, (framework,))

    try:
        for started in [pool.apply_async(judged, (PYTHON,)) for pool in pools]:
            started.get()
        yield run
    finally:
        for pool in pools:
            pool.terminate()


def judged(profile: str) -> Report:
    """Judge the program of *profile*, and see that it did what it should."""
    job = job_of(profile)
    report = judge(job)
    statuses = [observation.status for observation in report.observations]
    if report.ending is not Ending.FINISHED or statuses[:2] != [200, 200][: len(job.probes)]:
        raise BenchmarkError(f"the program of {profile} did not answer: {report}")
    return report


def job_of(profile: str) -> Job:
    """A web app and three requests, or a script that only prints."""
    if profile == PYTHON:
        return Job(kind="script", framework=PYTHON, files={"main.py": b"print('hello')\n"}, probes=())
    # What a browser shows of a Streamlit app is not in its answers to GET.
    probes: Sequence[Probe] = WIDGET_PROBES if profile == STREAMLIT else PROBES
    folder = "scripts" if profile == STREAMLIT else "apps"
    source = (TESTS / folder / f"{profile}.py").read_bytes()
    return Job(kind="http", framework=profile, files={"main.py": source}, probes=probes)


def _quietly(*command: str, **options: Any) -> None:
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    if result.returncode:
        said = (result.stdout + result.stderr).strip()[-2000:]
        raise BenchmarkError(f"{' '.join(command)} failed with exit code {result.returncode}:\n{said}")


def _ordinary_bwrap() -> list[str]:
    """What somebody would write who wants a program to see everything and to change nothing."""
    # Nothing over /tmp: a checkout may lie there.
    options = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    return [str(bubblewrap()), "--unshare-all", "--die-with-parent", "--new-session", *options]


def _bare_pytest(framework: str, python: str, tools: Path, folder: Path) -> Callable[[int], None]:
    """Three tests for the app in a folder of their own, as on a learner's machine; a folder for each place."""
    homes = [folder / f"pytest-{framework}-{place}" for place in range(max(OUTSTANDING))]
    for home in homes:
        home.mkdir()
        shutil.copy(TESTS / "apps" / f"{framework}.py", home / "main.py")
        shutil.copy(TESTS / "benchmark" / TEST_CLIENTS[framework], home / "test_main.py")

    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "PYTHONPATH": str(tools),
        # Dash brings a plugin that takes a second. Bare pytest has none, and our ratios are not to gain by it.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }

    def run(place: int) -> None:
        _quietly(python, "-m", "pytest", "-q", cwd=homes[place], env=environment)

    return run


def _test_tools(interpreter: Interpreter) -> Path:
    """A folder with pytest for the learners' Python: made once, and again when its pins change."""
    digest = hashlib.sha256(TOOLS.read_bytes() + interpreter.version.encode()).hexdigest()[:16]
    var = Path(os.environ.get("VAR_DIR") or PROJECT_ROOT / "var")
    place = var / "benchmark" / f"pytest-{digest}"
    if place.exists():
        return place
    say("  installing pytest beside the learners' environment")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as unfinished:
        options = ["--require-hashes", "--compile-bytecode", "--python", str(interpreter.base_executable)]
        _quietly(
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", *options),
            *("--target", str(Path(unfinished) / "tools"), "-r", str(TOOLS)),
            env=os.environ | {"UV_SYSTEM_CERTS": "true"},
        )
        (Path(unfinished) / "tools").rename(place)
    return place


# Reporting


def targets(results: Results) -> list[Target]:
    """What the numbers should be. Nothing depends on it: a shared machine may miss any of them."""
    times = [
        Target(
            f"{case}: time, of {reference}",
            bound,
            "at most",
            ratio(results.median_ms(case), results.median_ms(reference)),
        )
        for case, reference, bound in TIMES_WANTED
    ]
    rates = [
        Target(
            f"{case}: jobs a second, times {reference}",
            bound,
            "at least",
            ratio(results.best_per_second(case), results.best_per_second(reference)),
        )
        for case, reference, bound in RATES_WANTED
    ]
    return times + rates


def facts(rounds: int) -> list[str]:
    """When and where: without it no number means anything."""
    learners = learner_interpreter()
    return [
        f"date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}, {rounds} rounds",
        f"machine: {machine()}, load {os.getloadavg()[0]:.1f} at the end",
        f"Python {platform.python_version()}, the learners' {learners.version}",
    ]


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    release = platform.release().partition("-")[0]
    return f"{len(os.sched_getaffinity(0))} cores ({_processor()}), {memory:.0f} GiB, Linux {release}"


def _commit() -> str:
    """Of the sources, where they are a checkout."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty=, changed", "--exclude", "*"],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
        )
    except OSError:
        return "unknown"
    return described.stdout.strip() or "unknown"


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return " ".join(value.split())
    return platform.machine()


def report(results: Results, rounds: int) -> str:
    return document(results, targets(results), facts=facts(rounds), reference=REFERENCES)


def run(plan: Plan, rounds: int) -> Results:
    results = Results(tables=plan.tables, skipped=plan.skipped)
    results.latencies = measure(plan.cases, rounds)
    results.throughputs = measure_flows(plan.flows, OUTSTANDING, max(1, rounds // 5))
    return results


def parser(description: str) -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument(
        "--rounds", type=_count, default=ROUNDS, help="how often each case is measured (default: %(default)s)"
    )
    arguments.add_argument("--quick", action="store_const", const=3, dest="rounds", help="3 rounds: a first look")
    return arguments


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code says whether it could be measured, never how fast it was."""
    options = parser(__doc__.splitlines()[0]).parse_args(argv)
    try:
        with tempfile.TemporaryDirectory(prefix="fieldguide-bench-") as folder, sandbox_plan(Path(folder)) as plan:
            print(report(run(plan, options.rounds), options.rounds))
    except (BenchmarkError, SandboxUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
