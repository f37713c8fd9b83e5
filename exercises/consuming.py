"""Stops and starts a worker's taking of runs from the queue, however often it connects to the broker anew."""

from __future__ import annotations

import logging
from typing import Any

from exercises import gate

logger = logging.getLogger(__name__)

QUEUE = "grading"


class Consumption:
    """Of one worker. Its methods may be called from any thread; Celery's own parts are moved in Celery's thread.

    What is not of the queue of runs, such as the sweeper's work, goes on while this is paused.
    """

    def __init__(self, worker: Any) -> None:
        self.worker = worker
        # As the worker was told to by --queues: it must not begin with a queue that is not its own.
        self.is_ours = QUEUE in worker.app.amqp.queues.consume_from
        self.is_wanted = self.is_ours

    @property
    def is_consuming(self) -> bool:
        """Whether the worker asks the broker for runs now."""
        consumer = getattr(self.worker.consumer, "task_consumer", None)  # None while the broker is away
        return consumer is not None and consumer.consuming_from(QUEUE)

    def pause(self) -> None:
        """Take no further run; what this process or its pool holds already goes back untried (exercises.grading)."""
        gate.close()
        self.is_wanted = False
        # What a consumer begins with when it has connected again, so it is said even while there is none.
        self.worker.app.amqp.queues.deselect(QUEUE)
        self.reconcile()

    def resume(self) -> None:
        gate.open_again()
        if self.is_ours:
            self.is_wanted = True
            queues = self.worker.app.amqp.queues
            queues.select_add(queues[QUEUE])
            self.reconcile()

    def reconcile(self) -> None:
        """Bring about what is wanted if it is not so. Called every second: an order that was given while the
        connection broke is lost with it."""
        if self.is_consuming != self.is_wanted and self.worker.consumer is not None:
            self.worker.consumer.call_soon(self.apply)

    def apply(self) -> None:
        """In the consumer's thread; an error of the connection goes up to it, and it connects again."""
        consumer = self.worker.consumer
        if consumer.task_consumer is None or self.is_consuming == self.is_wanted:
            return
        if self.is_wanted:
            consumer.add_task_queue(QUEUE)
        else:
            consumer.cancel_task_queue(QUEUE)
        logger.info("runs are %s", "taken from the queue again" if self.is_wanted else "left in the queue")
