"""What learners' programs can import besides Python itself."""

import re
from functools import cache
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent / "environment" / "requirements.in"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@cache
def installed_packages() -> tuple[str, ...]:
    """Names of the modules that their environment is made for, in alphabetical order; it has more that these need."""
    names = (NAME.match(line.strip()) for line in REQUIREMENTS.read_text().splitlines())
    return tuple(sorted(name[0].lower().replace("-", "_") for name in names if name))
