"""What follows from somebody signing in."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.timezone import now

from accounts import sessions


@receiver(user_logged_in, dispatch_uid="accounts.begin_session")
def begin_session(request: HttpRequest | None, **signal: Any) -> None:
    if request is not None:
        sessions.begin(request.session, day=now().date())
