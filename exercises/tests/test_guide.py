"""The guide for authors in the admin, and the links to it."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from courses.admin.forms import LessonForm
from exercises.admin.forms import ExerciseForm, FamilyForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client):
    user = User.objects.create_user("author", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_course"))
    client.force_login(user)
    return user


def test_guide_is_a_page_in_english_with_its_contents(client, author):
    html = client.get(reverse("admin:guide_authoring")).content.decode()

    assert "<h1>Guide for authors</h1>" in html
    assert '<div class="guide-text" lang="en">' in html
    assert '<h2 id="an-exercise-in-ten-minutes">' in html
    links = set(re.findall(r'href="(#[^"]+)"', html.partition('class="guide"')[2]))
    assert {"#the-same-in-the-admin", "#exercises-that-are-answered"} <= links
    assert links <= {f"#{name}" for name in re.findall(r'id="([^"]+)"', html)}
    assert not re.findall(r'href="(?![/#]|https?:|data:)[^"]*"', html)


def test_every_page_leads_who_may_read_it_to_the_guide_and_nobody_else(client, author):
    assert f'href="{reverse("admin:guide_authoring")}"' in client.get("/admin/").content.decode()

    author.user_permissions.clear()
    assert reverse("admin:guide_authoring") not in client.get("/admin/").content.decode()
    assert client.get(reverse("admin:guide_authoring")).status_code == 403


@pytest.mark.parametrize(
    ("form", "name"),
    [(LessonForm, "body_markdown"), (ExerciseForm, "prompt_markdown"), (ExerciseForm, "cases_toml"),
     (FamilyForm, "cases_toml")],
)  # fmt: skip
def test_help_texts_lead_to_a_part_of_the_guide(client, author, form, name):
    page, part = re.search(r'href="([^"#]+)#([^"]+)"', str(form.base_fields[name].help_text)).groups()

    assert f'id="{part}"' in client.get(page).content.decode()


def test_no_form_names_a_file_of_the_project():
    for form in (LessonForm, ExerciseForm, FamilyForm):
        assert not [name for name, field in form.base_fields.items() if ".md" in str(field.help_text)]
