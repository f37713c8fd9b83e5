from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    """The wiring as an app, so that it is in place before the other apps' ready() runs."""

    name = "config"
    label = "site_wiring"

    def ready(self) -> None:
        admin.site.site_header = admin.site.site_title = admin.site.index_title = "Fieldguide"
        # Both read the settings. Tasks queued by the web process need the configured Celery application.
        from config import celery, checks  # noqa: F401, PLC0415


class StaffAdminConfig(AdminConfig):
    """Django's admin with a site of our own."""

    default_site = "config.admin_site.StaffSite"
