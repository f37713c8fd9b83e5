"""Addresses of the site; the contract is in docs/architecture.md."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config.theme import set_preferences

# One way in for everybody, so that the second step and the limits on guessing hold for staff too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("courses.urls")),
    path("", include("exercises.urls")),
    path("api/", include("exercises.api_urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("preferences/", set_preferences, name="preferences"),
    path("", include("config.operator_urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
