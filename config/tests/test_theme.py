"""What the theme menu, the shortcuts dialog and the tabs of frameworks send."""

import pytest


@pytest.mark.parametrize(
    ("sent", "cookies"),
    [
        ({"theme": "dark"}, {"theme": "dark"}),
        ({"theme": "light"}, {"theme": "light"}),
        ({"theme": "system"}, {"theme": ""}),  # empty and expired: forgotten
        ({"theme": "sepia"}, {}),
        ({"keys": "0"}, {"keys": "0"}),
        ({"keys": ["0", "1"]}, {"keys": "1"}),  # a ticked checkbox comes after its hidden field
        ({"keys": "yes"}, {}),
        ({"fw": "fastapi"}, {"fw": "fastapi"}),
        ({"fw": "rails"}, {}),
        ({"language": "en"}, {"language": "en"}),
        ({"language": "tlh"}, {}),  # none that the site speaks
        ({}, {}),
    ],
)
def test_set_preferences_keeps_known_values_only(client, sent, cookies):
    response = client.post("/preferences/", sent)

    assert response.status_code == 303
    assert {name: morsel.value for name, morsel in response.cookies.items()} == cookies


def test_set_preferences_keeps_the_choice_for_a_year_from_scripts_hidden(client):
    response = client.post("/preferences/", {"theme": "dark"})

    morsel = response.cookies["theme"]
    assert (morsel["max-age"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (31536000, True, "Lax", "/")


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/courses/flask/?page=2", "/courses/flask/?page=2"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_set_preferences_returns_to_pages_of_this_site_only(client, address, location):
    response = client.post("/preferences/", {"next": address})

    assert (response.status_code, response["Location"]) == (303, location)


def test_set_preferences_wants_a_post(client):
    assert client.get("/preferences/").status_code == 405
