"""Queue and history in memory: what waits, what runs, what has ended. Lost with the process.

Knows items, not nodes; calls `on_change` after each change so that sockets hear a `status`.
"""

import collections
import heapq
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

Json = dict[str, Any]
Item = list[Any]  # [number, prompt_id, prompt, extra_data, output ids]
MAX_HISTORY = 10_000


class HeapTieError(Exception):
    """Same number and same id as a waiting item: it is queued, and the caller gets an error."""


class PromptQueue:
    """One heap of waiting items, at most one running, and the history."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.on_change = on_change
        self._ready = threading.Condition(threading.RLock())
        self._heap: list[tuple[float, str, int, Item]] = []
        self._sequence = 0
        self.running: Item | None = None
        self.history: dict[str, Json] = {}
        self.number = 0
        self.posts: collections.Counter[str] = collections.Counter()
        self.runs: collections.Counter[str] = collections.Counter()

    def next_number(self) -> int:
        """The running counter of submissions."""
        with self._ready:
            self.number += 1
            return self.number - 1

    def remaining(self) -> int:
        """Running and waiting."""
        with self._ready:
            return len(self._heap) + (self.running is not None)

    def put(self, item: Item) -> None:
        """Queue an item. Raises HeapTieError after queueing."""
        number, prompt_id = item[0], item[1]
        with self._ready:
            tie = any(one[:2] == (number, prompt_id) for one in self._heap)
            heapq.heappush(self._heap, (number, prompt_id, self._sequence, item))
            self._sequence += 1
            self.posts[prompt_id] += 1
            if tie:
                raise HeapTieError
            self.on_change()
            self._ready.notify()

    def take(self, timeout_s: float) -> Item | None:
        """The next item, now running; None if none comes in time."""
        with self._ready:
            if not self._heap:
                self._ready.wait(timeout_s)
            if not self._heap:
                return None
            item = heapq.heappop(self._heap)[3]
            self.running = item
            self.runs[item[1]] += 1
            self.on_change()
            return item

    def finish(self, item: Item, outputs: Json, meta: Json, status: Json) -> None:
        """The running item has ended, in whatever way; ignored if it was forgotten meanwhile."""
        with self._ready:
            if self.running is not item:
                return
            self.running = None
            while len(self.history) >= MAX_HISTORY:
                self.history.pop(next(iter(self.history)))
            entry = {"prompt": item, "outputs": outputs, "status": status, "meta": meta}
            self.history[item[1]] = entry
            self.on_change()

    def delete(self, prompt_ids: Iterable[str]) -> bool:
        """Take waiting items out, one copy per mention; whether any was there."""
        any_found = False
        for prompt_id in prompt_ids:
            with self._ready:
                for index, entry in enumerate(self._heap):
                    if entry[1] == prompt_id:
                        del self._heap[index]
                        heapq.heapify(self._heap)
                        any_found = True
                        self.on_change()
                        break
        return any_found

    def clear(self) -> None:
        """Take all waiting items out."""
        with self._ready:
            self._heap.clear()
            self.on_change()

    def listed(self) -> tuple[list[Item], list[Item]]:
        """(running, waiting in heap order)."""
        with self._ready:
            running = [self.running] if self.running else []
            return running, [entry[3] for entry in self._heap]

    def forget(self) -> None:
        """Lose everything, as a restart does; also what runs."""
        with self._ready:
            self._heap.clear()
            self.history.clear()
            self.running = None
            self.number = 0
            self.on_change()

    def history_page(self, max_items: int | None, offset: int) -> Json:
        """The newest `max_items` (offset -1), or those from an offset on."""
        with self._ready:
            ids = list(self.history)
            if offset < 0:
                offset = max(0, len(ids) - max_items) if max_items is not None else 0
            end = None if max_items is None else offset + max_items
            return {one: self.history[one] for one in ids[offset:end]}

    def forget_ended(self, prompt_ids: Iterable[str]) -> None:
        """Delete entries of the history; unknown ids are ignored."""
        with self._ready:
            for prompt_id in prompt_ids:
                self.history.pop(prompt_id, None)


def timestamp_ms() -> int:
    """Now, as the protocol writes it."""
    return int(time.time() * 1000)
