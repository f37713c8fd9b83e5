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
from rest_framework.renderers import JSONRenderer

from exercises.api.changes import changes_of
from exercises.api.representation import as_json
from exercises.api.trial_representation import trial_as_json
from exercises.models import Run, Submission, Trial

HEARTBEAT_SECONDS = 15.0  # proxies cut connections that are silent for longer
REREAD_SECONDS = 3.0  # in case a message was lost; twice as long each time that nothing had changed
MAX_REREAD_SECONDS = 12.0


class Followed(Protocol):
    """A row that is read again and again."""

    uuid: uuid.UUID
    event: str  # what its events are called

    def read(self) -> tuple[bytes, bool]:
        """The row as JSON, empty when it is gone, and whether it is final."""
        ...


async def follow(row: Followed) -> AsyncIterator[bytes]:
    """The row's JSON now and after each change, until it is final or gone."""
    await let_go_of_thread()
    async with changes_of(row.uuid) as changes:  # first subscribe, then read: no change falls in between
        sent, beat_at, pause = b"", 0.0, 0.0
        while True:
            data, is_final = await sync_to_async(row.read, thread_sensitive=False)()
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
    """A submission that is read again and again."""

    event = "submission"

    def __init__(self, submission: uuid.UUID) -> None:
        self.uuid = submission
        self.row: Submission | None = None

    def read(self) -> tuple[bytes, bool]:
        """The row as JSON, empty when it is gone, and whether it is final. One query, and one while it is queued.

        Runs in a thread of a pool, whose connection nobody else looks after.
        """
        close_old_connections()
        try:
            run = self.newest_run()
            if run is None:
                return b"", True
            if self.row is None:
                self.row = run.submission  # nothing of it that is shown ever changes
            assert self.row is not None  # noqa: S101 - a run that is found by a submission has it
            run.submission, self.row.newest_runs = self.row, [run]
            return JSONRenderer().render(as_json(self.row)), not run.is_pending
        finally:
            close_old_connections()

    def newest_run(self) -> Run | None:
        if self.row is None:
            runs = Run.objects.counting().with_submission()
            return runs.filter(submission__uuid=self.uuid).order_by("-pk").first()
        return Run.objects.counting().filter(submission=self.row).order_by("-pk").first()


class TriedOut:
    """A trial that is read again and again."""

    event = "run"

    def __init__(self, trial: uuid.UUID) -> None:
        self.uuid = trial

    def read(self) -> tuple[bytes, bool]:
        """As Attempt.read(); one query, and one while it is queued."""
        close_old_connections()
        try:
            trial = Trial.objects.with_run().filter(uuid=self.uuid).first()
            if trial is None:
                return b"", True
            return JSONRenderer().render(trial_as_json(trial)), not trial.run.is_pending
        finally:
            close_old_connections()
