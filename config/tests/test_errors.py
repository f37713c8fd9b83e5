"""Pages that say why there is no other one: helpful, in the site's own design, and JSON for programs."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.urls import get_resolver

from config.errors import server_error
from config.maintenance import FILE
from courses.nearest import nearest_pages
from courses.outline import store_outline
from courses.tests.builders import make_course, make_lesson, make_module


@pytest.fixture
def course():
    course = make_course("python-web-frameworks", title="Python Web Frameworks")
    module = make_module(course)
    make_lesson(module, "first-app-fastapi", title="Your first FastAPI app")
    make_lesson(module, "sync-and-async")
    make_lesson(module, "first-app-flask", published=False)
    store_outline(course.pk)
    return course


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/courses/python-web-frameworks/first-app-fastpai/", ["Your first FastAPI app"]),
        ("/first-app-fastapi", ["Your first FastAPI app"]),
        ("/courses/python-web-framework/", ["Python Web Frameworks"]),
        ("/courses/python-web-frameworks/SYNC_and_async/", ["Sync-And-Async"]),
        ("/courses/python-web-frameworks/first-app-flask/", ["Your first FastAPI app"]),  # the other one is a draft
        ("/wp-login.php", []),
        ("/" + "a" * 5000, []),
        ("//", []),
        ("/\x00\ud800/", []),
    ],
)
def test_nearest_pages_have_a_similar_address(course, django_assert_max_num_queries, path, found):
    with django_assert_max_num_queries(1):
        pages = nearest_pages(path, limit=5)

    assert [page.title for page in pages] == found


@pytest.mark.django_db
def test_missing_page_names_the_nearest_and_fills_in_the_search(client, course):
    response = client.get("/courses/python-web-frameworks/first-app-fastpai/")

    page = response.content.decode()
    assert response.status_code == 404
    assert '<a href="/courses/python-web-frameworks/first-app-fastapi/" lang="en">Your first FastAPI app</a>' in page
    assert 'value="first app fastpai"' in page
    assert 'action="/search/"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "error", "headline"),
    [
        (400, BadRequest("x"), "We could not read that"),
        (403, PermissionDenied("x"), "You cannot open this page"),
        (404, Http404("x"), "This page does not exist"),
    ],
)
@pytest.mark.parametrize("path", ["/courses/x/", "/api/v1/courses/x/"])
def test_errors_are_pages_for_people_and_json_for_programs(rf: RequestFactory, client, status, error, headline, path):
    request = rf.get(path)
    request.user = client.get("/").wsgi_request.user

    response = get_resolver().resolve_error_handler(status)(request, error)

    is_page = headline in response.content.decode()
    assert (response.status_code, is_page) == (status, not path.startswith("/api/"))
    assert response["Content-Type"].startswith("text/html" if is_page else "application/json")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "allowed", "headline"),
    [
        ("get", "/reports/", "POST", "There is nothing to read here"),
        ("get", "/preferences/", "POST", "There is nothing to read here"),
        ("get", "/submissions/00000000-0000-0000-0000-000000000000/cancel/", "POST", "There is nothing to read here"),
        ("post", "/search/", "GET, HEAD", "Nothing can be sent to this page"),
    ],
)
def test_a_method_that_is_not_allowed_has_a_page(client, method, path, allowed, headline):
    response = getattr(client, method)(path)

    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert f"<h1>{headline}</h1>" in response.content.decode()


@pytest.mark.django_db
def test_a_method_that_is_not_allowed_is_json_for_programs(client):
    response = client.delete("/api/v1/courses/")

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


@pytest.fixture
def closed(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / FILE


@pytest.mark.parametrize(
    ("text", "seconds"), [("", "300"), ("1800\n", "1800"), ("back in 60 s", "60"), ("\x00ü", "300")]
)
def test_file_closes_the_site_and_asks_nothing_of_the_database(client, closed, text, seconds):
    closed.write_text(text)

    page, api = client.get("/courses/x/"), client.post("/api/v1/exercises/x/submissions/")

    assert [(one.status_code, one["Retry-After"], one["Cache-Control"]) for one in (page, api)] == [
        (503, seconds, "no-store")
    ] * 2
    assert "We are working on the site" in page.content.decode()
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert api.json()["code"] == "maintenance"
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><b>', "")]
)
def test_pages_that_stand_alone_keep_to_the_theme_of_their_reader(client, rf, closed, cookie, attribute):
    closed.touch()
    client.cookies["theme"] = rf.cookies["theme"] = cookie

    pages = [client.get("/").content.decode(), server_error(rf.get("/")).content.decode()]

    assert [f'<html lang="en"{attribute}>' in page for page in pages] == [True, True]


@pytest.mark.django_db
def test_site_opens_again_without_a_restart(client, closed):
    closed.touch()
    before = client.get("/").status_code
    closed.unlink()

    assert (before, client.get("/").status_code) == (503, 200)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/nothing/", "/health/live", "/health/ready", "/api/v1/courses/"])
def test_wrong_host_is_refused_without_a_line_in_the_log(client, caplog, path):
    response = client.get(path, headers={"host": "evil.example"})

    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
