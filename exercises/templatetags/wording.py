"""Shows the sentences of results: plain text in which `code` stands between backticks."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from exercises.models import Run
from exercises.results import Result

register = template.Library()

BACKTICKS = re.compile(r"`([^`\n]+)`")


@register.filter
def code(text: str) -> SafeString:
    """*text* escaped, with what stands between backticks as <code>. Values in it may come from a learner's program."""
    return mark_safe(BACKTICKS.sub(r"<code>\1</code>", conditional_escape(text)))  # noqa: S308 - escaped just before


@register.filter
def announced(result: Result) -> str:
    """What a screen reader is told of a result: that it waits or runs, without the counts, which change too often."""
    if not result.is_pending:
        return gettext("Finished. %(headline)s") % {"headline": result.headline.replace("`", "")}
    return gettext("Queued") if result.run.status == Run.Status.QUEUED else gettext("Running")
