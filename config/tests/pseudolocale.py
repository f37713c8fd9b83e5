"""A language for tests: English with accents, about a third longer, every text of the interface in brackets.

⟦Ŕééþööŕţ åå þŕööƀļééɱ⟧ can be read and is plainly translated; what stands outside brackets is not. It comes from
Django's own hooks, so that Django's, allauth's and DRF's texts are in it as well, and there is no catalog to keep.
To look at the pages in it: DJANGO_SETTINGS_MODULE=config.tests.pseudo_settings, and Accept-Language: en-xa.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.test import override_settings
from django.utils import translation
from django.utils.translation import trans_real

CODE = "en-xa"
OPEN, CLOSE = "⟦", "⟧"
ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçðéƒĝĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
)
CONTEXT = trans_real.CONTEXT_SEPARATOR
# Kept as they are: placeholders of all three styles, tags and entities, code between backticks.
KEPT = re.compile(r"%\(\w+\)[-\d.]*[a-zA-Z]|%[-\d.]*[a-zA-Z%]|\{[^{}]*\}|</?[a-zA-Z][^<>]*>|&#?\w+;|`[^`]*`")
VOWELS = re.compile(r"([aeiouAEIOU])")


def pseudo(text: str) -> str:
    """*text* in this language. Spaces around it stay outside the brackets."""
    inner = text.strip()
    if not inner:
        return text
    before, _, after = text.partition(inner)
    parts, end = [], 0
    for kept in KEPT.finditer(inner):
        parts += [longer(inner[end : kept.start()]), kept.group()]
        end = kept.end()
    return f"{before}{OPEN}{''.join(parts)}{longer(inner[end:])}{CLOSE}{after}"


def longer(text: str) -> str:
    return VOWELS.sub(lambda vowel: vowel[0] + vowel[0].lower(), text).translate(ACCENTED)


class PseudoTranslation(trans_real.DjangoTranslation):
    """What Django asks for a text; a context, which it puts before one, is no part of it."""

    def gettext(self, message: str) -> str:
        return pseudo(message.rpartition(CONTEXT)[2])

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def install() -> None:
    """Speak it. Its code must be among LANGUAGES, and the apps must be loaded."""
    trans_real._translations[CODE] = PseudoTranslation(CODE)


@contextmanager
def pseudolocale() -> Iterator[None]:
    """Offer it for the length of the block, to requests that ask for it."""
    with (
        override_settings(LANGUAGES=[*settings.LANGUAGES, (CODE, "Pseudo")]),
        translation.override(settings.LANGUAGE_CODE),
    ):
        install()
        yield
