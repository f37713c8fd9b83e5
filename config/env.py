"""Typed readers of environment variables: one line in settings.py a variable, one clear error a mistake.

A variable that is set but empty counts as not set, because `NAME= make run` and an empty
line in an EnvironmentFile mean "leave it at the default".
"""

import os
import re
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from redis.connection import parse_url

REQUIRED = object()
TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: object = "") -> str:
    """The value of *name*; *default* when unset; REQUIRED as default makes an unset variable an error."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is REQUIRED:
        raise ImproperlyConfigured(f"{name} must be set; docs/settings.md says what it is for.")
    return str(default)


def secret(name: str, default: object = "") -> str:
    """Like text(), but `NAME_FILE` may name a file that holds the value, as container platforms hand it over."""
    file = os.environ.get(f"{name}_FILE", "").strip()
    if not file:
        return text(name, default)
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE: cannot read {file}: {error}") from error


def flag(name: str, default: bool) -> bool:
    """A yes/no variable; anything but 1/0, true/false, yes/no, on/off is an error."""
    value = text(name, "on" if default else "off").lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; use on or off.")


def integer(name: str, default: int, *, at_least: int = 0, at_most: int = 2**31) -> int:
    """A whole number within [at_least, at_most]."""
    value = text(name, default)
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None
    if not at_least <= number <= at_most:
        raise ImproperlyConfigured(f"{name} is {number}; it must lie between {at_least} and {at_most}.")
    return number


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list separated by commas; blanks around the entries are dropped."""
    return [word.strip() for word in text(name, ",".join(default)).split(",") if word.strip()]


def networks(name: str) -> list[str]:
    """Addresses and networks, such as `127.0.0.1,10.0.0.0/8`."""
    for word in words(name):
        try:
            ip_network(word)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}; write addresses or networks like 10.0.0.0/8.") from None
    return words(name)


def redis_address(name: str, default: object) -> str:
    """A secret() that redis-py can read: `redis://`, `rediss://` or `unix://`."""
    address = secret(name, default)
    try:
        parse_url(address)
    except ValueError:  # whose text may have a part of the password in it
        raise ImproperlyConfigured(
            f"{name} cannot be used; write it like redis://user:password@host:6379/0, rediss://… or unix:///path. "
            "In a password, / # ? @ and : are %2F %23 %3F %40 and %3A."
        ) from None
    return address


def folder(name: str, default: Path) -> Path:
    """A folder, which is made where it is missing, for our user alone."""
    path = Path(text(name, default)).resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}: the folder {path} cannot be made: {error.strerror}.") from None
    return path


def choice(name: str, options: Sequence[str], default: str) -> str:
    """One of *options*, or *default* when unset."""
    value = text(name, default)
    if value != default and value not in options:
        raise ImproperlyConfigured(f"{name} is {value!r}; use one of: {', '.join(options)}.")
    return value


def rate(name: str, default: str) -> str:
    """A rate as Django REST framework writes it: `30/min`, with s, min, hour or day."""
    value = text(name, default)
    if not re.fullmatch(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)", value):
        raise ImproperlyConfigured(f"{name} is {value!r}; write it like 30/min (s, min, hour or day).")
    return value


def email(url: str) -> dict[str, object]:
    """Django's EMAIL_* settings for `console:`, `smtp://user:password@host:587` (STARTTLS) or `smtps://…` (TLS)."""
    parts = urlsplit(url)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.username is not None,
            "EMAIL_TIMEOUT": 10,
        }
    raise ImproperlyConfigured("EMAIL_URL must be console: or smtp(s)://user:password@host:port")
