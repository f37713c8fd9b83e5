"""Text that came out of a learner's program, made fit to be stored and shown.

Comparisons use the raw bytes; everything that is stored or shown passes through here.
"""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Control characters (all but tab and newline) and lone surrogates, which neither a database nor an encoder takes;
# and the marks that reorder the text around them, so that an answer cannot make a page read differently.
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Colours and cursor movements that programs send to terminals.
ANSI = re.compile(r"\x1b\[[0-9;?]{0,32}[A-Za-z]")


def clean(text: bytes | str, limit: int) -> str:
    """*text* without characters that cannot be stored or that would deceive, at most *limit* characters long.

    Bytes are UTF-8; what is not becomes U+FFFD.
    """
    if isinstance(text, bytes):
        text = text[: 4 * limit + 4].decode(errors="replace")  # no character has more than 4 bytes
    text = ANSI.sub("", text.replace("\r\n", "\n"))
    return UNFIT.sub(REPLACEMENT, text)[:limit]


def shortened(text: bytes | str, limit: int) -> str:
    """Like clean(), with an ellipsis for the last character where something was left out."""
    cleaned = clean(text, limit + 1)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"
