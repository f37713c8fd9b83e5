"""Names of files in a course's folder: what is the same file under the same name on every system.

A name may come from anywhere: a folder, an archive, a form, or a row that somebody made by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext

MAX_PATH: Final = 200  # characters of a path below the course's folder
MAX_PART_BYTES: Final = 255  # of one name in it, as file systems have them
# Devices of Windows, with any ending.
RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
)
FORBIDDEN: Final = frozenset('<>:"|?*')  # by Windows; the colon also begins a stream of a file there
DRIVE: Final = re.compile(r"[A-Za-z]:")
SHOWN: Final = 120  # characters of a name that is only shown


def name_problem(path: str) -> str:
    """Why *path*, with "/" between its parts, cannot be an entry of a course's folder; "" when it can."""
    if len(path) > MAX_PATH:
        return gettext("has a name of more than %(most)s characters") % {"most": MAX_PATH}
    if "\\" in path:
        return gettext("has a backslash in its name")
    if path.startswith("/") or DRIVE.match(path):
        return gettext("has an absolute name")
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return gettext("has a name that leads elsewhere")
        if message := _part_problem(part):
            return message
    return ""


def _part_problem(part: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in part):
        return gettext("has a control character or no UTF-8 in its name")
    if len(part.encode()) > MAX_PART_BYTES:
        return gettext("has a name of more than %(most)s bytes") % {"most": MAX_PART_BYTES}
    if FORBIDDEN & set(part) or part.endswith((".", " ")) or is_reserved(part):
        return gettext("has a name that Windows does not know or reserves")
    if unicodedata.normalize("NFC", part) != part:
        return gettext("has a name that is written with other characters on some systems (it is not in the form NFC)")
    return ""


def is_reserved(part: str) -> bool:
    """Whether *part* of a path is a device of Windows, and no file there."""
    return part.partition(".")[0].rstrip().lower() in RESERVED


def clashes(paths: Iterable[str]) -> dict[str, str]:
    """Those of *paths* that are the same file, or a file and a folder, on some system; each with what it clashes with.

    Such systems do not tell small letters from capital ones, or one way to compose a letter from another. A path that
    comes twice clashes with itself.
    """
    known: dict[str, tuple[str, bool]] = {}  # by what all systems tell apart: the entry, and whether it is a file
    found: dict[str, str] = {}
    for path in sorted(paths):
        parts = path.split("/")
        entries = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
        for entry in entries:
            is_file = entry == path
            folded = unicodedata.normalize("NFC", entry).casefold()
            if folded not in known:
                known[folded] = (entry, is_file)
                continue
            other, other_is_file = known[folded]
            if other != entry or is_file or other_is_file:
                found[path] = other
                break
    return found


def shown(path: str) -> str:
    """*path* safe to print: cut, and what is not printable written as Python does."""
    text = path if len(path) <= SHOWN else f"{path[:SHOWN]}…"
    return text if text.isprintable() else ascii(text)[1:-1]
