"""Everything after the lock-down: the learner's program is loaded and served. From here on nothing is believed."""

from typing import Any, NoReturn

from . import loading, serving
from .diagnosis import Diagnosis


def run(job: dict[str, Any], diagnosis: Diagnosis) -> NoReturn:
    """Run the program of *job* until this process ends.

    Of the job (see sandbox.starting) it reads `kind`, `framework`, `entry` and `arguments`.
    """
    app = loading.load(job["entry"], diagnosis)
    serving.serve(app, diagnosis)
