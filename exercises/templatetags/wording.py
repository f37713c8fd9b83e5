"""Shows the sentences of results: plain text in which `code` stands between backticks."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

BACKTICKS = re.compile(r"`([^`\n]+)`")


@register.filter
def code(text: str) -> SafeString:
    """*text* escaped, with what stands between backticks as <code>. Values in it may come from a learner's program."""
    return mark_safe(BACKTICKS.sub(r"<code>\1</code>", conditional_escape(text)))  # noqa: S308 - escaped just before
