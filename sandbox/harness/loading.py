"""Imports the learner's file as the module `main`, or says why that cannot be."""

import errno
import importlib.util
import linecache
import os
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NoReturn

from .diagnosis import Diagnosis

WORK = "/work/"
WALL_ERRORS = (errno.EPERM, errno.EACCES, errno.EROFS)
NETWORK_ERRORS = (errno.ENETUNREACH, errno.EHOSTUNREACH, socket.EAI_AGAIN, socket.EAI_NONAME)
CHAIN_LENGTH = 8  # a program can make a chain of errors that never ends


def load(entry: str, diagnosis: Diagnosis) -> dict[str, Any]:
    """The names of the learner's file, imported as `main`. Ends the process, after an explanation, if it fails."""
    with explained(diagnosis):
        spec = importlib.util.spec_from_file_location("main", WORK + entry)
        if spec is None or spec.loader is None:
            raise ImportError(f"{entry} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules["main"] = module
        spec.loader.exec_module(module)
    return vars(module)


@contextmanager
def explained(diagnosis: Diagnosis, finish: Callable[[int], NoReturn] | None = None) -> Iterator[None]:
    """Where the block, which runs the learner's code, does not come to its end: say why, and end the process.

    *finish* is how it ends, with an exit code; at once if there is none.
    """
    finish = finish or end
    try:
        yield
    except SyntaxError as error:
        explain_syntax(error, diagnosis)
        finish(1)
    except SystemExit as error:
        if error.code is not None and not isinstance(error.code, int):
            print(error.code, file=sys.stderr)
        code = exit_code(error)
        diagnosis.failed("exited", exception="SystemExit", message=str(error.code), exit_code=code, **place(error))
        finish(code)
    except BaseException as error:
        explain_exception(error, diagnosis)
        finish(1)


def closest_name(names: dict[str, Any]) -> str:
    """The name of something that could have been meant as the app, or ""."""
    frameworks = ("flask", "django", "fastapi", "starlette", "pyramid", "aiohttp", "sanic", "tornado", "dash")
    for name, value in names.items():
        module = type(value).__module__ or ""
        if not name.startswith("_") and module.partition(".")[0] in frameworks and callable(value):
            return name
    return ""


def exit_code(error: SystemExit) -> int:
    if error.code is None:
        return 0
    return error.code & 0xFF if isinstance(error.code, int) else 1


def explain_syntax(error: SyntaxError, diagnosis: Diagnosis) -> None:
    print_traceback(error)
    diagnosis.failed(
        "syntax_error",
        exception=type(error).__name__,
        message=error.msg or "",
        file=relative(error.filename or ""),
        line=error.lineno,
        column=error.offset,
        source=(error.text or "").rstrip("\n"),
    )


def explain_exception(error: BaseException, diagnosis: Diagnosis) -> None:
    print_traceback(error)
    if isinstance(error, ImportError):
        reason = "import_error"
    elif any(is_refusal(one) for one in chain(error)):
        reason = "blocked"
    else:
        reason = "exception"
    diagnosis.failed(reason, exception=type(error).__name__, message=str(error), **place(error))


def is_refusal(error: BaseException) -> bool:
    """Whether the system said so because of the sandbox: not permitted, read-only, no network, no name server."""
    return isinstance(error, OSError) and error.errno in (*WALL_ERRORS, *NETWORK_ERRORS)


def chain(error: BaseException) -> Iterator[BaseException]:
    """*error* and what it says it was raised for: libraries wrap the system's error, urllib keeps it as `reason`.

    What was merely being handled (`__context__`) does not count: a mistake in an `except` is the learner's own.
    """
    following: object = error
    for _ in range(CHAIN_LENGTH):
        if not isinstance(following, BaseException):
            return
        yield following
        following = following.__cause__ or getattr(following, "reason", None)


def place(error: BaseException) -> dict[str, Any]:
    """File, line and source of the last of the learner's frames, if one of the files is the learner's."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(WORK)]
    if not frames:
        return {}
    return {"file": relative(frames[-1].filename), "line": frames[-1].lineno, "source": frames[-1].line or ""}


def relative(path: str) -> str:
    return path.removeprefix(WORK) if path.startswith(WORK) else ""


def print_traceback(error: BaseException) -> None:
    """As Python would, without our own frames above the learner's."""
    linecache.checkcache()
    error.__traceback__ = learners_part(error.__traceback__)
    traceback.print_exception(error)


def learners_part(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the learner's first frame on; all of it if none is the learner's."""
    first = trace
    while first is not None and not first.tb_frame.f_code.co_filename.startswith(WORK):
        first = first.tb_next
    return first


def end(code: int) -> NoReturn:
    """End at once, whatever threads the learner's program has started."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
    os._exit(code)
