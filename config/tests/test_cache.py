"""Redis holds what can be done without, the limits on logins included."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from exercises.tests.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[True, False], ids=["redis-there", "redis-away"])
def is_there(request, valkey):
    if request.param:
        yield True
        return
    valkey.stop()
    yield False
    valkey.start()


def test_cache_keeps_what_it_can(is_there):
    assert cache.add("key", "value")
    cache.set("other", "value")

    assert (cache.get("key", "nothing"), cache.get("other", "nothing")) == (
        ("value", "value") if is_there else ("nothing", "nothing")
    )
    assert cache.delete("key") == is_there


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("account_login", {"login": "ana@example.org", "password": "correct-horse"}),
        ("account_signup", {"email": "eva@example.org", "password1": "correct-horse-battery"}),
        ("account_reset_password", {"email": "ana@example.org"}),
    ],
)
def test_accounts_work_without_redis(client, is_there, name, form):
    make_user("ana")

    response = client.post(reverse(name), form)

    assert response.status_code == 302, response.content
    assert ("_auth_user_id" in client.session) == (name != "account_reset_password")
