"""What the pages and mails of django-allauth need to speak as the rest of the site does."""

import re

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template.defaultfilters import stringfilter
from django.utils.safestring import SafeString
from django.utils.translation import gettext

register = template.Library()

CONSOLE_BACKEND = "django.core.mail.backends.console.EmailBackend"
# Each names itself after others that came before it: the first mark that is found counts.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
# A capital after a blank that small letters follow: "Sign In" has one, an acronym has none.
INNER_CAPITAL = re.compile(r"(?<=\S)(\s+)([A-Z])(?=[a-z])")


@register.filter(name="input")
def input_of(field: BoundField) -> SafeString:
    """What is filled in for *field*. The first that was refused has the focus, so that it is read with its error."""
    refused = next((name for name in field.form.fields if name in field.form.errors), None)
    return field.as_widget(attrs={"autofocus": True} if field.name == refused else None)


@register.filter(is_safe=True)
@stringfilter
def sentence_case(text: str) -> str:
    """*text* with a capital at its beginning only: "Sign In" becomes "Sign in"."""
    return INNER_CAPITAL.sub(lambda found: found[1] + found[2].lower(), text)


@register.filter
@stringfilter
def browser_name(user_agent: str) -> str:
    """'Firefox, Linux' where both are known, else what the browser said of itself."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser and system:
        return f"{browser}, {system}"
    return user_agent or gettext("A program that did not say its name")


@register.simple_tag
def site_url() -> str:
    """The site's address for readers, such as https://learn.example.org."""
    return str(settings.SITE_URL)


@register.simple_tag
def mail_is_printed() -> bool:
    """Whether mail goes to the terminal that runs the site. Never in production: visitors cannot look there."""
    return settings.EMAIL_BACKEND == CONSOLE_BACKEND and not settings.PRODUCTION
