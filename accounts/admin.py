"""Keys of providers come from the environment, and nobody reads or edits what lets people in."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from accounts.models import ApiToken

for model in (SocialApp, SocialToken, SocialAccount, Authenticator, UserSession):
    admin.site.unregister(model)


class WayInAdmin(admin.ModelAdmin):
    """To see that there is one, and to delete it for somebody who has lost it."""

    search_fields = ["user__username", "user__email"]
    list_select_related = ["user"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(WayInAdmin):
    list_display = ["user", "name", "ending", "created_at", "last_used_on"]
    fields = ["user", "name", "ending", "created_at", "last_used_on"]


@admin.register(Authenticator)
class AuthenticatorAdmin(WayInAdmin):
    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    fields = ["user", "type", "created_at", "last_used_at"]


@admin.register(SocialAccount)
class SocialAccountAdmin(WayInAdmin):
    list_display = ["user", "provider", "uid", "date_joined", "last_login"]
    fields = ["user", "provider", "uid", "date_joined", "last_login"]
