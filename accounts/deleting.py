"""An account goes, with all that is its owner's."""

from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext

from accounts.errors import StaffAccount
from exercises.models import Owner
from exercises.owners import hold_owner

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def delete_account(*, user: "User") -> None:
    """Delete *user* with attempts, drafts, progress, tokens, passkeys and connections, and sign out everywhere.

    A run that is being judged loses its row; its worker's result then goes nowhere. Raises StaffAccount for staff,
    whose account is part of who published what.
    """
    if user.is_staff:
        raise StaffAccount(gettext("Staff accounts are deleted in the admin, by another member of staff."))
    hold_owner(Owner(user_id=user.pk))  # an attempt that arrives in this moment is stored before, and goes too
    for session in UserSession.objects.filter(user=user):
        session.end()
    user.delete()
