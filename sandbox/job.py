"""What a caller asks for: files, limits and requests. Never an expected value: those stay outside (docs/sandbox.md)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

KIB = 1024
MIB = 1024 * KIB

MAX_PROBES = 200
MAX_SOCKETS = 1000  # each is a descriptor of the process that judges
SPARE_SOCKETS = 3  # for a first probe that found a port closed again
MAX_CLIENTS = 50
MAX_INPUT_BYTES = 1 * MIB
MAX_ARGUMENTS_BYTES = 64 * KIB
MAX_WIDGETS_BYTES = 64 * KIB
MAX_CALL_BYTES = 64 * KIB
MAX_SWEPT_WIDGETS = 3
MAX_SWEPT_OPTIONS = 10

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one job may use. Reaching one of the first five ends the job; past the others the program gets an error."""

    wall_seconds: float = 20.0  # from the lock-down, before the program is imported, to the end
    cpu_seconds: float = 5.0  # of all its processes together; the wall leaves room for a busy machine
    memory_bytes: int = 256 * MIB  # of all its processes and files, above the framework's measured baseline
    output_bytes: int = 64 * KIB  # stdout and stderr together
    processes: int = 32  # threads count as processes
    files_bytes: int = 16 * MIB  # the work folder, and so any one file in it

    def __post_init__(self) -> None:
        for name in ("wall_seconds", "cpu_seconds", "memory_bytes", "output_bytes", "processes", "files_bytes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """One HTTP request. *path* starts with a slash and may carry a query; text outside ASCII is percent-encoded."""

    method: str
    path: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.method):
            raise ValueError(f"not an HTTP method: {self.method!r}")
        if not self.path.startswith("/") or _CONTROL.search(self.path) or " " in self.path:
            raise ValueError(f"not a request path: {self.path!r}")
        for name, value in self.headers:
            if not _TOKEN.fullmatch(name) or _CONTROL.search(value):
                raise ValueError(f"not an HTTP header: {name!r}: {value!r}")


@dataclass(frozen=True, slots=True)
class Burst:
    """The same request by many clients at the same moment, each on a connection of its own.

    One request by one client comes first, and is not reported. Then *clients* of them (2 to 50) send theirs together,
    *attempts* times (1 to 10), and the fastest attempt in which every answer was complete is reported. A server error
    (500 and above) to the first request, which is reported then, or to one of an attempt is the end of it.
    """

    request: HttpProbe
    clients: int
    attempts: int = 3

    def __post_init__(self) -> None:
        if not 2 <= self.clients <= MAX_CLIENTS:
            raise ValueError(f"{self.clients} clients; there can be 2 to {MAX_CLIENTS}")
        if not 1 <= self.attempts <= 10:
            raise ValueError(f"{self.attempts} attempts; there can be 1 to 10")


@dataclass(frozen=True, slots=True)
class WidgetProbe:
    """One interaction with a Streamlit app: set widgets, click, and look at what is shown then (the body, as JSON).

    *widget_state* maps keys of widgets to their new values. *trigger* is {"key": ...}, with a "value" where the widget
    takes one. A widget can be called by its label instead of its key, if no other has the same. With neither of them
    the script just runs. The first interaction of a job starts a session, which all others go on with.
    """

    widget_state: Mapping[str, Any] = field(default_factory=dict)
    trigger: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if len(self.body()) > MAX_WIDGETS_BYTES:
            raise ValueError(f"the widgets' values are more than {MAX_WIDGETS_BYTES} bytes")

    @property
    def names(self) -> list[str]:
        """The widgets that it is about."""
        trigger = self.trigger.get("key") if self.trigger else None
        return [*self.widget_state, *([trigger] if isinstance(trigger, str) else [])]

    def called(self, keys: Mapping[str, str]) -> "WidgetProbe":
        """The same with the widgets called by their *keys*; as it is where these, which are hostile, are too long."""
        state = {keys.get(name, name): value for name, value in self.widget_state.items()}
        trigger = self.trigger and {
            **self.trigger,
            "key": keys.get(self.trigger.get("key", ""), self.trigger.get("key")),
        }
        try:
            return WidgetProbe(state, trigger)
        except ValueError:
            return self

    def body(self, session: str | None = None) -> bytes:
        """What is sent, in *session* or in a new one."""
        fields: dict[str, Any] = {"session_id": session, "widget_state": self.widget_state, "trigger": self.trigger}
        return json.dumps({name: value for name, value in fields.items() if value}).encode()


@dataclass(frozen=True, slots=True)
class WidgetSweep:
    """Tries what a Streamlit app offers to choose from, and looks each time: widgets of *types*, such as "selectbox".

    One look comes first. Then, of the first three widgets with at least two options, each of the first ten options is
    chosen, and the widget's first option once more. The observation has an answer for each look, with what was chosen.
    In a form the button that sends it is clicked as well.
    """

    types: Sequence[str]


@dataclass(frozen=True, slots=True)
class FunctionProbe:
    """One call of a function of the program. Arguments are what JSON knows; what comes of it is the body, as JSON.

    harness/functions.py describes the body. The status is 200, whatever the function did but run out of memory.
    """

    function: str
    arguments: Sequence[Any] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.function.isidentifier():
            raise ValueError(f"not the name of a function: {self.function!r}")
        if len(self.body()) > MAX_CALL_BYTES:
            raise ValueError(f"the arguments are more than {MAX_CALL_BYTES} bytes")

    def body(self) -> bytes:
        """What is sent."""
        call = {"function": self.function, "arguments": list(self.arguments), "keywords": dict(self.keywords)}
        return json.dumps(call).encode()


Probe = HttpProbe | Burst | WidgetProbe | WidgetSweep | FunctionProbe


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program and what to ask of it, one probe after the other.

    *files* are relative POSIX paths; *entry* is one of them. *framework* selects the measured baseline of memory;
    "streamlit" also says that the entry is Streamlit's to run. How any other app is served depends on what it is.

    kind "http"      asks what the entry serves: its `app`, or what it listens with when it runs as a script
    kind "function"  imports the entry as `main` and calls its functions: FunctionProbes only
    kind "script"    runs the entry as `__main__` with *input* as its standard input, and waits for its end; no probes

    What is to run in the *background* yields to everything else that wants the processor: nobody waits for it.

    *arguments* are sys.argv after the entry's name. A program that *must_serve* runs as a script and has to listen on
    port 8000 by itself: an `app` is not served for it.
    """

    kind: Literal["http", "function", "script"]
    framework: str
    files: Mapping[str, bytes]
    probes: Sequence[Probe] = ()
    entry: str = "main.py"
    limits: Limits = field(default_factory=Limits)
    input: bytes = b""
    arguments: Sequence[str] = ()
    must_serve: bool = False
    background: bool = False

    def __post_init__(self) -> None:
        if self.kind not in ("http", "function", "script"):
            raise ValueError(f"unknown kind of job: {self.kind!r}")
        self._check_files()
        if self.kind == "script" and self.probes:
            raise ValueError("a script is sent no probes")
        if any(isinstance(probe, FunctionProbe) != (self.kind == "function") for probe in self.probes):
            raise ValueError("functions, and nothing else, are sent calls")
        if self.kind != "script" and self.input:
            raise ValueError("only a script has an input")
        if len(self.input) > MAX_INPUT_BYTES:
            raise ValueError(f"the input is more than {MAX_INPUT_BYTES} bytes")
        if any("\0" in argument for argument in self.arguments):
            raise ValueError("an argument has a zero byte")
        if sum(len(argument.encode()) for argument in self.arguments) > MAX_ARGUMENTS_BYTES:
            raise ValueError(f"the arguments are more than {MAX_ARGUMENTS_BYTES} bytes")
        if len(self.probes) > MAX_PROBES:
            raise ValueError(f"{len(self.probes)} probes; at most {MAX_PROBES}")
        if self.framework != "streamlit" and any(isinstance(probe, WidgetProbe | WidgetSweep) for probe in self.probes):
            raise ValueError("only a Streamlit app has widgets to set")
        if self.sockets > MAX_SOCKETS:
            raise ValueError(
                f"the probes need {self.sockets} connections; at most {MAX_SOCKETS}, of which a burst needs "
                "one for each client and attempt, and one more"
            )

    def _check_files(self) -> None:
        if self.entry not in self.files:
            raise ValueError(f"the entry {self.entry!r} is not among the files")
        for path in self.files:
            parts = PurePosixPath(path).parts
            if not parts or path.startswith("/") or ".." in parts or _CONTROL.search(path) or len(path.encode()) > 255:
                raise ValueError(f"not a relative path: {path!r}")
        if 2 * sum(map(len, self.files.values())) > self.limits.files_bytes:
            raise ValueError("the files would fill more than half of the work folder")

    @property
    def sockets(self) -> int:
        """How many connections the probes need; each is one of passed_sockets, which are made inside and passed out."""
        return sum(map(_sockets_of, self.probes))

    @property
    def passed_sockets(self) -> int:
        return self.sockets + SPARE_SOCKETS if self.probes else 0

    @property
    def processes(self) -> int:
        """How many processes and threads it may have: a server may take a thread for each client of a burst."""
        clients = max((probe.clients for probe in self.probes if isinstance(probe, Burst)), default=0)
        return self.limits.processes + clients


def _sockets_of(probe: Probe) -> int:
    match probe:
        case Burst():
            return 1 + probe.clients * probe.attempts
        case WidgetProbe():
            return 2 if probe.names else 1  # a look may have to come first
        case WidgetSweep():
            return 1 + MAX_SWEPT_WIDGETS * (MAX_SWEPT_OPTIONS + 1)
        case _:
            return 1
