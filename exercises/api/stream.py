"""The changes of a submission or a trial as server-sent events.

Redis only says that something changed; what is sent is read from the row each time. Lost messages therefore cost a
few seconds, never the result. A stream holds no connection to Redis (exercises.api.changes has one for all); its thread
and its connection to the database are borrowed for each reading only.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from time import monotonic
from typing import Protocol

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from exercises.access import readable_run, readable_trial
from exercises.api.changes import changes_of
from exercises.api.representation import as_json
from exercises.api.trial_representation import trial_as_json
from exercises.models import Run, Trial

HEARTBEAT_SECONDS = 15.0  # proxies cut connections that are silent for longer
REREAD_SECONDS = 3.0  # in case a message was lost; twice as long each time that nothing had changed
MAX_REREAD_SECONDS = 12.0


class Followed(Protocol):
    """A row that was read, and is read again and again."""

    uuid: uuid.UUID
    event: str  # what its events are called
    read_at: float  # on the clock of monotonic(), before it was read
    found: tuple[bytes, bool]  # what read() would have given then

    def read(self) -> tuple[bytes, bool]:
        """The row as JSON, empty when it is gone, and whether it is final."""
        ...


async def follow(row: Followed) -> AsyncIterator[bytes]:
    """The row's JSON now and after each change, until it is final or gone.

    No change falls in between: *read_at* is before the reading, a message comes after its change is committed, and
    changes_of() knows what was heard since.
    """
    await let_go_of_thread()
    async with changes_of(row.uuid, since=row.read_at) as changes:
        data, is_final = row.found
        sent, beat_at, pause = b"", 0.0, 0.0
        while True:
            if data and data != sent:
                yield b"event: " + row.event.encode() + b"\ndata: " + data + b"\n\n"
                sent, beat_at, pause = data, monotonic() + HEARTBEAT_SECONDS, REREAD_SECONDS
            elif monotonic() >= beat_at:
                yield b": still there\n\n"
                beat_at = monotonic() + HEARTBEAT_SECONDS
            if is_final:
                return
            await changes.wait(max(0.0, min(pause, beat_at - monotonic())))
            pause = min(2 * pause, MAX_REREAD_SECONDS)
            data, is_final = await sync_to_async(row.read, thread_sensitive=False)()


async def let_go_of_thread() -> None:
    """Give back the thread of this request, which lasts, and with it a connection to the database.

    A hundred streams would hold a hundred of each. Only our own handler lends threads (config.handler.Loan).
    """
    await sync_to_async(close_old_connections)()  # what the end of a request would do
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.get(context) if context else None
    if let_go := getattr(executor, "let_go", None):
        let_go()


class Attempt:
    """A submission that is read again and again, at first in the request that asks for its events."""

    event = "submission"

    def __init__(self, request: HttpRequest | Request, submission: uuid.UUID) -> None:
        """Raises Http404 also for one that may not be read."""
        self.uuid = submission
        self.read_at = monotonic()
        run = readable_run(request, submission)
        assert run.submission is not None  # noqa: S101 - that is how it was found
        self.row = run.submission  # nothing of it that is shown ever changes
        self.found = self.shown(run)

    def read(self) -> tuple[bytes, bool]:
        """The row as JSON, empty when it is gone, and whether it is final. One query, and one while it is queued.

        Runs in a thread of a pool, whose connection nobody else looks after.
        """
        close_old_connections()
        try:
            run = Run.objects.counting().filter(submission=self.row).order_by("-pk").first()
            return (b"", True) if run is None else self.shown(run)
        finally:
            close_old_connections()

    def shown(self, run: Run) -> tuple[bytes, bool]:
        run.submission, self.row.newest_runs = self.row, [run]
        return JSONRenderer().render(as_json(self.row)), not run.is_pending


class TriedOut:
    """A trial that is read again and again, at first in the request that asks for its events."""

    event = "run"

    def __init__(self, request: HttpRequest | Request, trial: uuid.UUID) -> None:
        """Raises Http404 also for one that may not be read."""
        self.uuid = trial
        self.read_at = monotonic()
        self.found = self.shown(readable_trial(request, trial))

    def read(self) -> tuple[bytes, bool]:
        """As Attempt.read(); one query, and one while it is queued."""
        close_old_connections()
        try:
            trial = Trial.objects.with_run().filter(uuid=self.uuid).first()
            return (b"", True) if trial is None else self.shown(trial)
        finally:
            close_old_connections()

    @staticmethod
    def shown(trial: Trial) -> tuple[bytes, bool]:
        return JSONRenderer().render(trial_as_json(trial)), not trial.run.is_pending
