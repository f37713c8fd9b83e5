"""Keys of providers come from the environment, and nobody reads or edits what lets people in."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import ApiToken

for model in (SocialApp, SocialToken, SocialAccount, Authenticator, UserSession):
    admin.site.unregister(model)


admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's pages for accounts. Who may only look sees learners, and of them what is needed to help one."""

    looked_at = ("username", "email", "is_active", "date_joined", "last_login")

    def only_looks(self, request: HttpRequest) -> bool:
        return not self.has_change_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        users: QuerySet[User] = super().get_queryset(request)
        return users.filter(is_staff=False) if self.only_looks(request) else users

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is not None and self.only_looks(request):
            return [(None, {"fields": self.looked_at})]
        return super().get_fieldsets(request, obj)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.looked_at if self.only_looks(request) else super().get_list_display(request)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return ("is_active",) if self.only_looks(request) else super().get_list_filter(request)


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
