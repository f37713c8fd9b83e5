"""Which of several variants a page shows first, where a text compares frameworks in tabs."""

import re

from django import template

register = template.Library()


@register.filter
def showing_first(html: str, framework: str) -> str:
    """*html* as courses.rendering made it, with the tabs of *framework* marked as those to begin with, if any."""
    if not framework:
        return html
    start = re.compile(rf'<div class="variant" (id="tab-\d+-{re.escape(framework)}")>')
    return start.sub(r'<div class="variant variant--chosen" \1>', html)


@register.filter
def with_depth(html: str) -> str:
    """*html* with its sections "Going deeper" open, for those who have mastered the lesson."""
    return html.replace('<details class="deeper">', '<details class="deeper" open="">')
