"""Runs small real jobs by the real path and looks whether every wall stands. No wall, no service.

The program (trial/main.py) is ours, so what it says is believed; what can be looked at from outside is looked at from
outside as well: the host's listeners, and the kernel's word on the program's process while it runs.
"""

import ctypes
import json
import os
import platform
import re
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sandbox import cgroup, jail, seccomp, supervision
from sandbox.interpreter import PROJECT_ROOT
from sandbox.job import KIB, MIB, HttpProbe, Job, Limits
from sandbox.judging import judge
from sandbox.level import Level
from sandbox.report import Ending, Report, SandboxUnavailable

_PROGRAM = Path(__file__).resolve().parent / "trial" / "main.py"

FRAMEWORK = "flask"  # whose zygote and baseline the trial uses
LIMITS = Limits(
    wall_seconds=20, cpu_seconds=15, memory_bytes=32 * MIB, processes=12, files_bytes=1 * MIB, output_bytes=64 * KIB
)
TOO_MANY_BYTES = LIMITS.memory_bytes + 300 * MIB
# Twice what looking around takes, and half of what the kernel queues in the sockets that a job may have.
KERNEL_LIMIT_BYTES = 24 * MIB
PASSWD_BYTES = 4096  # of /etc/passwd that are compared
MOST_FORKS = 3 * LIMITS.processes
OTHER_PORT = 8001  # none of those that a learner's program may bind (harness/landlock.py)

# What a system call answers when it was stopped before it did anything. Any other answer means that it was let in.
_STOPPED = frozenset({"EPERM", "ENOSYS", "EACCES", "absent"})
_NAMESPACES = {
    "user": "user namespace",
    "mnt": "mount namespace",
    "pid": "pid namespace",
    "net": "network namespace",
    "ipc": "ipc namespace",
    "uts": "uts namespace",
    "cgroup": "cgroup namespace",
}
_EXCESSES = {
    "/child": "300 MB too much in one child",
    "/tree": "300 MB too much in several processes",
    "/sockets": "filling the kernel's queues",
}
_OF_THE_PROJECT = ("sandbox/launcher.py", "config/settings.py", "var")
_NO_CAPABILITIES = "0" * 16
_UNLIMITED = -1
_LANDLOCK_CREATE_RULESET = 444  # the same number on every architecture
_LANDLOCK_VERSION = 1
LANDLOCK_WITH_PORTS = 4  # the first ABI that has rules for TCP ports
ZYGOTE_SECONDS = 10.0  # for a zygote that was not there yet; a supervisor may also be too short of memory for one

Judge = Callable[..., Report]  # sandbox.judge, or in a test one whose jail lacks a layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found out about one layer. *text* says how it was confirmed, or what is wrong."""

    layer: str
    is_confirmed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    level: str
    starts: tuple[str, ...]  # "warm" or "cold", for each trial job
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_confirmed]


@dataclass(slots=True)
class _Case:
    """Collects, for one layer, the proofs and what speaks against it."""

    layer: str
    proofs: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def check(self, holds: bool, proof: str, problem: str) -> None:
        if not holds:
            self.problems.append(problem)
        elif proof:
            self.proofs.append(proof)

    @property
    def finding(self) -> Finding:
        text = "; ".join(dict.fromkeys(self.problems or self.proofs))  # several jobs say the same
        return Finding(layer=self.layer, is_confirmed=bool(self.proofs) and not self.problems, text=text)


@dataclass(frozen=True, slots=True)
class _Process:
    """A process of the trial as the kernel shows it to us, outside."""

    uid: int
    cgroups: str
    ancestors: tuple[dict[str, str], ...]  # the namespaces of every ancestor that is the first process of its own


def verify() -> str:
    """The level of isolation that this machine gives, proved by real jobs.

    Raises SandboxUnavailable, naming every layer that could not be confirmed.
    """
    examination = examine()
    if examination.missing:
        wrong = "; ".join(f"{finding.layer}: {finding.text}" for finding in examination.missing)
        raise SandboxUnavailable(f"the isolation does not hold: {wrong}")
    return examination.level


def examine(judge: Judge = judge) -> Examination:
    """Everything that trial jobs find out, by the warm way (where there is a supervisor) and by the cold one.

    Raises SandboxUnavailable if none could be run at all.
    """
    _await_zygote()
    trial = _Trial(judge)
    try:
        level = trial.run("/child", warm=True).level
        trial.run("/tree", warm=False)
        if level == Level.FULL:
            trial.run("/sockets", warm=True)
    except OSError as error:
        raise SandboxUnavailable(f"the trial could not be made: {error}") from error
    return Examination(
        level=level,
        starts=tuple("warm" if report.is_warm else "cold" for report in trial.reports),
        findings=tuple(trial.findings(level)),
    )


def _await_zygote() -> None:
    """If a supervisor runs, wait until it has a zygote for us: the warm way is the one that counts."""
    if supervision.status() is None:
        return
    deadline = time.monotonic() + ZYGOTE_SECONDS
    while (lease := supervision.lease(FRAMEWORK)) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if lease is not None:
        lease.close()


class _Trial:
    """The jobs of one examination, and what they have shown."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.seen: list[dict[str, Any]] = []
        self.reached: set[str] = set()
        self.outside: list[_Process | None] = []
        self.reports: list[Report] = []
        self.excesses: list[str] = []

    def run(self, excess: str, *, warm: bool) -> Report:
        """Look around inside, then ask for *excess* (a path of the trial program), which must be stopped."""
        snapshot: dict[str, _Process] = {}

        def look_outside(answered: int) -> None:
            if answered == 1:
                snapshot.update(_processes_by_namespace())

        with _listeners() as (tcp, by_name, abstract):
            asked = _asked(port=tcp.getsockname()[1], abstract=abstract)
            job = Job(
                kind="http",
                framework=FRAMEWORK,
                files={"main.py": _PROGRAM.read_bytes(), "asked.json": json.dumps(asked).encode()},
                probes=[HttpProbe("GET", "/"), HttpProbe("GET", excess)],
                limits=replace(LIMITS, memory_bytes=KERNEL_LIMIT_BYTES) if excess == "/sockets" else LIMITS,
            )
            report = self._judge(job, on_progress=look_outside, warm=warm)
            if _was_reached(tcp):
                self.reached.add("host_loopback")
            if _was_reached(by_name):
                self.reached.add("host_unix_socket")
        seen = _first_answer(report)
        if "attempts" not in seen:
            raise SandboxUnavailable("the isolation does not hold: not root: the trial program ran as root")
        self.seen.append(seen)
        self.outside.append(snapshot.get(str(seen["namespaces"]["pid"])))
        self.reports.append(report)
        self.excesses.append(excess)
        return report

    def findings(self, level: str) -> Iterator[Finding]:
        yield self._not_root().finding
        for kind in _NAMESPACES:
            yield self._namespace(kind).finding
        for check in (
            self._proc,
            self._files,
            self._network,
            self._capabilities,
            self._privileges,
            self._seccomp,
            self._landlock,
            self._limits,
            self._memory,
            self._environment,
        ):
            yield check().finding
        if level == Level.FULL:
            yield self._cgroup().finding

    def _attempted(self, case: _Case, names: str, proof: str = "") -> None:
        """All of *names* were tried, and none worked."""
        for seen in self.seen:
            for name in names.split():
                answer = seen["attempts"].get(name, "not tried")
                stopped = answer not in ("done", "not tried") and name not in self.reached
                case.check(stopped, proof, f"{name} worked" if answer == "done" else f"{name}: {answer}")

    def _let_in(self, case: _Case, names: str, proof: str) -> None:
        """All of *names* were tried, and the kernel was never asked."""
        for seen in self.seen:
            for name in names.split():
                answer = seen["attempts"].get(name, "not tried")
                case.check(answer in _STOPPED, proof, f"{name} was let in ({answer})")

    def _not_root(self) -> _Case:
        case = _Case("not root")
        expected = jail.sandbox_uid() if os.geteuid() == 0 else os.geteuid()
        for seen in self.seen:
            uids = seen["status"]["Uid"].split() + seen["status"]["Gid"].split()
            case.check("0" not in uids, "", f"it runs as root inside: {uids}")
        for process in self.outside:
            if process is not None:
                case.check(process.uid == expected, f"uid {process.uid} outside", f"it is uid {process.uid} outside")
        if not any(self.outside):
            case.check(False, "", "its process could not be found from outside")
        self._attempted(case, "setuid")
        return case

    def _namespace(self, kind: str) -> _Case:
        case = _Case(_NAMESPACES[kind])
        ours = os.readlink(f"/proc/self/ns/{kind}")
        for seen, process in zip(self.seen, self.outside, strict=True):
            theirs = seen["namespaces"].get(kind)
            case.check(theirs not in (None, ours), "not the worker's", "it is the worker's")
            for ancestor in process.ancestors if process else ():
                case.check(ancestor.get(kind) != theirs, "nor a zygote's", "it is the zygote's")
        return case

    def _proc(self) -> _Case:
        case = _Case("fresh /proc")
        for seen in self.seen:
            strange = seen["strange_pids"]
            case.check(not strange, "only its own processes are seen", f"it sees other processes: {strange}")
        self._attempted(case, "memory_of_pid_1 environment_of_pid_1", "pid 1 is closed")
        self._attempted(case, "core_pattern sysrq_trigger", "core_pattern cannot be written")
        return case

    def _files(self) -> _Case:
        case = _Case("read-only files")
        accounts = Path("/etc/passwd").read_text(errors="replace")[:PASSWD_BYTES]
        for seen in self.seen:
            case.check(
                not seen["readable"], "/etc/shadow and the project cannot be read", f"it reads {seen['readable']}"
            )
            case.check(seen["accounts"] != accounts, "/etc is not ours", "it sees our /etc/passwd")
            case.check(not seen["writable"], "nothing else can be written", f"it writes in {seen['writable']}")
            case.check(not seen["loose_mounts"], "every mount is read-only, nosuid", "; ".join(seen["loose_mounts"]))
        self._attempted(case, "device_node")
        return case

    def _network(self) -> _Case:
        case = _Case("no network")
        for seen in self.seen:
            interfaces = seen["interfaces"]
            case.check(interfaces == ["lo"], "only loopback", f"it has the interfaces {interfaces}")
        self._attempted(case, "host_loopback host_unix_socket outside_address", "the host's sockets are not reached")
        return case

    def _capabilities(self) -> _Case:
        case = _Case("no capabilities")
        for seen in self.seen:
            for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                value = seen["status"].get(name)
                case.check(value == _NO_CAPABILITIES, "all five sets are empty", f"{name} is {value}")
        return case

    def _privileges(self) -> _Case:
        case = _Case("no new privileges")
        for seen in self.seen:
            value = seen["status"].get("NoNewPrivs")
            case.check(value == "1", "NoNewPrivs is 1", f"NoNewPrivs is {value}")
        return case

    def _seccomp(self) -> _Case:
        case = _Case("seccomp")
        for seen in self.seen:
            value = seen["status"].get("Seccomp")
            case.check(value == "2", "mode 2", f"the mode is {value}, not 2: no filter is loaded")
        kernel_calls = (
            "unshare_user unshare_mount clone_user mount chroot sethostname ptrace pidfd_getfd process_vm_readv keyctl "
            "add_key bpf perf_event_open userfaultfd io_uring memfd shared_memory_segment message_queue"
        )
        self._let_in(case, kernel_calls, f"{len(kernel_calls.split())} kinds of calls were refused")
        self._attempted(case, "raw_socket packet_socket netlink_socket")
        return case

    def _landlock(self) -> _Case:
        """The kernel does not tell, so that it shows only in what no other layer stops."""
        case = _Case("Landlock")
        self._let_in(case, "list_root read_program exec_shell", "programs cannot be read or started")
        if landlock_abi() >= LANDLOCK_WITH_PORTS:
            self._let_in(case, "another_port", f"port {OTHER_PORT} cannot be bound")
        return case

    def _limits(self) -> _Case:
        case = _Case("resource limits")
        for seen in self.seen:
            unlimited = [name for name, value in seen["limits"].items() if value == _UNLIMITED]
            case.check(not unlimited, "", f"unlimited: {', '.join(unlimited)}")
            forks = seen["forks"]
            case.check(
                0 < forks <= LIMITS.processes,
                f"{forks} children could be made where {LIMITS.processes} processes may be",
                f"{forks} children could be made where {LIMITS.processes} processes may be",
            )
        self._attempted(case, "raised_limits")
        return case

    def _memory(self) -> _Case:
        case = _Case("memory limit")
        for excess, report in zip(self.excesses, self.reports, strict=True):
            what = _EXCESSES[excess]
            ended = report.ending is Ending.MEMORY_EXCEEDED
            case.check(ended, f"{what} ended the job", f"{what} did not end the job: {report.ending}")
        return case

    def _cgroup(self) -> _Case:
        """By where the kernel says that the program is, and by a limit that only a cgroup has (_memory: sockets)."""
        case = _Case("cgroup")
        own = re.compile(rf"/fieldguide-\d+-{os.getpid()}-\d+-\d+")  # as sandbox.cgroup names them
        for process, report in zip(self.outside, self.reports, strict=True):
            case.check(report.level == Level.FULL, "", f"a job had the level {report.level}")
            theirs = cgroup.groups_of(process.cgroups) if process else {}
            for controller in ("memory", "pids"):
                group = theirs.get(controller, theirs.get("", ""))
                problem = f"{controller}: {group or 'no group'} is not a job's own"
                case.check(bool(own.search(group)), "each job is in a group of its own", problem)
        return case

    def _environment(self) -> _Case:
        case = _Case("environment")
        for seen in self.seen:
            variables = seen["variables"]
            case.check(
                not variables,
                "none of the worker's variables",
                f"it sees the worker's variables: {', '.join(variables)}",
            )
            case.check(not seen["descriptors"], "", f"it has open files: {seen['descriptors']}")
        return case


@contextmanager
def _listeners() -> Iterator[tuple[socket.socket, socket.socket, str]]:
    """A TCP and a Unix socket of the host that nobody inside may reach."""
    abstract = f"fieldguide-trial-{uuid.uuid4().hex}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as by_name:
        by_name.bind(f"\0{abstract}")
        by_name.listen()
        for listener in (tcp, by_name):
            listener.setblocking(False)
        yield tcp, by_name, abstract


def _was_reached(listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def _asked(*, port: int, abstract: str) -> dict[str, Any]:
    """What the trial program is told."""
    machine = seccomp.MACHINES.get(platform.machine())
    return {
        "port": port,
        "abstract": abstract,
        "other_port": OTHER_PORT,
        "secrets": ["/etc/shadow", "/root", "/home", *(str(PROJECT_ROOT / path) for path in _OF_THE_PROJECT)],
        "variables": sorted(os.environ.keys() - jail.ENVIRONMENT.keys() - {"PWD"}),
        "calls": machine.numbers if machine else {},  # no jail starts on another machine
        "most_forks": MOST_FORKS,
        "too_many_bytes": TOO_MANY_BYTES,
    }


def _first_answer(report: Report) -> dict[str, Any]:
    """What the trial program saw. Raises SandboxUnavailable if it did not come to say so."""
    if report.observations and report.observations[0].status == 200:
        with suppress(ValueError):
            seen = json.loads(report.observations[0].body)
            if isinstance(seen, dict):
                return seen
    said = (report.detail.message or report.stderr[-500:].decode(errors="replace")).strip()
    raise SandboxUnavailable(f"the trial job ended {report.ending} without an answer: {said or 'nothing was said'}")


def _processes_by_namespace() -> dict[str, _Process]:
    """A process for each process namespace on this machine, as far as we may look."""
    found: dict[str, _Process] = {}
    ours = os.readlink("/proc/self/ns/pid")
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        with suppress(OSError):
            namespace = os.readlink(f"/proc/{pid}/ns/pid")
            if namespace != ours and namespace not in found:
                found[namespace] = _Process(
                    uid=int(_status(pid)["Uid"].split()[0]),
                    cgroups=Path("/proc", pid, "cgroup").read_text(),
                    ancestors=tuple(_first_processes_above(pid, namespace)),
                )
    return found


def _first_processes_above(pid: str, namespace: str) -> Iterator[dict[str, str]]:
    """The namespaces of the ancestors of *pid* that are pid 1 in another process namespace: zygotes, and init."""
    while (pid := _status(pid)["PPid"].strip()) != "0":
        with suppress(OSError):
            theirs = {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in _NAMESPACES}
            if theirs["pid"] != namespace and _status(pid)["NSpid"].split()[-1] == "1":
                yield theirs


def landlock_abi() -> int:
    """The version of Landlock that this kernel offers; 0 without it."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)))


def _status(pid: str) -> dict[str, str]:
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").partition(":")[::2] for line in file)
