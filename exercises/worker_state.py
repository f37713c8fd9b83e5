"""What the workers say about themselves, for /health/ready and /metrics. Written by exercises.worker, read by the web
process and the sweeper."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from exercises import redis_client

SIGN_OF_LIFE_SECONDS = 5
TTL_SECONDS = 20  # a worker that is gone for this long is not listed any more
NAMES = "workers"  # the set of host names, so that nobody has to scan all keys
TIMES = ("seen", "checked_at", "refused_since")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """level is the isolation that the last check of the sandbox found, "" before the first one.

    reason says to operators why the sandbox refused; "" when it did not. What has a default here may be missing in what
    a worker of an older version says.
    """

    hostname: str
    seen: datetime
    level: str
    sandbox_ok: bool
    reason: str
    machine: str = ""
    grades: bool = True  # runs are among what this worker was started for
    is_consuming: bool = True  # and it takes them
    running: int = 0  # runs that it judges now
    checked_at: datetime | None = None  # when the last check of the sandbox ended
    refused_since: datetime | None = None  # of the first in the row of checks that failed
    # What the supervisor of this machine's zygotes says (sandbox.supervision.status); None when none answers.
    supervisor: dict[str, Any] | None = None


KNOWN = {known.name for known in fields(WorkerState)}


def key_of(hostname: str) -> str:
    return f"worker:{hostname}"


def report(state: WorkerState) -> None:
    """Say that this worker lives. Raises redis.RedisError."""
    with redis_client.client().pipeline() as pipeline:
        pipeline.set(key_of(state.hostname), json.dumps(asdict(state), default=datetime.isoformat), ex=TTL_SECONDS)
        pipeline.sadd(NAMES, state.hostname)
        pipeline.execute()


def forget(hostname: str) -> None:
    """The worker stops in an orderly way. Raises redis.RedisError."""
    with redis_client.client().pipeline() as pipeline:
        pipeline.delete(key_of(hostname))
        pipeline.srem(NAMES, hostname)
        pipeline.execute()


def workers() -> list[WorkerState]:
    """Workers seen within TTL_SECONDS, by name. Raises redis.RedisError when Redis is away."""
    client = redis_client.client()
    names = sorted(str(name) for name in client.smembers(NAMES))
    if not names:
        return []
    texts = client.mget([key_of(name) for name in names])
    gone = [name for name, text in zip(names, texts, strict=True) if text is None]
    if gone:
        client.srem(NAMES, *gone)
    return [parsed(text) for text in texts if text is not None]


def parsed(text: str | bytes) -> WorkerState:
    """What a worker wrote, perhaps one of a newer version: what is unknown here is left out."""
    said = {name: value for name, value in json.loads(text).items() if name in KNOWN}
    said |= {name: datetime.fromisoformat(said[name]) for name in TIMES if said.get(name)}
    return WorkerState(**said)


def no_sandbox_since() -> datetime | None:
    """Since when no worker that is there for runs has had a sandbox that works.

    None: one has it, or has yet to look, or there is no such worker. Raises redis.RedisError.
    """
    since = [None if state.sandbox_ok else state.refused_since for state in workers() if state.grades]
    refused = [moment for moment in since if moment is not None]
    return max(refused) if refused and len(refused) == len(since) else None
