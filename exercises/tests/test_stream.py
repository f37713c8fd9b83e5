"""Server-sent events through the whole ASGI application, with a real Valkey."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
import redis
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.test import Client
from django.urls import reverse

from config.asgi import application
from exercises import events, trying
from exercises.api import changes, stream
from exercises.models import Run, Trial
from exercises.submitting import cancel
from exercises.tests.builders import make_run, make_trial

pytestmark = pytest.mark.django_db(transaction=True)
Status = Run.Status

build_run = sync_to_async(make_run)


@pytest_asyncio.fixture(autouse=True)
async def closed_connections():
    """The thread that sync_to_async() gives to a test outlives it, and its connection would too."""
    yield
    await sync_to_async(connections.close_all)()


class Stream:
    """One client's connection."""

    def __init__(self, submission):
        self.event = "run" if isinstance(submission, Trial) else "submission"
        path = reverse(f"api:{self.event}-events", args=[submission.uuid])
        self.submission = submission
        self.connection = ApplicationCommunicator(
            application,
            {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": "GET",
                "path": path,
                "raw_path": path.encode(),
                "query_string": b"",
                "headers": [(b"host", b"localhost"), (b"accept", b"text/event-stream"), (b"accept-encoding", b"gzip")],
                "client": ("127.0.0.1", 1),
                "server": ("localhost", 80),
                "scheme": "http",
            },
        )
        self.headers = {}

    async def start(self):
        await self.connection.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await self.connection.receive_output(5)
        assert start["status"] == 200
        self.headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}

    async def next(self, seconds=5):
        """The next event's JSON, the text of a comment, or None at the end."""
        message = await self.connection.receive_output(seconds)
        if not message.get("more_body"):
            return None
        text = message["body"].decode()
        if text.startswith(":"):
            return text
        begin = f"event: {self.event}\ndata: "
        assert text.startswith(begin)
        assert text.endswith("\n\n")
        return json.loads(text.removeprefix(begin))

    async def disconnect(self):
        await self.connection.send_input({"type": "http.disconnect"})
        await self.connection.wait(5)


@asynccontextmanager
async def following(submission):
    client = Stream(submission)
    await client.start()
    try:
        yield client
    finally:
        await client.disconnect()


def subscribers():
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        return len(client.client_list(_type="pubsub"))


async def test_stream_tells_each_change_until_the_final_one():
    run = await build_run()
    submission = run.submission
    async with following(submission) as client:
        first = await client.next()
        await sync_to_async(Run.objects.filter(pk=run.pk).update)(reason="changed")
        await sync_to_async(events.announce)(submission.uuid)
        second = await client.next()
        await sync_to_async(cancel)(submission=submission)
        last = await client.next()
        end = await client.next()

    assert [first["status"], second["reason"], last["status"], end] == ["queued", "changed", "cancelled", None]
    assert client.headers["content-type"] == "text/event-stream"
    assert client.headers["cache-control"] == "private, no-store"
    assert client.headers["x-accel-buffering"] == "no"
    assert client.headers["content-encoding"] == "identity"
    as_get = await sync_to_async(Client().get)(reverse("api:submission", args=[submission.uuid]))
    assert as_get.json() == last


@pytest.mark.parametrize("status", [Status.DONE, Status.CANCELLED, Status.BROKEN])
async def test_stream_of_a_final_submission_ends_at_once(status):
    run = await build_run(status=status)

    async with following(run.submission) as client:
        assert (await client.next())["status"] == status
        assert await client.next() is None


async def test_stream_of_a_run_tells_each_change_until_the_final_one():
    trial = await sync_to_async(make_trial)()
    async with following(trial) as client:
        first = await client.next()
        await sync_to_async(trying.cancel)(trial=trial)
        last = await client.next()
        end = await client.next()

    assert [first["status"], last["status"], end] == ["queued", "cancelled", None]
    as_get = await sync_to_async(Client().get)(reverse("api:run", args=[trial.uuid]))
    assert as_get.json() == last


@pytest.mark.parametrize("status", [Status.DONE, Status.QUEUED])
def test_an_attempt_is_read_in_one_query_and_one_more_while_it_waits(status, rf, django_assert_num_queries):
    request = rf.get("/")
    request.user = AnonymousUser()
    runs = [make_run(status=status) for _ in range(2)]
    stream.Attempt(request, runs[0].submission.uuid).read()  # a new connection has questions of its own

    with django_assert_num_queries(1 + (status == Status.QUEUED)):
        attempt = stream.Attempt(request, runs[1].submission.uuid)
    with django_assert_num_queries(1 + (status == Status.QUEUED)):
        again = attempt.read()
    assert again == attempt.found
    assert json.loads(again[0])["status"] == status


async def test_stream_begins_with_what_its_request_has_read(monkeypatch):
    runs = [await build_run() for _ in range(2)]
    async with following(runs[0].submission) as earlier:  # from now on this process listens
        await earlier.next()
        monkeypatch.setattr(stream.Attempt, "read", lambda _: pytest.fail("it was read again"))
        async with following(runs[1].submission) as client:
            assert (await client.next())["status"] == "queued"
            assert await client.connection.receive_nothing(timeout=0.5)


async def test_stream_tells_what_changes_between_its_first_reading_and_its_first_wait(monkeypatch):
    async def take_long():
        await sync_to_async(cancel)(submission=runs[1].submission)
        await asyncio.sleep(0.5)  # the message comes, and nobody follows yet

    monkeypatch.setattr(stream, "REREAD_SECONDS", 60)
    runs = [await build_run() for _ in range(2)]
    async with following(runs[0].submission) as earlier:
        await earlier.next()
        monkeypatch.setattr(stream, "let_go_of_thread", take_long)
        async with following(runs[1].submission) as client:
            assert [(await client.next())["status"] for _ in range(2)] == ["queued", "cancelled"]
            assert await client.next() is None


async def test_process_remembers_what_changed_for_a_while(monkeypatch):
    async def listen(_):
        """Nothing but what the test has it hear."""

    def may_have_changed(since):
        return [hub.may_have_changed(name, since=since) for name in ("one", "other")]

    monkeypatch.setattr(changes.Hub, "listen", listen)
    monkeypatch.setattr(changes, "monotonic", lambda: now)
    hub, now = changes.Hub(), 100.0
    assert may_have_changed(100.0) == [True, True]  # it does not listen yet
    hub.hear("psubscribe", "submission:*")
    assert [may_have_changed(since) for since in (99.9, 100.0)] == [[True, True], [False, False]]

    now = 101.0
    hub.hear("pmessage", "one")
    assert [may_have_changed(since) for since in (101.0, 101.1)] == [[True, False], [False, False]]

    now = 101.0 + changes.REMEMBERED_SECONDS + 0.5
    assert [may_have_changed(since) for since in (101.4, 101.6)] == [[True, True], [False, False]]
    hub.hear("pmessage", "other")
    assert list(hub.heard) == ["other"]


async def test_stream_sends_nothing_when_nothing_changed():
    run = await build_run()
    async with following(run.submission) as client:
        await client.next()
        for _ in range(5):
            await sync_to_async(events.announce)(run.submission.uuid)
        assert await client.connection.receive_nothing(timeout=0.5)


async def test_stream_finds_a_change_whose_message_was_lost(monkeypatch):
    monkeypatch.setattr(stream, "REREAD_SECONDS", 0.2)
    run = await build_run()
    async with following(run.submission) as client:
        await client.next()
        await sync_to_async(Run.objects.cancel)(run.pk)  # tells nobody

        assert (await client.next())["status"] == "cancelled"
        assert await client.next() is None


async def test_stream_beats_while_nothing_happens(monkeypatch):
    monkeypatch.setattr(stream, "REREAD_SECONDS", 0.1)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.3)
    run = await build_run()
    async with following(run.submission) as client:
        await client.next()

        assert [await client.next() for _ in range(2)] == [": still there\n\n"] * 2


@pytest.mark.parametrize("goes_away", ["before", "meanwhile"])
async def test_stream_goes_on_without_redis(monkeypatch, valkey, goes_away):
    monkeypatch.setattr(changes, "REREAD_WITHOUT_REDIS_SECONDS", 0.2)
    run = await build_run()
    try:
        if goes_away == "before":
            valkey.stop()
        async with following(run.submission) as client:
            first = await client.next()
            valkey.stop()
            await sync_to_async(Run.objects.cancel)(run.pk)
            last = await client.next()
            end = await client.next()
    finally:
        valkey.start()

    assert (first["status"], last["status"], end) == ("queued", "cancelled", None)


async def test_stream_ends_when_the_submission_is_gone(monkeypatch):
    monkeypatch.setattr(stream, "REREAD_SECONDS", 0.2)
    run = await build_run()
    async with following(run.submission) as client:
        await client.next()
        await sync_to_async(run.submission.delete)()

        assert await client.next() is None


async def test_streams_give_back_what_they_hold():
    """Streams share one connection to Redis, and hold neither threads nor a pool's places; nothing is left of one."""
    run = await build_run()
    threads_before = threading.active_count()
    clients = [Stream(run.submission) for _ in range(30)]
    for client in clients:
        await client.start()
        await client.next()
    threads, subscribed = threading.active_count() - threads_before, subscribers()

    await asyncio.gather(*(client.disconnect() for client in clients))

    assert subscribed == 1
    assert changes.hubs[asyncio.get_running_loop()].followers == {}
    assert threads <= 10, threads


async def test_stream_hears_of_changes_again_after_redis_came_back(monkeypatch, valkey):
    monkeypatch.setattr(changes, "RECONNECT_SECONDS", 0.1)
    monkeypatch.setattr(changes, "REREAD_WITHOUT_REDIS_SECONDS", 0.2)
    run = await build_run()
    async with following(run.submission) as client:
        await client.next()
        valkey.stop()
        valkey.start()
        async with asyncio.timeout(10):
            while subscribers() == 0:
                await asyncio.sleep(0.05)
        await sync_to_async(cancel)(submission=run.submission)

        assert (await client.next(seconds=2))["status"] == "cancelled"
