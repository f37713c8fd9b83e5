"""The publish gate for the courses that ship with the project: `python -m config.tests.shipped`.

Loads them into an installation of its own and runs `manage.py check_exercises` on all their exercises, with warm
interpreters, as a worker has them, and in two processes, as a worker has them. Exits with that command's code.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox import supervision

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENT = ROOT / "courses" / "content"
START_SECONDS = 30.0
PROCESSES = 2


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="fieldguide-shipped-") as folder:
        os.environ |= {"VAR_DIR": folder, "SANDBOX_SOCKET": str(Path(folder) / "sandbox.sock")}
        os.environ.pop("DATABASE_URL", None)
        courses = [CONTENT / name for name in (CONTENT / "order.txt").read_text().split()]
        manage("migrate", "--verbosity=0")
        for course in courses:
            manage("load_course", str(course), "--verbosity=0")
        slugs = sorted(path.parent.name for course in courses for path in course.glob("exercises/*/exercise.toml"))
        supervisor = supervision.start()
        try:
            deadline = time.monotonic() + START_SECONDS
            while supervision.status() is None and supervisor.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)  # without one, the command starts everything cold and takes longer
            with ThreadPoolExecutor(PROCESSES) as pool:
                codes = list(pool.map(check, (slugs[first::PROCESSES] for first in range(PROCESSES))))
            return next(filter(None, codes), 0)
        finally:
            supervisor.terminate()
            supervisor.wait()


def check(slugs: list[str]) -> int:
    """The exit code of the command for these exercises; what it said is printed in one piece."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check_exercises", *slugs],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    print(done.stdout, end="", flush=True)
    return done.returncode


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
