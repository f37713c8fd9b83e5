"""What the pages and mails of django-allauth need to speak as the rest of the site does."""

import re

from django import template
from django.conf import settings
from django.template.defaultfilters import stringfilter

register = template.Library()

CONSOLE_BACKEND = "django.core.mail.backends.console.EmailBackend"
# A capital after a blank that small letters follow: "Sign In" has one, an acronym has none.
INNER_CAPITAL = re.compile(r"(?<=\S)(\s+)([A-Z])(?=[a-z])")


@register.filter(is_safe=True)
@stringfilter
def sentence_case(text: str) -> str:
    """*text* with a capital at its beginning only: "Sign In" becomes "Sign in"."""
    return INNER_CAPITAL.sub(lambda found: found[1] + found[2].lower(), text)


@register.simple_tag
def site_url() -> str:
    """The site's address for readers, such as https://learn.example.org."""
    return str(settings.SITE_URL)


@register.simple_tag
def mail_is_printed() -> bool:
    """Whether mail goes to the terminal that runs the site. Never in production: visitors cannot look there."""
    return settings.EMAIL_BACKEND == CONSOLE_BACKEND and not settings.PRODUCTION
