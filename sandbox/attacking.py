"""Runs the hostile programs in tests/attacks through the real judge, and says whether everything held.

Each of them is one file, whose docstring says in a sentence what it does and then states what may come of it:

accept       the endings, one of which it must have
answer       the JSON that every request must be answered with, if it finished: usually the list of what it achieved,
             which must be empty
answers      the same, a list with the answer to each request
errors       the errors, one of which the first observation must have ("none" for a complete response)
status       the status of the first observation
exit_code    what it must exit with
requests     how many it is sent (1)
clients      how many clients ask it at once, after one alone
kind         "script": it is run and not asked anything
framework    the profile that it runs in (flask)
level        the only level at which it makes sense
machine      the only architecture for which it was written
start        "cold as well": it matters to it how its job is started, so the tests run it without a warm zygote, too
beside       "a neighbour": it runs at the same time as another submission, which must come out right
wall_seconds, cpu_seconds, memory_mib, processes    limits of its own

Before and after it a program that means no harm runs (attacks/others/normal.py), which must find the same place.
"""

import json
import os
import platform
import re
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sandbox import cgroup
from sandbox.jail import sandbox_uid
from sandbox.job import MIB, Burst, HttpProbe, Job, Limits, Probe
from sandbox.judging import judge
from sandbox.level import Level
from sandbox.report import Ending, Report, SandboxUnavailable

ATTACKS = Path(__file__).resolve().parent / "tests" / "attacks"
SYSCTLS = ("kernel/core_pattern", "kernel/hostname", "kernel/modprobe", "vm/overcommit_memory", "net/ipv4/tcp_wmem")
SETTLE_SECONDS = 20.0  # for processes that are just ending, and for jobs of others under the same uid
LATE_SECONDS = 3.0  # how much later than its limit a program may end, on a machine that has much else to do
USUAL_LIMITS = {"wall_seconds": 6.0, "cpu_seconds": 1.0, "memory_mib": 256.0, "processes": 32.0}
# What a normal program tells that depends on what was imported before it.
OF_THE_PROFILE = ("modules", "code", "limits")
ERRORS = ("none", "refused", "closed", "timeout", "malformed", "too_large")

_STATEMENT = re.compile(r"^([a-z_]+): (.+)$")
_KNOWN = {"accept", "answer", "answers", "errors", "status", "exit_code", "requests", "framework", "level", "machine"}
_KNOWN |= {"beside", "start", "kind", "clients", *USUAL_LIMITS}

Judge = Callable[[Job], Report]
T = TypeVar("T")


class NoAttacks(Exception):
    """The attacks are not installed here; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile program. *statements* are those of its docstring, by name."""

    name: str
    path: Path
    summary: str
    statements: Mapping[str, str]

    @property
    def framework(self) -> str:
        return self.statements.get("framework", "flask")

    @property
    def endings(self) -> list[str]:
        return self.statements["accept"].split(", ")

    @property
    def asked(self) -> dict[str, int]:
        """How many requests it is sent, by how many clients each."""
        return {name: int(self.statements.get(name, "1")) for name in ("requests", "clients")}

    @property
    def limits(self) -> Limits:
        number = {name: float(self.statements.get(name, usual)) for name, usual in USUAL_LIMITS.items()}
        return Limits(
            wall_seconds=number["wall_seconds"],
            cpu_seconds=number["cpu_seconds"],
            memory_bytes=int(number["memory_mib"] * MIB),
            processes=int(number["processes"]),
        )

    def does_not_apply(self, level: str) -> str:
        """Why it says nothing here, at *level*; "" if it does."""
        machine = self.statements.get("machine", platform.machine())
        if machine != platform.machine():
            return f"it is written for {machine}"
        if self.statements.get("level", level) != level:
            return f"it is written for the level {self.statements['level']}"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whether everything *held* against the attack called *name*. *said* tells how it ended and whatever gave way.

    One that does not apply here was *skipped*, and counts as held. *is_warm*: it and the programs around it were all
    started by a warm zygote.
    """

    name: str
    held: bool
    said: str
    seconds: float
    skipped: bool = False
    is_warm: bool = False


@dataclass(frozen=True)
class _Target:
    """What attacks look for: a listener, Unix sockets, a secret file, a variable; and secrets of other submissions.

    Of a secret that is looked for in memory the attack is told two halves, so that the search does not find itself.
    """

    folder: Path
    listeners: Mapping[str, socket.socket]
    marker: str = field(default_factory=secrets.token_hex)
    neighbour: str = field(default_factory=secrets.token_hex)
    predecessor: str = field(default_factory=secrets.token_hex)
    request: str = field(default_factory=secrets.token_hex)
    expected: str = field(default_factory=secrets.token_hex)  # by the judge's side only
    state: dict[str, str] = field(default_factory=lambda: host_state())

    @cached_property
    def file(self) -> bytes:
        """What the programs find as target.json."""
        return json.dumps(
            {
                "port": self.listeners["tcp"].getsockname()[1],
                "abstract": self.listeners["abstract"].getsockname()[1:].decode(),
                "socket": self.listeners["path"].getsockname(),
                "secret": str(self.folder / "secret"),
                "marker": self.marker,
                "neighbour": self.neighbour,
                "predecessor": _halves(self.predecessor),
                "request": _halves(self.request),
                "expected": _halves(self.expected),
            }
        ).encode()

    def damage(self) -> Iterator[str]:
        """What has been done to it."""
        for name, listener in self.listeners.items():
            try:
                listener.accept()
            except BlockingIOError:
                continue
            yield f"the host's {name} socket was reached"
        if (names := sorted(os.listdir(self.folder))) != ["secret", "socket"]:
            yield f"the host's folder now holds {names}"
        for name, value in host_state().items():
            if value != self.state[name]:
                yield f"{name} is now {value!r}"


def attacks() -> list[Attack]:
    """All of them, by name. Raises NoAttacks where the tests are not installed, ValueError at a wrong statement."""
    found = [_read(path) for path in sorted(ATTACKS.glob("*.py"))]
    if not found:
        raise NoAttacks(f"there are no attacks in {ATTACKS}: they come with the sources, not with an installation")
    return found


def run(attack: Attack, *, judge: Judge = judge) -> Outcome:
    """Run *attack* between two programs that mean no harm, through *judge*.

    Raises SandboxUnavailable if not even the first of them can be run.
    """
    started = time.monotonic()
    with _target() as target:
        before = judge(_harmless("normal", attack, target))
        if reason := attack.does_not_apply(before.level):
            return Outcome(name=attack.name, held=True, said=reason, seconds=0.0, skipped=True)
        problems = [*_wrong_with_a_normal_program(before)]
        said = "it was not run"
        reports = [before]
        try:
            if not problems:
                reports.append(_attacked(attack, target, judge, problems))
                said = _summary(reports[-1])
                problems += _not_as_stated(attack, reports[-1])
        except SandboxUnavailable as error:
            problems.append(f"it made the sandbox unavailable: {error}")
        try:
            reports.append(judge(_harmless("normal", attack, target)))
            problems += _different(before, reports[-1])
        except SandboxUnavailable as error:
            problems.append(f"the next program could not be run: {error}")
        problems += target.damage()
        problems += _left_behind(before.level)
    return Outcome(
        name=attack.name,
        held=not problems,
        said="; ".join([*problems, said] if problems else [said]),
        seconds=round(time.monotonic() - started, 2),
        is_warm=all(report.is_warm for report in reports),
    )


def host_state() -> dict[str, str]:
    """Settings of the host's kernel that an escape would change first."""
    return {name: path.read_text() for name in SYSCTLS if (path := Path("/proc/sys", name)).exists()}


def processes_of_jobs(uid: int) -> set[int]:
    """Pids of the processes of *uid* that belong to jobs: all in a pid namespace below ours, but the first in it."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            status = (entry / "status").read_text(encoding="latin-1")  # the name is the learner's choice
        except OSError:  # it has just ended
            continue
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        pids = fields["NSpid"].split()
        if int(fields["Uid"].split()[0]) == uid and len(pids) > 1 and pids[-1] != "1":
            found.add(int(entry.name))
    return found


def _read(path: Path) -> Attack:
    docstring = path.read_text(encoding="latin-1").split('"""')[1]
    summary, _, rest = docstring.strip().partition("\n\n")
    statements = {match[1]: match[2] for match in map(_STATEMENT.match, rest.splitlines()) if match}
    if unknown := statements.keys() - _KNOWN:
        raise ValueError(f"{path.name} states {', '.join(sorted(unknown))}, which means nothing")
    if wrong := set(statements.get("accept", "nothing").split(", ")) - set(Ending):
        raise ValueError(f"{path.name} accepts {', '.join(sorted(wrong))}, which is no ending")
    if wrong := set(statements.get("errors", "none").split(", ")) - set(ERRORS):
        raise ValueError(f"{path.name} accepts {', '.join(sorted(wrong))}, which is no error")
    return Attack(name=path.stem, path=path, summary=" ".join(summary.split()), statements=statements)


@contextmanager
def _target() -> Iterator[_Target]:
    with ExitStack() as stack:
        # Open to everybody: nothing but the sandbox may keep programs from it.
        folder = Path(tempfile.mkdtemp(prefix="fieldguide-attack-"))
        stack.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        listeners = {
            "tcp": stack.enter_context(socket.create_server(("127.0.0.1", 0))),
            "abstract": stack.enter_context(socket.socket(socket.AF_UNIX)),
            "path": stack.enter_context(socket.socket(socket.AF_UNIX)),
        }
        listeners["abstract"].bind(f"\0fieldguide-{secrets.token_hex()}")
        listeners["path"].bind(str(folder / "socket"))
        for listener in listeners.values():
            listener.listen()
            listener.setblocking(False)
        target = _Target(folder, listeners)
        (folder / "socket").chmod(0o777)
        (folder / "secret").write_text(target.marker)
        (folder / "secret").chmod(0o644)
        os.environ["FIELDGUIDE_SECRET"] = target.marker
        stack.callback(os.environ.pop, "FIELDGUIDE_SECRET", None)
        yield target


def _halves(secret: str) -> list[str]:
    return [secret[: len(secret) // 2], secret[len(secret) // 2 :]]


def _harmless(name: str, attack: Attack, target: _Target) -> Job:
    return Job(
        kind="http",
        framework=attack.framework,
        files=_files(ATTACKS / "others" / f"{name}.py", target),
        probes=_probes(target),
    )


def _hostile(attack: Attack, target: _Target) -> Job:
    is_script = attack.statements.get("kind") == "script"
    return Job(
        kind="script" if is_script else "http",
        framework=attack.framework,
        files=_files(attack.path, target),
        probes=[] if is_script else _probes(target, **attack.asked),
        input=target.marker.encode() if is_script else b"",
        limits=attack.limits,
    )


def _files(path: Path, target: _Target) -> dict[str, bytes]:
    return {"main.py": path.read_bytes(), "target.json": target.file}


def _probes(target: _Target, requests: int = 1, clients: int = 1) -> list[Probe]:
    request = HttpProbe("GET", "/", [("X-Secret", target.request)])
    return [request if clients == 1 else Burst(request, clients, attempts=1)] * requests


def _attacked(attack: Attack, target: _Target, judge: Judge, problems: list[str]) -> Report:
    job = _hostile(attack, target)
    if "beside" not in attack.statements:
        return judge(job)
    neighbours: list[Report] = []
    beside = threading.Thread(
        target=lambda: neighbours.append(judge(_harmless("neighbour", attack, target))), daemon=True
    )
    beside.start()
    report = judge(job)
    beside.join()
    bodies = [observation.body for one in neighbours for observation in one.observations]
    if bodies != [json.dumps(target.neighbour).encode()]:
        problems.append(f"the neighbour came out wrong: {bodies} {[one.ending for one in neighbours]}")
    return report


def _summary(report: Report) -> str:
    seen = [observation.error or str(observation.status) for observation in report.observations]
    detail = report.detail
    how = detail.signal or ("" if detail.exit_code is None else f"exit code {detail.exit_code}")
    return " ".join(filter(None, [str(report.ending), how, ", ".join(seen), f"in {report.usage.wall_ms:.0f} ms"]))


def _not_as_stated(attack: Attack, report: Report) -> Iterator[str]:
    stated = attack.statements
    if str(report.ending) not in attack.endings:
        said = report.stderr[-500:].decode(errors="backslashreplace")
        yield f"it ended {report.ending}, not {' or '.join(attack.endings)} ({report.detail}, stderr {said!r})"
    if report.ending is Ending.FINISHED and ("answer" in stated or "answers" in stated):
        expected = json.loads(stated["answers"]) if "answers" in stated else [json.loads(stated["answer"])]
        if "answer" in stated:
            expected *= len(report.observations)
        got = [_parsed(observation.body) for observation in report.observations]
        if got != expected:
            yield f"it answered {got}, not {expected}"
    if report.usage.wall_ms > 1000 * (attack.limits.wall_seconds + LATE_SECONDS):
        yield f"it ran for {report.usage.wall_ms / 1000:.1f} s, and might for {attack.limits.wall_seconds}"
    first = report.observations[0] if report.observations else None
    if "errors" in stated and (first is None or (first.error or "none") not in stated["errors"].split(", ")):
        yield f"its first answer has the error {first and first.error!r}, not {stated['errors']}"
    if "status" in stated and (first is None or first.status != int(stated["status"])):
        yield f"its first answer has the status {first and first.status}, not {stated['status']}"
    if "exit_code" in stated and report.detail.exit_code != int(stated["exit_code"]):
        yield f"it exited with {report.detail.exit_code}, not {stated['exit_code']}"


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _wrong_with_a_normal_program(report: Report) -> Iterator[str]:
    if report.ending is not Ending.FINISHED or [one.status for one in report.observations] != [200]:
        said = report.stderr[-500:].decode(errors="backslashreplace")
        yield f"a normal program came out wrong: {_summary(report)} ({report.detail}, stderr {said!r})"


def _different(before: Report, after: Report) -> Iterator[str]:
    """What the next program found changed."""
    yield from _wrong_with_a_normal_program(after)
    if after.level != before.level:
        yield f"the level is now {after.level}"
    old, new = (_parsed(report.observations[0].body) if report.observations else None for report in (before, after))
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield f"a normal program answered {old!r}, then {new!r}"
        return
    if after.is_warm != before.is_warm:  # then it has other modules in memory
        old, new = ({k: v for k, v in place.items() if k not in OF_THE_PROFILE} for place in (old, new))
    yield from _differences(old, new, "the next program found other")


def _differences(old: dict[str, Any], new: dict[str, Any], what: str) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differences(before, after, f"{what} {name}:")
        elif isinstance(before, list) and isinstance(after, list):
            if before != after:
                gone = [one for one in before if one not in after]
                come = [one for one in after if one not in before]
                yield f"{what} {name}: {gone or before} gone, {come or after} there"
        elif before != after:
            yield f"{what} {name}: {before!r}, then {after!r}"


def _left_behind(level: str) -> Iterator[str]:
    uid = sandbox_uid() if os.geteuid() == 0 else os.geteuid()
    if left := _still_there(lambda: processes_of_jobs(uid)):
        yield f"processes are left: {sorted(left)}"
    if level == Level.FULL and (groups := _still_there(cgroup.hierarchy().own)):
        yield f"control groups are left: {sorted(groups)}"


def _still_there(look: Callable[[], set[T]]) -> set[T]:
    """What is there for longer than it takes to go."""
    left = look()
    deadline = time.monotonic() + SETTLE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left &= look()
    return left
