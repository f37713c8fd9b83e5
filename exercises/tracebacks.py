"""What an exception in a learner's program looked like, read from what the program wrote to stderr.

That text can be forged. It words the message of a test that did not pass anyway; it decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from courses.hostile_text import clean, shortened

HEADER = "Traceback (most recent call last):"
FRAME = re.compile(r'  File "(?P<path>[^"\n]{1,500})", line (?P<line>\d{1,7})(?:, in .*)?')
EXCEPTION = re.compile(r"(?P<name>[A-Za-z_][\w.]{0,200})(?:: ?(?P<message>.*))?")
GROUP_MARGIN = re.compile(r"^ *[+|] ", re.MULTILINE)
# Folders of the sandbox; nothing that is shown names them. The learner's own folder comes last in the path of a frame.
WORK_FOLDER = re.compile(r'(?<=File ")/work/')
LIBRARIES = re.compile(r'(?<=File ")/[^"\n]*/(?:site-packages|python3\.\d+)/')

SHOWN_MESSAGE = 500
SHOWN_SOURCE = 200
SHOWN_TRACEBACK = 4000


@dataclass(frozen=True, slots=True)
class Traceback:
    """The last exception in a text.

    file, line and source are of the innermost frame in the learner's own files: "", None, "" when there is none.
    text has the learner's frames only, with relative paths.
    """

    exception: str
    message: str
    file: str
    line: int | None
    source: str
    text: str


def without_folders(text: str) -> str:
    """*text* with the frames of its tracebacks naming main.py and flask/app.py, not where the sandbox keeps them."""
    return LIBRARIES.sub("", WORK_FOLDER.sub("", text))


def last_traceback(stderr: bytes, files: Collection[str]) -> Traceback | None:
    """The last traceback in *stderr* that has an exception; *files* are the learner's own paths."""
    text = GROUP_MARGIN.sub("", without_folders(clean(stderr, len(stderr))))
    for block in reversed(text.split(HEADER)[1:]):
        if found := _read(block.split("\n")[1:], files):
            return found
    return None


def _read(lines: list[str], files: Collection[str]) -> Traceback | None:
    """The traceback whose lines after the header these are; None when no exception follows its frames."""
    own: list[tuple[str, int, list[str]]] = []
    is_own = False
    last = ""
    for line in lines:
        if frame := FRAME.fullmatch(line):
            is_own = frame["path"] in files
            if is_own:
                own.append((frame["path"], int(frame["line"]), [line]))
        elif not line.startswith("  "):
            last = line
            break
        elif is_own:
            own[-1][2].append(line)
    exception = EXCEPTION.fullmatch(last)
    if exception is None:
        return None
    file, number, shown = own[-1] if own else ("", None, [])
    kept = [HEADER, *(line for _, _, frame_lines in own for line in frame_lines), last]
    return Traceback(
        exception=exception["name"],
        message=shortened(exception["message"] or "", SHOWN_MESSAGE),
        file=file,
        line=number,
        source=shortened(shown[1].strip(), SHOWN_SOURCE) if len(shown) > 1 else "",
        text=shortened("\n".join(kept if own else [last]), SHOWN_TRACEBACK),
    )
