"""What the admin calls the apps, and its forms of accounts and groups."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory
from django.urls import reverse

from accounts.roles import AUTHOR, REVIEWER, ROLES
from exercises.tests.builders import make_user

pytestmark = pytest.mark.django_db


def test_no_two_headings_of_the_admin_are_the_same():
    request = RequestFactory().get("/admin/")
    request.user = make_user("boss", is_staff=True, is_superuser=True)

    headings = [str(app["name"]) for app in admin.site.get_app_list(request)]

    assert "Access to the API" in headings
    assert len(headings) == len(set(headings))


@pytest.fixture
def boss(client):
    user = make_user("boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


def boxes(page: str, name: str) -> set[str]:
    """The labels of the ticked boxes of that name."""
    ticked = re.findall(rf'<label[^>]*>\s*<input[^>]*name="{name}"[^>]*\schecked[^>]*>\s*([^<]+?)\s*</label>', page)
    return set(ticked)


def test_group_has_a_box_for_every_permission_that_opens_something(boss):
    reviewers = Group.objects.get(name=REVIEWER)

    response = boss.get(reverse("admin:auth_group_change", args=[reviewers.pk]))
    page = response.content.decode()

    offered = response.context["adminform"].form.fields["permissions"].queryset
    names = set(offered.values_list("content_type__app_label", "codename"))
    assert page.count('name="permissions"') == len(names)
    assert set().union(*ROLES.values()) <= {f"{app}.{codename}" for app, codename in names}
    assert {("auth", "change_user"), ("auth", "delete_group"), ("exercises", "add_lessondone")} & names == {
        ("auth", "change_user"), ("auth", "delete_group"),
    }  # fmt: skip
    assert boxes(page, "permissions") == {"Can view answer to a scenario", "Can change answer to a scenario"}
    assert re.search(r"Exercises: 2 of \d+", page)


def test_group_has_what_is_ticked_and_says_what_is_set_again(boss):
    mine = Permission.objects.get(codename="view_run")

    sent = boss.post(reverse("admin:auth_group_add"), {"name": "Helpers", "permissions": [mine.pk]})
    pages = {
        group.name: boss.get(reverse("admin:auth_group_change", args=[group.pk])).content.decode()
        for group in Group.objects.all()
    }

    assert sent.status_code == 302
    assert list(Group.objects.get(name="Helpers").permissions.all()) == [mine]
    assert boxes(pages["Helpers"], "permissions") == {"Can view run"}
    assert {name for name, page in pages.items() if "Every update of the site" in page} == set(ROLES)


def test_account_gets_roles_and_keeps_its_dates(boss):
    ana = make_user("ana")
    joined, page = ana.date_joined, reverse("admin:auth_user_change", args=[ana.pk])
    roles = [Group.objects.get(name=name).pk for name in (AUTHOR, REVIEWER)]

    form = {
        "username": "ana",
        "email": "new@example.org",
        "is_staff": "on",
        "groups": roles,
        "date_joined_0": "2001-01-01",
    }
    sent = boss.post(page, form)
    ana = User.objects.get(pk=ana.pk)

    assert sent.status_code == 302, sent.context["adminform"].form.errors
    assert (ana.email, ana.is_staff, ana.is_active, ana.date_joined) == ("new@example.org", True, False, joined)
    assert set(ana.groups.values_list("name", flat=True)) == {AUTHOR, REVIEWER}
    assert {"Author", "Reviewer"} == boxes(boss.get(page).content.decode(), "groups")


@pytest.mark.parametrize("form", ["auth_group_add", "auth_user_change"])
def test_permissions_are_read_at_once(boss, form, django_assert_max_num_queries):
    arguments = [make_user("ana").pk] if form.endswith("change") else []

    with django_assert_max_num_queries(20):
        boss.get(reverse(f"admin:{form}", args=arguments))


def test_saving_a_form_takes_no_permission_away_for_which_it_would_offer_no_box(boss):
    odd = Permission.objects.get(codename="add_lessondone")
    gone = Permission.objects.create(
        codename="run_it", name="Can run it", content_type=ContentType.objects.create(app_label="gone", model="it")
    )
    group = Group.objects.create(name="Helpers")
    group.permissions.set([odd])
    page = reverse("admin:auth_group_change", args=[group.pk])

    shown = boss.get(page).content.decode()
    sent = boss.post(page, {"name": "Helpers", "permissions": re.findall(r'value="(\d+)"[^>]*\schecked', shown)})

    assert sent.status_code == 302
    assert list(group.permissions.all()) == [odd]
    assert gone.name not in shown
