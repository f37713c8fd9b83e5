"""Sign-in at other sites, for those whose keys are in the environment."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

Keys = tuple[str, str]  # client id and secret; both or neither
OIDC_PATH = "sso"  # in the callback address: /accounts/oidc/sso/login/callback/


def social_providers(
    *, github: Keys, gitlab: Keys, gitlab_url: str, google: Keys, oidc: Keys, oidc_url: str, oidc_name: str
) -> dict[str, dict[str, Any]]:
    """django-allauth's SOCIALACCOUNT_PROVIDERS: only what has keys.

    Raises ImproperlyConfigured where half of what a provider needs is missing.
    """
    providers: dict[str, dict[str, Any]] = {}
    if is_given("GITHUB", github):
        providers["github"] = {"APP": app(github), "SCOPE": ["user:email"]}
    if is_given("GITLAB", gitlab):
        address = checked("SOCIAL_GITLAB_URL", gitlab_url)
        providers["gitlab"] = {"APP": app(gitlab, settings={"gitlab_url": address}), "SCOPE": ["read_user"]}
    if is_given("GOOGLE", google):
        providers["google"] = {"APP": app(google), "SCOPE": ["openid", "email"]}
    if is_given("OIDC", oidc):
        address = checked("SOCIAL_OIDC_URL", oidc_url)
        providers["openid_connect"] = {
            "APPS": [app(oidc, provider_id=OIDC_PATH, name=oidc_name, settings={"server_url": address})],
            "SCOPE": ["openid", "email"],
        }
    for provider in providers.values():
        provider["OAUTH_PKCE_ENABLED"] = True
    return providers


def is_given(name: str, keys: Keys) -> bool:
    if any(keys) and not all(keys):
        missing = "SECRET" if keys[0] else "ID"
        raise ImproperlyConfigured(
            f"SOCIAL_{name}_{missing} is missing: sign-in needs both SOCIAL_{name}_ID and SOCIAL_{name}_SECRET."
        )
    return all(keys)


def app(keys: Keys, **more: Any) -> dict[str, Any]:
    return {"client_id": keys[0], "secret": keys[1], **more}


def checked(name: str, address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is {address!r}; it must look like https://login.example.org")
    return address.rstrip("/")
