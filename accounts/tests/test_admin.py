"""What the admin calls the apps."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from exercises.tests.builders import make_user

pytestmark = pytest.mark.django_db


def test_no_two_headings_of_the_admin_are_the_same():
    request = RequestFactory().get("/admin/")
    request.user = make_user("boss", is_staff=True, is_superuser=True)

    headings = [str(app["name"]) for app in admin.site.get_app_list(request)]

    assert "Access to the API" in headings
    assert len(headings) == len(set(headings))
