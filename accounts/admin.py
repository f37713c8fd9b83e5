"""Keys of providers come from the environment, and nobody reads or edits what lets people in."""

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from accounts.fields import PermissionsField
from accounts.models import ApiToken
from accounts.roles import ROLES
from courses.action_log import noted, sentence_of

for model in (SocialApp, SocialToken, SocialAccount, Authenticator, UserSession):
    admin.site.unregister(model)


class BoxesAdmin(admin.ModelAdmin):
    """What a row has several of is chosen by check boxes: Django's two lists need a script, and a wrong attribute."""

    filter_horizontal = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not db_field.many_to_many:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.related_model is Permission:
            return db_field.formfield(form_class=PermissionsField, queryset=self.useful_permissions())
        # Without a link that adds a row, for which the page would have no box.
        return db_field.formfield(widget=forms.CheckboxSelectMultiple)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        for name, field in form.base_fields.items():
            if obj is not None and isinstance(field, PermissionsField):  # whatever it has, nobody takes unawares
                offered = [self.useful_permissions(), getattr(obj, name).all()]
                field.queryset = self.of_installed_apps().filter(
                    Q(*(("pk__in", some.order_by().values("pk")) for some in offered), _connector=Q.OR)
                )
        return form

    def useful_permissions(self) -> QuerySet[Permission]:
        """Without the four that Django gives every model, of those that have no pages here: these open nothing."""
        models = ContentType.objects.get_for_models(*self.admin_site._registry, for_concrete_models=False)
        named_by_us = ~Q(codename__regex="^(add|change|delete|view)_")
        return self.of_installed_apps().filter(Q(content_type__in=models.values()) | named_by_us)

    def of_installed_apps(self) -> QuerySet[Permission]:
        return Permission.objects.filter(content_type__app_label__in=[app.label for app in apps.get_app_configs()])


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(BoxesAdmin, GroupAdmin):
    """Django's pages for groups, of which some are roles."""

    def get_fieldsets(self, request: HttpRequest, obj: Group | None = None) -> Any:
        if obj is None or obj.name not in ROLES:
            return super().get_fieldsets(request, obj)
        said = gettext("Every update of the site gives this role its own permissions again: for others, make a group.")
        return [(None, {"fields": ["name", "permissions"], "description": said})]


admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(BoxesAdmin, UserAdmin):
    """Django's pages for accounts. Who may only look sees learners, and of them what is needed to help one."""

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (gettext_lazy("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (gettext_lazy("Roles and other groups"), {"fields": ("groups",)}),
        (gettext_lazy("Permissions beside those of the groups"), {"fields": ("user_permissions",)}),
        (gettext_lazy("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
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


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin):
    """django-allauth's, with what it leaves out of the log."""

    @admin.action(description=gettext_lazy("Mark selected email addresses as verified"))
    def make_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        before = list(queryset.filter(verified=False).values_list("pk", flat=True))
        super().make_verified(request, queryset)
        for address in EmailAddress.objects.filter(pk__in=before, verified=True):
            self.log_change(request, address, noted(gettext_noop("Marked as verified.")))


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


@admin.register(LogEntry)
class LogAdmin(admin.ModelAdmin):
    """What staff did: who, when, to what. Nobody writes it by hand, and nobody takes anything out of it."""

    list_display = ["action_time", "user", "what", "content_type", "about", "message"]
    list_display_links = ["action_time"]
    list_filter = [
        "action_flag",
        ("content_type", admin.RelatedOnlyFieldListFilter),
        ("user", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "change_message", "user__username"]
    search_help_text = gettext_lazy("A word of the object's name or of what was done, or who did it.")
    date_hierarchy = "action_time"
    ordering = ["-action_time", "-pk"]
    fields = ("action_time", "user", "what", "content_type", "about", "message")
    readonly_fields = fields
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("what"), ordering="action_flag")
    def what(self, entry: LogEntry) -> str:
        return entry.get_action_flag_display()

    @admin.display(description=gettext_lazy("object"), ordering="object_repr")
    def about(self, entry: LogEntry) -> str:
        """Its name then, with a link to where it is now."""
        address = None if entry.is_deletion() else entry.get_admin_url()
        return format_html('<a href="{}">{}</a>', address, entry.object_repr) if address else entry.object_repr

    @admin.display(description=gettext_lazy("note"))
    def message(self, entry: LogEntry) -> str:
        return sentence_of(entry)
