"""A real supervisor for tests, and the ways to look at it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sandbox import supervision
from sandbox.interpreter import PROJECT_ROOT

SECONDS = 60  # for whatever has to happen


def wait_for(look: Callable[[], Any], what: str) -> Any:
    """The first true result of *look*."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {SECONDS} s")


class Supervised:
    """A supervisor on *path*, to which every judge of this process goes (the caller sets SANDBOX_SOCKET)."""

    def __init__(self, path: Path, **environment: str) -> None:
        self.path = path
        self.log = path.with_name("supervisor.log")
        self.environment = environment
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "sandbox.supervisor", str(self.path), "--parent", str(os.getpid())]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=os.environ | self.environment, stderr=log)
        wait_for(self.status, "an answer of the supervisor")
        return self.process

    def status(self) -> dict[str, Any] | None:
        return supervision.status(self.path)

    def zygotes(self, profile: str) -> list[dict[str, Any]]:
        return [zygote for zygote in (self.status() or {"zygotes": []})["zygotes"] if zygote["profile"] == profile]

    def warm(self, profile: str) -> dict[str, Any]:
        """Have a zygote of *profile* ready."""

        def ready() -> list[dict[str, Any]]:
            if not self.zygotes(profile) and (lease := supervision.lease(profile)) is not None:
                lease.close()
            return [zygote for zygote in self.zygotes(profile) if zygote["state"] == "ready"]

        return dict(wait_for(ready, f"a zygote of {profile}")[0])

    def stop(self, number: int = signal.SIGTERM) -> int:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        return self.process.wait(timeout=SECONDS)


@contextmanager
def supervised(folder: Path, **environment: str) -> Iterator[Supervised]:
    """A supervisor with its socket in *folder*, which is stopped at the end."""
    one = Supervised(folder / "sandbox.sock", **environment)
    try:
        yield one
    finally:
        one.stop()
