"""What may be handed in: the files of the starter, as text."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext, gettext_lazy

MAX_FILE_BYTES = 64 * 1024  # of UTF-8

# What may be wrong with a file, by problem_of(): for learners, and for authors behind the name of the file.
SENTENCES = {
    "no_text": gettext_lazy("%(path)s must be a text."),
    "surrogate": gettext_lazy("%(path)s holds half of a surrogate pair, which is not text."),
    "too_large": gettext_lazy("%(path)s is larger than %(limit)s KiB."),
    "nul": gettext_lazy("%(path)s holds a NUL character."),
}
REMARKS = {
    "no_text": gettext_lazy("must be a text."),
    "surrogate": gettext_lazy("holds half of a surrogate pair, which is not text."),
    "too_large": gettext_lazy("is larger than %(limit)s KiB."),
    "nul": gettext_lazy("holds a NUL character."),
}


def problems_of(files: Mapping[str, object], *, expected: Collection[str]) -> dict[str, str]:
    """What is wrong with *files*, as {path: sentence}; empty when they can be judged.

    The paths must be exactly *expected*. Each text must be storable in any database and writable as UTF-8.
    """
    problems = {path: gettext("%(path)s is missing.") % {"path": path} for path in expected if path not in files}
    for path, text in files.items():
        if path not in expected:
            problems[path] = gettext("%(path)s does not belong to this exercise.") % {"path": shown(path)}
        elif problem := problem_of(text):
            problems[path] = sentence_about(path, problem)
    return problems


def sentence_about(name: str, problem: str) -> str:
    return SENTENCES[problem] % {"path": name, "limit": MAX_FILE_BYTES // 1024}


def problem_of(text: object) -> str:
    """The key in SENTENCES and REMARKS that says what is wrong with the content of one file; "" when nothing is."""
    if not isinstance(text, str):
        return "no_text"
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        return "surrogate"
    if size_bytes > MAX_FILE_BYTES:
        return "too_large"
    return "nul" if "\0" in text else ""


def shown(path: str) -> str:
    """A path that we did not choose, safe to print: cut, and without control or surrogate characters."""
    return ascii(path[:80])
