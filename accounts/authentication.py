"""Who a request to the API comes from, by `Authorization: Token …`."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from rest_framework import authentication, exceptions

from accounts.second_step import mark
from accounts.tokens import use_token

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from accounts.models import ApiToken


class TokenAuthentication(authentication.TokenAuthentication):
    """Django REST framework's header, our tokens: hashed, several for an account, each with a name."""

    def authenticate_credentials(self, key: str) -> "tuple[User, ApiToken]":
        token = use_token(key)
        if token is None:
            raise exceptions.AuthenticationFailed(gettext("This token is not valid. It may have been revoked."))
        return mark(token.user, has_shown=False), token
