"""What this machine gives the sandbox: which layers hold, how that is known, and what to do about one that does not.

Every probe stands alone and turns its own failure into a finding, so that the doctor has something to say about any
machine. Nothing here decides anything: `verify()` does, and is what the doctor asks first.
"""

import json
import os
import platform
import pwd
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from sandbox import cgroup, jail, seccomp, supervision, verification
from sandbox.baseline import BASELINES
from sandbox.interpreter import bubblewrap, learner_interpreter
from sandbox.level import Level
from sandbox.report import SandboxUnavailable

REFUSE = "refuse"
PROBE_SECONDS = 20.0
_NAMESPACES = Path(__file__).resolve().parent / "trial" / "namespaces.py"
_NOBODYS_UID = 65534
_PYTHON = "learners' Python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at. *holds* is None where it could not be told; *advice* is "" where nothing is to be done."""

    name: str
    holds: bool | None
    text: str
    advice: str = ""


@dataclass(slots=True, kw_only=True)
class Diagnosis:
    """All that the doctor found. The members are the keys of `doctor --json`."""

    level: str  # "full", "rootless" or "refuse"
    reason: str = ""  # why nothing may run
    starts: tuple[str, ...] = ()  # of the trial jobs: "warm" or "cold"
    layers: list[Check] = field(default_factory=list)  # confirmed by trial jobs; empty if none could be run
    machine: list[Check] = field(default_factory=list)  # what the layers are made of
    versions: dict[str, str] = field(default_factory=dict)
    frameworks: dict[str, str] = field(default_factory=dict)
    supervisor: dict[str, Any] | None = None  # what it says of itself (sandbox.supervisor), if one runs

    @property
    def may_run(self) -> bool:
        return self.level != REFUSE

    @property
    def advice(self) -> list[str]:
        """What to do, each thing once, in the order of the checks."""
        return list(dict.fromkeys(check.advice for check in (*self.machine, *self.layers) if check.advice))

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "may_run": self.may_run, "advice": self.advice}


def diagnose() -> Diagnosis:
    supervisor = supervision.status()
    diagnosis = _trial()
    diagnosis.supervisor = supervisor
    for probe in (_system, _user, _bubblewrap, _environment, _namespaces, _filter, _landlock, _cgroups, _container):
        try:
            diagnosis.machine += probe()
        except Exception as error:  # whatever a strange machine does to a probe is itself the finding
            name = probe.__name__.strip("_")
            diagnosis.machine.append(Check(name=name, holds=None, text=f"could not be looked at: {error!r}"))
    diagnosis.versions = _versions()
    diagnosis.frameworks = _frameworks()
    return diagnosis


def _trial() -> Diagnosis:
    """Whether jobs may run, by running some."""
    try:
        examination = verification.examine()
    except SandboxUnavailable as error:
        return Diagnosis(level=REFUSE, reason=str(error))
    except Exception as error:  # a bug of ours, or a machine that nobody thought of: the other probes may tell
        return Diagnosis(level=REFUSE, reason=f"the trial failed: {error!r}")
    layers = [
        Check(
            name=found.layer,
            holds=found.is_confirmed,
            text=found.text,
            advice="" if found.is_confirmed else _ADVICE_ON_LAYERS,
        )
        for found in examination.findings
    ]
    missing = ", ".join(found.layer for found in examination.missing)
    if missing:
        reason = f"not confirmed: {missing}"
        return Diagnosis(level=REFUSE, reason=reason, layers=layers, starts=examination.starts)
    return Diagnosis(level=str(examination.level), layers=layers, starts=examination.starts)


_ADVICE_ON_LAYERS = (
    "A layer was set up and does not hold. Nothing is run meanwhile; unless somebody changed the sandbox, send this "
    "output the way that SECURITY.md says."
)


def _system() -> list[Check]:
    name, release, machine = platform.system(), platform.release(), platform.machine()
    is_known = name == "Linux" and machine in seccomp.MACHINES
    advice = "" if is_known else "Run the workers on Linux on x86_64 or aarch64; nothing else has these layers."
    return [Check(name="system", holds=is_known, text=f"{name} {release} on {machine}", advice=advice)]


def _user() -> list[Check]:
    if os.geteuid() != 0:
        return [Check(name="user", holds=True, text=f"uid {os.geteuid()}, not root: programs run as the same user")]
    try:
        uid = jail.sandbox_uid()
    except SandboxUnavailable as error:
        advice = f"Unset SANDBOX_UID (the default is {jail.DEFAULT_SANDBOX_UID}), or name a uid that no account has."
        return [Check(name="user", holds=False, text=str(error), advice=advice)]
    with suppress(KeyError):
        account = pwd.getpwuid(uid).pw_name
        advice = "Set SANDBOX_UID to a uid that no account has: learners' programs would be that user."
        return [Check(name="user", holds=None, text=f"SANDBOX_UID {uid} is the account {account}", advice=advice)]
    return [Check(name="user", holds=True, text=f"root: programs run as uid {uid}, which no account has")]


def _bubblewrap() -> list[Check]:
    try:
        program = bubblewrap()
    except SandboxUnavailable as error:
        advice = "Install bubblewrap: `make setup`, or `apt install bubblewrap`."
        return [Check(name="bubblewrap", holds=False, text=str(error), advice=advice)]
    version = _output([str(program), "--version"])
    if not version:
        advice = f"Look why `{program} --version` fails; `apt install bubblewrap` gives another one."
        return [Check(name="bubblewrap", holds=False, text=f"{program} does not start", advice=advice)]
    return [Check(name="bubblewrap", holds=True, text=f"{version}, {program}")]


def _environment() -> list[Check]:
    try:
        found = learner_interpreter()
    except SandboxUnavailable as error:
        advice = "Run `make setup`, or name the python of a virtual environment in LEARNER_PYTHON."
        return [Check(name=_PYTHON, holds=False, text=str(error), advice=advice)]
    installed = _frameworks()
    missing = sorted(BASELINES.keys() - installed.keys())
    text = f"Python {found.version}, {found.library.parent}"
    if missing:
        advice = "Install sandbox/environment/requirements.txt into the learners' environment: `make setup`."
        text += f", without {', '.join(missing)}"
        return [Check(name=_PYTHON, holds=False, text=text, advice=advice)]
    return [Check(name=_PYTHON, holds=True, text=text)]


def _namespaces() -> list[Check]:
    """Make them, as the user that programs run as."""
    uid = os.geteuid()
    if uid == 0:
        uid = _NOBODYS_UID
        with suppress(SandboxUnavailable):
            uid = jail.sandbox_uid()
    # Through stdin, because the interpreter that runs it may read this file and the dropped uid need not.
    said = _output([sys.executable, "-I", "-S", "-", str(uid)], given=_NAMESPACES.read_bytes())
    steps: dict[str, str] = json.loads(said) if said else {}
    failed = {name: problem for name, problem in steps.items() if problem}
    if not steps:
        return [Check(name="namespaces", holds=None, text="the trial of them said nothing")]
    if not failed and "fresh /proc" in steps:
        return [Check(name="namespaces", holds=True, text=f"made as uid {uid}, with a fresh /proc and a tmpfs")]
    text = "; ".join(f"{name}: {problem}" for name, problem in failed.items())
    return [Check(name="namespaces", holds=False, text=text, advice=_advice_on_namespaces(failed))]


def _advice_on_namespaces(failed: dict[str, str]) -> str:
    if "unprivileged user" in failed:
        return (
            "This root may not change its uid (a rootless container, or no CAP_SETUID and CAP_SETGID). Start the "
            "worker as an ordinary user, or give the container a range of uids that has SANDBOX_UID in it."
        )
    if _sysctl("user/max_user_namespaces") == "0":
        return "Allow user namespaces: `sysctl -w user.max_user_namespaces=15000`, and for good in /etc/sysctl.d/."
    if _sysctl("kernel/unprivileged_userns_clone") == "0":
        return "Allow user namespaces: `sysctl -w kernel.unprivileged_userns_clone=1`, and for good in /etc/sysctl.d/."
    if _sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "AppArmor keeps user namespaces from programs without a profile that allows them (Ubuntu since 23.10). "
            "Load docs/deploy/apparmor-fieldguide, which says how."
        )
    if _container_name():
        return _ADVICE_ON_CONTAINERS
    if set(failed) == {"fresh /proc"}:
        return f"Something masks parts of /proc, as containers do. {_ADVICE_ON_CONTAINERS}"
    return "See what `unshare --user --map-root-user --mount --pid --fork --mount-proc true` says on this machine."


_ADVICE_ON_CONTAINERS = (
    "In a container, run as an ordinary user and give it what namespaces need (docs/operations.md): for Docker "
    "`--user 1000 --cap-drop ALL --security-opt seccomp=unconfined --security-opt systempaths=unconfined "
    "--security-opt apparmor=unconfined`, for Podman `--security-opt unmask=ALL` instead of the last two; better, run "
    "the workers on a (virtual) machine of their own."
)


def _filter() -> list[Check]:
    actions = _sysctl("kernel/seccomp/actions_avail").split()
    holds = {"kill_process", "errno", "allow"} <= set(actions)
    advice = "" if holds else "Use a kernel built with CONFIG_SECCOMP_FILTER (every distribution's is)."
    text = "the kernel has filters" if holds else "the kernel has no filters, or /proc/sys does not say so"
    return [Check(name="seccomp", holds=holds or None, text=text, advice=advice)]


def _landlock() -> list[Check]:
    abi = verification.landlock_abi()
    if abi == 0:
        advice = "Add landlock to the kernel's `lsm=` list (CONFIG_LSM), or use Debian 12, Ubuntu 22.04 or newer."
        return [Check(name="Landlock", holds=False, text="not in this kernel, or not switched on", advice=advice)]
    if abi < verification.LANDLOCK_WITH_PORTS:
        advice = "For Landlock to bound TCP ports as well, use Linux 6.7 or newer."
        return [Check(name="Landlock", holds=True, text=f"ABI {abi}: files, but not TCP ports", advice=advice)]
    return [Check(name="Landlock", holds=True, text=f"ABI {abi}: files and TCP ports")]


def _cgroups() -> list[Check]:
    if os.environ.get("SANDBOX_LEVEL") == Level.ROOTLESS:
        return [Check(name="cgroups", holds=None, text="not looked for, because SANDBOX_LEVEL is rootless")]
    try:
        text = cgroup.hierarchy().describe()
    except cgroup.Unavailable as error:
        return [Check(name="cgroups", holds=False, text=str(error), advice=_ADVICE_ON_CGROUPS)]
    return [Check(name="cgroups", holds=True, text=f"{text}: one was limited and joined, for memory and processes")]


_ADVICE_ON_CGROUPS = (
    "For the level full, start the worker as a systemd service with `Delegate=yes` (docs/operations.md), or for a "
    "trial `systemd-run --user --scope -p Delegate=yes python -m sandbox doctor`. Version 1 can be used by root only."
)


def _container() -> list[Check]:
    name = _container_name()
    if not name:
        return []
    return [Check(name="container", holds=None, text=f"this is {name}; containers often forbid what is needed here")]


def _container_name() -> str:
    """What kind of container this is, or "" on a machine of its own, as far as it can be told."""
    for path, name in (("/.dockerenv", "Docker"), ("/run/.containerenv", "Podman")):
        if os.path.exists(path):
            return name
    with suppress(OSError):
        return Path("/run/systemd/container").read_text().strip()
    return "a container" if "container" in os.environ else ""


def _sysctl(name: str) -> str:
    with suppress(OSError):
        return Path("/proc/sys", name).read_text().strip()
    return ""


def _output(command: list[str], given: bytes = b"") -> str:
    """What *command* prints, or "" if it fails."""
    with suppress(OSError, subprocess.TimeoutExpired):
        result = subprocess.run(command, input=given, capture_output=True, timeout=PROBE_SECONDS, env={}, cwd="/")
        if result.returncode == 0:
            return result.stdout.decode(errors="replace").strip()
    return ""


def _versions() -> dict[str, str]:
    """Versions of what a job is made of; "" for what is not there."""

    def learner_python() -> str:
        program = str(learner_interpreter().base_executable)
        return _output([program, "-I", "-S", "-c", "import platform; print(platform.python_version())"])

    readers: dict[str, Callable[[], str]] = {
        "kernel": lambda: f"{platform.system()} {platform.release()} {platform.machine()}",
        "distribution": lambda: platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "libc": lambda: " ".join(platform.libc_ver()),
        "bubblewrap": lambda: _output([str(bubblewrap()), "--version"]).removeprefix("bubblewrap "),
        "python": platform.python_version,
        "learner_python": learner_python,
    }
    versions = {}
    for name, read in readers.items():
        versions[name] = ""
        with suppress(OSError, SandboxUnavailable):
            versions[name] = read()
    return versions


def _frameworks() -> dict[str, str]:
    """The versions of the frameworks in the learners' environment."""
    with suppress(SandboxUnavailable, OSError):
        return dict(sorted(_installed(learner_interpreter().library)))
    return {}


def _installed(library: Path) -> Iterator[tuple[str, str]]:
    folders = [str(folder) for folder in library.glob("python3.*/site-packages")]
    for distribution in metadata.distributions(path=folders):
        name = (distribution.metadata["Name"] or "").lower()
        if name in {*BASELINES, "streamlit"}:
            yield name, distribution.version
