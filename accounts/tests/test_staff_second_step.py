"""STAFF_REQUIRE_MFA: staff are staff only after a second step, whichever page or interface they use."""

import time

import pytest
import time_machine
from django.urls import reverse

from accounts.tests.steps import make_account, recovery_codes, set_up_app, sign_in, totp_code
from accounts.tokens import make_token
from config.tests.stage import named_addresses
from courses.tests.builders import make_course, make_lesson, make_module
from exercises.models import Owner
from exercises.tests.builders import make_exercise, make_run, make_submission, make_user

BOSS = "boss@example.org"
PAGE = "/accounts/second-step/?next=/admin/courses/course/"

pytestmark = pytest.mark.django_db(transaction=True)  # what follows the set-up of a second step follows the commit


@pytest.fixture(autouse=True)
def required(settings):
    settings.STAFF_REQUIRE_MFA = True


@pytest.fixture
def clock():
    """Codes of an app work once: a test that signs in twice lets half a minute pass."""
    with time_machine.travel(time.time(), tick=True) as clock:
        yield clock


@pytest.fixture
def boss():
    return make_account(BOSS, is_staff=True, is_superuser=True)


def opened(client, page="/admin/courses/course/") -> bool:
    return client.get(page).status_code == 200


def test_staff_sets_up_a_second_step_before_the_admin_opens(client, boss, clock):
    sign_in(client, BOSS)

    led_to = client.get("/admin/courses/course/", follow=True)
    set_up_app(client)

    assert led_to.redirect_chain[-1] == (PAGE.replace("/admin/courses/course/", "%2Fadmin%2Fcourses%2Fcourse%2F"), 302)
    assert "Set up an app" in led_to.content.decode()
    assert opened(client)
    assert client.get(PAGE)["Location"] == "/admin/courses/course/"


def test_staff_with_a_second_step_is_asked_at_sign_in_and_gets_in(client, boss, clock):
    sign_in(client, BOSS)
    secret = set_up_app(client)
    client.logout()
    clock.shift(60)

    authenticate = sign_in(client, BOSS)["Location"]
    before = opened(client)
    client.post(authenticate, {"code": totp_code(secret)})

    assert (before, opened(client)) == (False, True)


@pytest.mark.parametrize("which", ["app", "recovery", "wrong"])
def test_session_from_before_is_asked_for_a_code_once(client, boss, clock, which):
    """Signed in on two devices, set up on one of them: the other has shown a password alone."""
    other = type(client)()
    for one in (client, other):
        sign_in(one, BOSS)
    secret = set_up_app(other)
    codes = recovery_codes(other)
    clock.shift(60)

    page = client.get(PAGE).content.decode()
    code = {"app": totp_code(secret), "recovery": codes[0], "wrong": "000000"}[which]
    client.post("/accounts/2fa/reauthenticate/", {"code": code, "next": "/admin/"})

    assert "Use a code" in page
    assert "Set up an app" not in page
    assert opened(client) == (which != "wrong")
    assert opened(other)


def test_no_page_of_the_admin_opens_without(client, boss):
    sign_in(client, BOSS)
    pages = [named for named in named_addresses() if named.name.startswith("admin:") and not named.parameters]

    answers = {}
    for named in pages:
        response = client.get(reverse(named.name))
        answers[named.name] = response["Location"].partition("?")[0] if response.status_code == 302 else "open"

    assert len(answers) > 30
    on_the_way = {"admin:login": "/accounts/second-step/", "admin:logout": "/admin/"}
    assert {name: where for name, where in answers.items() if where != "/admin/login/"} == on_the_way


@pytest.mark.parametrize("has_code", [False, True])
def test_the_rest_of_the_site_knows_no_staff_without(client, boss, clock, has_code):
    course = make_course(published=False)
    lesson = make_lesson(make_module(course), published=False)
    attempt = make_submission(
        owner=Owner(user_id=make_user("learner").pk), exercise=make_exercise(lesson=lesson, is_published=False)
    )
    make_run(attempt)
    sign_in(client, BOSS)
    if has_code:
        set_up_app(client)
    pages = [
        course.get_absolute_url(), f"{lesson.get_absolute_url()}?version=draft", "/exercises/health-flask/",
        attempt.get_absolute_url(), f"/api/v1/submissions/{attempt.uuid}/",
    ]  # fmt: skip

    statuses = {client.get(page).status_code for page in pages}
    stopped = client.post(f"/api/v1/submissions/{attempt.uuid}/cancel/").status_code

    assert (statuses, stopped) == (({200}, 200) if has_code else ({404}, 404))


@pytest.mark.parametrize("is_required", [False, True])
def test_a_token_has_no_rights_of_staff(client, boss, clock, settings, is_required):
    settings.STAFF_REQUIRE_MFA = is_required
    attempt = make_submission(owner=Owner(user_id=make_user("learner").pk))
    own = make_submission(owner=Owner(user_id=boss.pk))
    for one in (attempt, own):
        make_run(one)
    sign_in(client, BOSS)
    set_up_app(client)  # the token is none the better for it
    _token, key = make_token(user=boss, name="script")
    program = type(client)(headers={"Authorization": f"Token {key}"})

    statuses = [program.get(f"/api/v1/submissions/{one.uuid}/").status_code for one in (attempt, own)]

    assert statuses == [404 if is_required else 200, 200]


def test_learners_are_asked_nothing(client):
    make_account()
    sign_in(client)

    assert client.get("/accounts/").status_code == 200
    assert client.get(PAGE)["Location"] == "/admin/courses/course/"
    assert client.get("/admin/", follow=True).status_code == 403


def test_page_leads_nowhere_else(client, boss):
    sign_in(client, BOSS)

    response = client.get("/accounts/second-step/?next=https://evil.example/")

    assert response.context["wanted"] == "/admin/"


def test_unconfirmed_address_is_said_to_be_in_the_way(client):
    make_account(BOSS, is_confirmed=False, is_staff=True)
    sign_in(client, BOSS)

    assert "confirm your email address" in client.get(PAGE).content.decode()


def test_what_is_not_required_is_not_asked(client, boss, settings):
    settings.STAFF_REQUIRE_MFA = False
    sign_in(client, BOSS)

    assert opened(client)


def test_nothing_of_the_mark_is_stored(client, boss):
    sign_in(client, BOSS)
    client.post("/accounts/password/change/", {"oldpassword": "a-long-enough-Passw0rd", "password1": "An0ther-long-one",
                                               "password2": "An0ther-long-one"})  # fmt: skip

    boss.refresh_from_db()
    assert (boss.is_staff, boss.is_superuser, boss.check_password("An0ther-long-one")) == (True, True, True)
