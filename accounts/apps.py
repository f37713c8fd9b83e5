from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Access to the API")  # as staff see it: the admin has nothing of this app but tokens
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415 - needs the models

        from accounts import signals  # noqa: F401, PLC0415 - receivers register themselves once the apps are loaded
        from accounts.roles import make_roles  # noqa: PLC0415 - needs the models
        from accounts.second_step import note_new_authenticator  # noqa: PLC0415 - needs the models

        post_migrate.connect(make_roles, sender=self)  # the last of our apps: all permissions are there
        authenticator_added.connect(note_new_authenticator)
