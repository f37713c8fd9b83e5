"""What the page of an account says about each of its parts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings

from accounts.models import ApiToken
from exercises.models import AnswerMailsOff

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    email: str  # "" for an account that a command made without one
    is_email_verified: bool
    has_password: bool
    has_app: bool  # an authenticator app
    passkeys: int
    connections: int
    can_connect: bool  # there is a provider, or was one when something was connected
    sessions: int
    tokens: int
    gets_answer_mails: bool

    @property
    def has_second_step(self) -> bool:
        return self.has_app or self.passkeys > 0


def overview_of(user: "User") -> Overview:
    """Six queries, whatever there is."""
    types = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    connections = SocialAccount.objects.filter(user=user).count()
    return Overview(
        email=user.email,
        is_email_verified=EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists(),
        has_password=user.has_usable_password(),
        has_app=Authenticator.Type.TOTP in types,
        passkeys=types.count(Authenticator.Type.WEBAUTHN),
        connections=connections,
        can_connect=bool(settings.SOCIALACCOUNT_PROVIDERS) or connections > 0,
        sessions=UserSession.objects.filter(user=user).count(),
        tokens=ApiToken.objects.of(user.pk).count(),
        gets_answer_mails=not AnswerMailsOff.objects.filter(user=user).exists(),
    )
