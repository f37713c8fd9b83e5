"""What staff are told when a draft is not published; lessons and exercises say it alike."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from courses.publishing import PublishRefused


def refusal_message(
    refusal: PublishRefused, *, title: str, published_number: int | None, readers: str, list_problems: bool
) -> SafeString:
    """Say that the draft of *title* was not published, why, and what learners have meanwhile.

    *published_number* is the version that they have, None for none; *readers* what they do with it, such as "learners
    still read". *list_problems* is false where the page itself lists them.
    """
    if published_number is None:
        outcome = format_html("“{}” is not published yet.", title)
    else:
        outcome = format_html("The draft of “{}” was not published; {} version {}.", title, readers, published_number)
    problems = refusal.problems if list_problems else []
    lines = format_html_join("", "<br>Line {}: {}", ((problem.line, problem.message) for problem in problems))
    return format_html("{} {}{}", outcome, refusal.message, lines)
