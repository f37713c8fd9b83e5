from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

from exercises.throttling import SubmissionThrottle

ANA, EVA, NOBODY = User(pk=1), User(pk=2), AnonymousUser()


def is_allowed(user, address):
    request = RequestFactory(REMOTE_ADDR=address).post("/")
    request.user = user
    return SubmissionThrottle().allow_request(request, None)


@pytest.mark.parametrize(
    ("second", "is_passed"),
    [
        ((ANA, "192.0.2.1"), False),
        ((ANA, "192.0.2.2"), False),  # an account is one client wherever it is
        ((EVA, "192.0.2.1"), True),
        ((NOBODY, "192.0.2.1"), True),
    ],
)
def test_an_account_is_one_client(monkeypatch, second, is_passed):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)

    assert is_allowed(ANA, "192.0.2.1")
    assert is_allowed(*second) == is_passed


@pytest.mark.parametrize(("address", "is_passed"), [("192.0.2.1", False), ("192.0.2.2", True)])
def test_without_an_account_the_address_is_the_client(monkeypatch, address, is_passed):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)

    assert is_allowed(NOBODY, "192.0.2.1")
    assert is_allowed(NOBODY, address) == is_passed


def test_no_more_pass_at_once_than_one_after_the_other(monkeypatch):
    monkeypatch.setattr(SubmissionThrottle, "rate", "5/min", raising=False)
    start = Barrier(20)

    def ask(_):
        start.wait()
        return is_allowed(NOBODY, "192.0.2.1")

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(ask, range(20))) == 5


@pytest.mark.parametrize(("seconds", "is_passed", "wait"), [(0, False, 60), (45, False, 15), (61, True, None)])
def test_what_is_over_the_rate_has_to_wait(monkeypatch, seconds, is_passed, wait):
    monkeypatch.setattr(SubmissionThrottle, "rate", "2/min", raising=False)
    request = RequestFactory().post("/")
    request.user = NOBODY
    begin = 1_000_000.0
    monkeypatch.setattr(SubmissionThrottle, "timer", lambda self: begin)
    assert [SubmissionThrottle().allow_request(request, None) for _ in range(3)] == [True, True, False]

    monkeypatch.setattr(SubmissionThrottle, "timer", lambda self: begin + seconds)
    throttle = SubmissionThrottle()

    assert throttle.allow_request(request, None) == is_passed
    if not is_passed:
        assert throttle.wait() == wait


def test_everything_passes_while_redis_is_away(monkeypatch, valkey, caplog):
    monkeypatch.setattr(SubmissionThrottle, "rate", "1/min", raising=False)
    valkey.stop()
    try:
        assert [is_allowed(NOBODY, "192.0.2.1") for _ in range(2)] == [True, True]
    finally:
        valkey.start()

    assert caplog.text.count("submissions are not throttled, Redis is away") == 2
