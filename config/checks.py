"""System checks: a deployment that cannot work, or is not safe, says so in `manage.py check`."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def check_deployment(**_: Any) -> list[CheckMessage]:
    """`manage.py check --deploy`: what production needs beyond Django's own checks."""
    messages: list[CheckMessage] = []
    if not settings.PRODUCTION:
        messages.append(Warning("DEPLOYMENT is local.", hint="Set DEPLOYMENT=production.", id="fieldguide.W001"))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        messages.append(
            Warning(
                "The database is SQLite, which one machine can use at a time.",
                hint="Set DATABASE_URL=postgres://… to run web and workers on several.",
                id="fieldguide.W002",
            )
        )
    if not settings.HTTPS:
        messages.append(Warning("SITE_URL is not https://: logins can be read on the way.", id="fieldguide.W003"))
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        messages.append(
            Warning(
                "E-mail is printed, not sent: learners cannot reset a password.",
                hint="Set EMAIL_URL=smtp://user:password@host:587",
                id="fieldguide.W004",
            )
        )
    return messages


@register(Tags.staticfiles)
def check_static_files(**_: Any) -> list[CheckMessage]:
    """Pages need the manifest of the collected static files."""
    if settings.DEBUG or (settings.STATIC_ROOT / "staticfiles.json").exists():
        return []
    return [
        Warning(
            "The static files were not collected: pages would have no style.",
            hint="Run `make setup`, or python -m config.assets.",
            id="fieldguide.W005",
        )
    ]


@register(Tags.files)
def check_private_folder(**_: Any) -> list[CheckMessage]:
    """var/ holds the secret and the database."""
    mode = os.stat(settings.VAR_DIR).st_mode & 0o777
    if mode & 0o007:
        return [
            Warning(
                f"{settings.VAR_DIR} can be read by every user of this machine (mode {mode:04o}).",
                hint=f"chmod 700 {settings.VAR_DIR}",
                id="fieldguide.W006",
            )
        ]
    return []
