"""Receivers; each of them only delegates."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from exercises.owners import GUEST, adopt_guest, guest_in


@receiver(user_logged_in)
def take_the_guests_work_along(*, request: Any, user: Any, **_: Any) -> None:
    """At login and sign-up."""
    if not hasattr(request, "session"):
        return  # a test client or a command logs somebody in
    guest = guest_in(request)
    if guest:
        adopt_guest(user=user, guest=guest)
        del request.session[GUEST]
