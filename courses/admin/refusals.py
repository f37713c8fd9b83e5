"""What staff are told when a draft is not published; lessons and exercises say it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from courses.publishing import PublishRefused

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def refusal_message(
    refusal: PublishRefused, *, title: str, published_number: int | None, still: StrOrPromise, list_problems: bool
) -> SafeString:
    """Say that the draft of *title* was not published, why, and what learners have meanwhile.

    *published_number* is the version that they have, None for none; *still* says that they keep it, and takes {title}
    and {number}. *list_problems* is false where the page itself lists them.
    """
    if published_number is None:
        outcome = format_html(gettext("“{title}” is not published yet."), title=title)
    else:
        outcome = format_html(str(still), title=title, number=published_number)
    problems = refusal.problems if list_problems else []
    lines = format_html_join("", "<br>{}", ((problem,) for problem in problems))
    return format_html("{} {}{}", outcome, refusal.message, lines)
