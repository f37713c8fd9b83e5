"""Tokens for the API: made, looked up and revoked. Only their hashes are stored."""

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext, ngettext

from accounts.errors import NameTaken, TooManyTokens
from accounts.models import ApiToken

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_TOKENS = 10  # an account
PREFIX = "fg_"  # by which people and scanners of published code recognise one
RANDOM_BYTES = 32


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def make_token(*, user: "User", name: str) -> tuple[ApiToken, str]:
    """A new token of *user* and its text, which exists nowhere else from then on.

    Raises TooManyTokens at MAX_TOKENS, NameTaken when one of the same name is there already.
    """
    get_user_model().objects.select_for_update().get(pk=user.pk)  # counting and adding are one step
    if ApiToken.objects.of(user.pk).count() >= MAX_TOKENS:
        raise TooManyTokens(
            ngettext(
                "An account can have %(limit)d token. Revoke it first.",
                "An account can have %(limit)d tokens. Revoke one that you no longer use.",
                MAX_TOKENS,
            )
            % {"limit": MAX_TOKENS}
        )
    key = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    try:
        with transaction.atomic():
            token = ApiToken.objects.create(user=user, name=name, digest=digest_of(key), ending=key[-4:])
    except IntegrityError:
        raise NameTaken(gettext("You have a token with this name. Choose another, or revoke that one.")) from None
    return token, key


def use_token(key: str) -> ApiToken | None:
    """The token whose text is *key*, with its user; None when it is unknown, revoked, or the account is not active."""
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(key), user__is_active=True).first()
    if token:
        ApiToken.objects.mark_used(token, day=now().date())
    return token


def revoke_token(*, user: "User", token_id: int) -> bool:
    """Delete a token of *user*; False when there is none of this id."""
    deleted, _ = ApiToken.objects.of(user.pk).filter(pk=token_id).delete()
    return bool(deleted)
