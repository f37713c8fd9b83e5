"""What the workers say about themselves, for /health/ready. Written by exercises.worker, read by the web process."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from exercises import redis_client

SIGN_OF_LIFE_SECONDS = 5
TTL_SECONDS = 20  # a worker that is gone for this long is not listed any more
NAMES = "workers"  # the set of host names, so that nobody has to scan all keys


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """level is the isolation that the last check of the sandbox found, "" before the first one.

    reason says to operators why the sandbox refused; "" when it did not.
    """

    hostname: str
    seen: datetime
    level: str
    sandbox_ok: bool
    reason: str


def key_of(hostname: str) -> str:
    return f"worker:{hostname}"


def report(state: WorkerState) -> None:
    """Say that this worker lives. Raises redis.RedisError."""
    fields = {**asdict(state), "seen": state.seen.isoformat()}
    with redis_client.client().pipeline() as pipeline:
        pipeline.set(key_of(state.hostname), json.dumps(fields), ex=TTL_SECONDS)
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
    found = [json.loads(text) for text in texts if text is not None]
    return [WorkerState(**{**fields, "seen": datetime.fromisoformat(fields["seen"])}) for fields in found]
