"""What a caller asks for: files, limits and requests. Never an expected value: those stay outside (docs/sandbox.md)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

KIB = 1024
MIB = 1024 * KIB

# Every probe has a socket that is made inside and passed out in one message: Linux allows 253 descriptors in one.
MAX_PROBES = 200

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one job may use. Reaching one of the first five ends the job; past the others the program gets an error."""

    wall_seconds: float = 10.0  # from the lock-down, before the program is imported, to the end
    cpu_seconds: float = 5.0  # of all its processes together
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program and the requests to send to it, one after the other.

    *files* are relative POSIX paths; *entry* is one of them and is loaded as the module ``main``.
    *framework* selects the measured baseline of memory, nothing else: how the app is served depends on what it is.
    """

    kind: Literal["http"]
    framework: str
    files: Mapping[str, bytes]
    probes: Sequence[HttpProbe]
    entry: str = "main.py"
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.kind != "http":
            raise ValueError(f"unknown kind of job: {self.kind!r}")
        if self.entry not in self.files:
            raise ValueError(f"the entry {self.entry!r} is not among the files")
        if len(self.probes) > MAX_PROBES:
            raise ValueError(f"{len(self.probes)} probes; at most {MAX_PROBES}")
        for path in self.files:
            parts = PurePosixPath(path).parts
            if not parts or path.startswith("/") or ".." in parts or _CONTROL.search(path) or len(path.encode()) > 255:
                raise ValueError(f"not a relative path: {path!r}")
        if 2 * sum(map(len, self.files.values())) > self.limits.files_bytes:
            raise ValueError("the files would fill more than half of the work folder")
