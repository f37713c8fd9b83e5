"""How the pages and mails call an account."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def display_name(user: "User") -> str:
    """The e-mail address: the user name of a learner was made up at sign-up, and nobody knows it."""
    return user.email or user.get_username()
