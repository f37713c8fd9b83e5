"""What this site decides where django-allauth asks."""

from typing import TYPE_CHECKING, Any

from allauth.account.utils import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.contrib.auth.models import User


class MFAAdapter(DefaultMFAAdapter):
    def generate_authenticator_name(self, user: "User", type: Authenticator.Type) -> str:
        """Proposed for a new passkey; its owner may change it."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)d") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """What the browser shows when it asks which passkey to use; the id stays the host."""
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: "SocialLogin") -> None:
        """Send who comes with the address of an account here to that account's own login.

        Nobody gets into an account by its address alone: a provider whose check of addresses is weaker than ours would
        be a way around password and second step. Only what the provider says to have verified is answered like this, so
        that nobody learns who has an account here.
        """
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        taken = [
            address.email
            for address in sociallogin.email_addresses
            if address.verified and filter_users_by_email(address.email)
        ]
        if not taken:
            return
        messages.info(
            request,
            gettext(
                "There is an account with %(email)s already. Sign in to it, then connect %(provider)s on this page:"
                " from then on either way leads in."
            )
            % {"email": taken[0], "provider": sociallogin.provider.name},
        )
        query = urlencode({REDIRECT_FIELD_NAME: reverse("socialaccount_connections")})
        raise ImmediateHttpResponse(HttpResponseRedirect(f"{reverse('account_login')}?{query}"))

    def validate_disconnect(self, account: SocialAccount, accounts: object) -> None:
        """A provider whose keys are gone opens nothing, and django-allauth cannot name it in the mail about it."""
        try:
            account.get_provider()
        except SocialApp.DoesNotExist:
            raise ValidationError(
                gettext("Sign-in at %(provider)s is switched off on this site: the connection opens nothing.")
                % {"provider": account.provider}
            ) from None

    def populate_user(self, request: HttpRequest, sociallogin: "SocialLogin", data: dict[str, Any]) -> "User":
        """The address and nothing else: the site has no use for names."""
        return super().populate_user(request, sociallogin, {"email": data.get("email")})
