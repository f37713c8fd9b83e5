"""What may be handed in: the files of the starter, as text."""

from collections.abc import Collection, Mapping

MAX_FILE_BYTES = 64 * 1024  # of UTF-8


def problems_of(files: Mapping[str, object], *, expected: Collection[str]) -> dict[str, str]:
    """What is wrong with *files*, as {path: sentence}; empty when they can be judged.

    The paths must be exactly *expected*. Each text must be storable in any database and writable as UTF-8.
    """
    problems = {path: f"{path} is missing." for path in expected if path not in files}
    for path, text in files.items():
        if path not in expected:
            problems[path] = f"{shown(path)} does not belong to this exercise."
        elif problem := problem_of(text):
            problems[path] = f"{path} {problem}"
    return problems


def problem_of(text: object) -> str:
    """What is wrong with the content of one file, to follow its name; "" when nothing is."""
    if not isinstance(text, str):
        return "must be a text."
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        return "holds half of a surrogate pair, which is not text."
    if size_bytes > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES // 1024} KiB."
    if "\0" in text:
        return "holds a NUL character."
    return ""


def shown(path: str) -> str:
    """A path that we did not choose, safe to print: cut, and without control or surrogate characters."""
    return ascii(path[:80])
