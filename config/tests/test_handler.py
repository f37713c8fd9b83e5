"""Threads of requests, and what they keep."""

import asyncio
import threading

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from config import handler
from config.handler import Handler

seen = []  # of each request: its thread, and its connection to the database
together = threading.Barrier(1)


def view(request):
    connection.ensure_connection()
    seen.append((threading.get_ident(), connection.connection))
    together.wait(10)
    return HttpResponse("ok")


urlpatterns = [path("", view)]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


@pytest.fixture
def application():
    """Connections are kept, as they are where the site runs."""
    seen.clear()
    before, connection.settings_dict["CONN_MAX_AGE"] = connection.settings_dict["CONN_MAX_AGE"], 60
    with override_settings(MIDDLEWARE=["django.middleware.common.CommonMiddleware"]):
        made = Handler()
    yield made
    connection.settings_dict["CONN_MAX_AGE"] = before
    for thread in made.threads.idle:
        thread.submit(handler.connections.close_all).result()
        thread.shutdown()


async def get(application):
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b""}
    communicator = ApplicationCommunicator(application, scope | {"headers": [(b"host", b"localhost")]})
    await communicator.send_input({"type": "http.request", "body": b"", "more_body": False})
    start = await communicator.receive_output(10)
    await communicator.wait(10)
    return start["status"]


async def test_one_request_after_the_other_has_the_same_thread_and_connection(application):
    assert [await get(application) for _ in range(3)] == [200] * 3

    assert len({thread for thread, _ in seen}) == 1
    assert len({id(connected) for _, connected in seen}) == 1
    assert len(application.threads.idle) == 1


async def test_requests_at_once_have_a_thread_each_and_only_some_threads_stay(application, monkeypatch):
    monkeypatch.setattr(handler, "MAX_IDLE", 2)
    monkeypatch.setattr(f"{__name__}.together", threading.Barrier(4))
    before = threading.active_count()

    assert await asyncio.gather(*(get(application) for _ in range(4))) == [200] * 4

    assert len({thread for thread, _ in seen}) == 4
    assert len(application.threads.idle) == 2
    for _ in range(100):
        if threading.active_count() == before + 2:
            break
        await asyncio.sleep(0.05)
    assert threading.active_count() == before + 2


async def test_request_that_lets_go_of_its_thread_borrows_one_for_each_later_call(application):
    loan = handler.Loan(application.threads)
    own = loan.submit(threading.get_ident).result()
    loan.let_go()
    other = handler.Loan(application.threads)
    lent_on = other.submit(threading.get_ident).result()
    meanwhile = loan.submit(threading.get_ident).result()
    other.let_go()

    assert lent_on == own != meanwhile
    for _ in range(100):
        if len(application.threads.idle) == 2:
            break
        await asyncio.sleep(0.05)
    assert {thread.submit(threading.get_ident).result() for thread in application.threads.idle} == {own, meanwhile}


async def test_thread_that_still_works_for_a_request_that_was_cancelled_is_not_lent_on(application):
    is_over = threading.Event()
    loan = handler.Loan(application.threads)
    working = loan.submit(is_over.wait, 10)
    loan.let_go()

    other = handler.Loan(application.threads)
    assert await asyncio.wait_for(asyncio.wrap_future(other.submit(threading.get_ident)), 5)
    other.let_go()
    is_over.set()
    working.result(5)

    for _ in range(100):
        if len(application.threads.idle) == 2:
            break
        await asyncio.sleep(0.05)
    assert len(application.threads.idle) == 2


async def test_what_is_no_request_is_refused_as_django_does(application):
    with pytest.raises(ValueError, match="only handle ASGI/HTTP"):
        await application({"type": "websocket"}, None, None)
