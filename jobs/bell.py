"""The bell: a Dramatiq broker for wake-ups over Redis, for which idle workers block.

A wake-up names no job, so losing or doubling one is free and none is acknowledged: whoever takes
it off the list has it. Nobody polls, and one wake-up wakes exactly one who waits.
"""

import threading
from collections.abc import Mapping
from typing import Any

import dramatiq
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.errors import ConnectionClosed
from redis import Redis, RedisError

RINGS_KEPT = 64  # more than these say nothing new to workers that come later


class BellBroker(dramatiq.Broker):
    """Wake-ups on Redis lists named `NAMESPACE:QUEUE.bell`."""

    def __init__(
        self, client: "Redis", namespace: str, middleware: list[dramatiq.Middleware]
    ) -> None:
        super().__init__(middleware=middleware)
        self.client = client
        self.namespace = namespace
        self.queues = {}
        # Kept beyond a consumer: what one took is still worked on when the next follows it.
        self._free: dict[str, threading.Semaphore] = {}

    def share_out(self, shares: Mapping[str, int]) -> None:
        """How many wake-ups of each queue this process works on at once; without a share: one."""
        self._free = {name: threading.Semaphore(share) for name, share in shares.items()}

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues[queue_name] = None
            self.emit_after("declare_queue", queue_name)

    def enqueue(
        self, message: "dramatiq.Message[Any]", *, delay: int | None = None
    ) -> "dramatiq.Message[Any]":
        """Ring. Raises RedisError; `delay` is not for wake-ups, the job rows know when."""
        self.emit_before("enqueue", message, delay)
        bell = self._bell(message.queue_name)
        with self.client.pipeline(transaction=False) as together:
            together.rpush(bell, message.encode())
            together.ltrim(bell, -RINGS_KEPT, -1)
            together.execute()
        self.emit_after("enqueue", message, delay)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 30000) -> "BellConsumer":
        free = self._free.setdefault(queue_name, threading.Semaphore(1))
        return BellConsumer(self, self._bell(queue_name), free, timeout / 1000)

    def flush(self, queue_name: str) -> None:
        self.client.delete(self._bell(queue_name))

    def flush_all(self) -> None:
        for queue_name in self.queues:
            self.flush(queue_name)

    def _bell(self, queue_name: str) -> str:
        return f"{self.namespace}:{queue_name}.bell"


class BellConsumer(Consumer):
    """Waits for one queue's bell while a thread is free to answer it."""

    def __init__(
        self, broker: BellBroker, bell: str, free: threading.Semaphore, timeout_s: float
    ) -> None:
        self._broker = broker
        self._bell = bell
        self._free = free
        self._timeout_s = timeout_s

    def __next__(self) -> MessageProxy | None:
        if not self._free.acquire(timeout=self._timeout_s):
            return None
        try:
            rung: Any = self._broker.client.blpop([self._bell], timeout=self._timeout_s)
        except RedisError as error:
            self._free.release()
            raise ConnectionClosed(error) from error  # type: ignore[no-untyped-call]  # dramatiq's
        if rung is None:
            self._free.release()
            return None
        return MessageProxy(dramatiq.Message.decode(rung[1]))

    def ack(self, message: MessageProxy) -> None:
        self._free.release()

    def nack(self, message: MessageProxy) -> None:
        self._free.release()

    def requeue(self, messages: Any) -> None:
        for message in messages:
            self._broker.enqueue(message)
