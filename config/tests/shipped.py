"""The publish gate for the courses that ship with the project: `python -m config.tests.shipped`.

Loads them into an installation of its own and runs `manage.py check_exercises` on all their exercises, with warm
interpreters, as a worker has them. Exits with that command's code.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sandbox import supervision

ROOT = Path(__file__).resolve().parent.parent.parent
CONTENT = ROOT / "courses" / "content"
START_SECONDS = 30.0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="fieldguide-shipped-") as folder:
        os.environ |= {"VAR_DIR": folder, "SANDBOX_SOCKET": str(Path(folder) / "sandbox.sock")}
        os.environ.pop("DATABASE_URL", None)
        manage("migrate", "--verbosity=0")
        for name in (CONTENT / "order.txt").read_text().split():
            manage("load_course", str(CONTENT / name), "--verbosity=0")
        supervisor = supervision.start()
        try:
            deadline = time.monotonic() + START_SECONDS
            while supervision.status() is None and supervisor.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)  # without one, the command starts everything cold and takes longer
            return subprocess.run([sys.executable, "manage.py", "check_exercises"], cwd=ROOT).returncode
        finally:
            supervisor.terminate()
            supervisor.wait()


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
