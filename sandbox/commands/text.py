"""Text that is read in a terminal."""

import textwrap

COLUMNS = 80


def filled(text: str, start: str, already: int = 0) -> list[str]:
    """*text* after *start*, in lines of at most COLUMNS; *already* columns of the first line are taken.

    Commands and paths, which somebody may copy, are never cut.
    """
    rest = " " * (already + len(start))
    wrapper = textwrap.TextWrapper(COLUMNS, " " * already + start, rest, break_long_words=False, break_on_hyphens=False)
    lines = wrapper.wrap(text) or [" " * already + start]
    lines[0] = lines[0][already:]
    return lines
