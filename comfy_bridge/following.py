"""Follows one submitted prompt to its end. History is the truth, events move the bar.

A watchdog on progress, not on total time, catches a server that has gone silent.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from comfy_bridge.answers import EndedRun
from comfy_bridge.client import Where
from comfy_bridge.errors import (
    BridgeError,
    HostileAnswer,
    Interrupted,
    ProgressStalled,
    PromptLost,
    Retryable,
)
from comfy_bridge.graph import node_title
from comfy_bridge.handles import ServerHandle
from comfy_bridge.listening import Follower
from comfy_bridge.protocol import (
    Ended,
    Finished,
    FromCache,
    NodeDone,
    NodeRunning,
    Previewed,
    PromptEvent,
    Started,
    Stepped,
)
from comfy_bridge.requests import Graph, Progress
from comfy_bridge.submitting import Pace, Taken

log = logging.getLogger(__name__)

_HISTORY_TRIES = 5
_HISTORY_PAUSE_S = 0.05


class Bar:
    """The progress of one prompt, from events in any order; its fraction never falls."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._weights = {node_id: _weight(node["inputs"]) for node_id, node in graph.items()}
        self._done: set[str] = set()
        self.now = Progress("queued")

    def apply(self, event: PromptEvent) -> bool:
        """Take an event in; False when it says nothing new."""
        before = self.now
        match event:
            case Started():
                self.now = replace(self.now, phase="running", position=None)
            case FromCache(nodes=nodes):
                self._done.update(node for node in nodes if node in self._graph)
            case NodeRunning(node_id=node_id) if node_id != self.now.node_id:
                if self.now.node_id is not None:
                    self._done.add(self.now.node_id)
                self._at(node_id)
            case NodeDone(node_id=node_id):
                self._done.add(node_id)
            case Stepped(node_id=node_id, step=step, steps=steps):
                if node_id != self.now.node_id:
                    self._at(node_id)
                self.now = replace(self.now, step=step, steps=steps)
            case Previewed(preview=preview):
                self.now = replace(self.now, phase="running", preview=preview)
        self.now = replace(self.now, fraction=self._fraction())
        return self.now != before

    def waiting(self, position: int | None) -> bool:
        """It waits behind `position` others; False when that is known."""
        before = self.now
        self.now = replace(self.now, phase="queued", position=position)
        return self.now != before

    def running(self) -> bool:
        """It runs, as the queue tells; False when that is known."""
        before = self.now
        self.now = replace(self.now, phase="running", position=None)
        return self.now != before

    def _at(self, node_id: str) -> None:
        node = self._graph.get(node_id)
        self.now = replace(
            self.now,
            phase="running",
            position=None,
            node_id=node_id,
            node_title=node_title(self._graph, node_id),
            node_class="" if node is None else str(node["class_type"]),
            step=None,
            steps=None,
        )

    def _fraction(self) -> float:
        now = self.now
        part = 0.0 if not now.step or not now.steps else now.step / now.steps
        if now.node_id in self._done:
            part = 0.0
        done: float = sum(self._weights[node_id] for node_id in self._done & self._graph.keys())
        done += part * self._weights.get(now.node_id or "", 0)
        return max(now.fraction, min(done / sum(self._weights.values()), 1.0))


def _weight(inputs: Mapping[str, Any]) -> int:
    """What a node counts for: its steps when it samples, so that the bar moves with the time."""
    steps = inputs.get("steps")
    return steps if isinstance(steps, int) and steps > 0 else 1


class Following:
    """One prompt on its way; `to_end` is its only verb."""

    def __init__(
        self,
        server: ServerHandle,
        prompt_id: str,
        graph: Graph,
        outputs: tuple[str, ...],
        *,
        on_progress: Callable[[Progress], None],
        should_stop: Callable[[], bool],
        stall_s: float,
        pace: Pace,
    ) -> None:
        self._server = server
        self._prompt_id = prompt_id
        self._outputs = outputs
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._stall_s = stall_s
        self._pace = pace
        self._bar = Bar(graph)
        self._moved_at = time.monotonic()
        self._poll_at = 0.0
        self._taken = Taken(Where("unknown"))
        self._unknown_since: float | None = None
        self._failing_since: float | None = None

    def to_end(self, taken: Taken, follower: Follower) -> EndedRun:
        """How the prompt ended.

        Raises Interrupted when `should_stop` said so, PromptLost, ProgressStalled, or the last
        error of a server that could not be asked for `pace.unreachable_s`.
        """
        run = self._seen(taken.where)
        self._taken = taken
        self._poll_at = time.monotonic() + self._pace.first_poll_s
        stop_asked_at = 0.0
        while run is None:
            now = time.monotonic()
            if now - stop_asked_at >= self._pace.stop_poll_s:
                stop_asked_at = now
                if self._should_stop():
                    raise self._stopped()
            self._check_ears()
            wait_s = min(self._poll_at - now, self._pace.stop_poll_s)
            if self._apply(follower.take(max(wait_s, 0.0))):
                run = self._history_now()
            if run is None and time.monotonic() >= self._poll_at:
                run = self._poll()
                poll_s = self._pace.poll_s if self._hears() else self._pace.deaf_poll_s
                self._poll_at = time.monotonic() + poll_s
            if run is None:
                self._check_stall()
        return run

    def _hears(self) -> bool:
        """Whether silence means something: our connection is open and not deaf."""
        listener, taken = self._server.listener, self._taken
        mine = taken.client_id is not None and listener.client_id == taken.client_id
        return mine and listener.heard_at >= taken.posted_at

    def _check_ears(self) -> None:
        """Give up a socket that was silent though the submission must have brought a status."""
        listener, taken = self._server.listener, self._taken
        if taken.client_id is None or listener.heard_at >= taken.posted_at:
            return
        if time.monotonic() - taken.posted_at > self._pace.deaf_after_s:
            listener.drop(taken.client_id)

    def _apply(self, events: list[PromptEvent]) -> bool:
        """Move the bar; True at the end marker, when history has the run.

        `Finished` comes a moment before history does: then the next look is soon.
        """
        news = False
        for event in events:
            news = self._bar.apply(event) or news
            if isinstance(event, Finished):
                self._poll_at = min(self._poll_at, time.monotonic() + _HISTORY_PAUSE_S)
        if news:
            self._moved()
        return any(isinstance(event, Ended) for event in events)

    def _history_now(self) -> EndedRun | None:
        """History on the end marker; it may lag a moment, and the marker may be a lie."""
        for _ in range(_HISTORY_TRIES):
            try:
                run = self._server.client.history(self._prompt_id, self._outputs)
            except Retryable as error:
                log.info("History of %s could not be read: %s", self._prompt_id, error)
                return None
            if run is not None:
                return run
            time.sleep(_HISTORY_PAUSE_S)
        return None

    def _poll(self) -> EndedRun | None:
        try:
            where = self._server.client.find(self._prompt_id, self._outputs)
        except (Retryable, HostileAnswer) as error:
            self._check_failing(error)
            return None
        self._failing_since = None
        return self._seen(where)

    def _seen(self, where: Where) -> EndedRun | None:
        if where.state != "unknown":
            self._unknown_since = None
        if where.state == "pending":
            if self._bar.waiting(where.position):
                self._moved()
        elif where.state == "running":
            if self._bar.running():
                self._moved()
        elif where.state == "unknown":
            self._check_lost()
        return where.run

    def _check_lost(self) -> None:
        now = time.monotonic()
        if self._unknown_since is None:
            self._unknown_since = now
        elif now - self._unknown_since >= self._pace.deaf_poll_s:
            raise PromptLost("The ComfyUI server lost the prompt: it was restarted or cleared.")

    def _check_failing(self, error: BridgeError) -> None:
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        elif now - self._failing_since > self._pace.unreachable_s:
            raise error

    def _check_stall(self) -> None:
        patient = not self._hears() or self._bar.now.phase == "queued"
        limit_s = self._stall_s * (self._pace.deaf_patience if patient else 1.0)
        if time.monotonic() - self._moved_at <= limit_s:
            return
        self._cancel()
        title = self._bar.now.node_title
        at = f" at {title}" if title else ""
        raise ProgressStalled(f"The ComfyUI server made no progress for {limit_s:.0f} s{at}.")

    def _stopped(self) -> Interrupted:
        where = self._cancel()
        gone = where is not None and where.state in {"ended", "unknown"}
        return Interrupted("The run was cancelled.", by_us=True, confirmed=gone)

    def _cancel(self) -> Where | None:
        try:
            return self._server.client.cancel(self._prompt_id, self._pace.cancel_wait_s)
        except BridgeError as error:
            log.warning("%s could not be cancelled at the server: %s", self._prompt_id, error)
            return None

    def _moved(self) -> None:
        self._moved_at = time.monotonic()
        self._on_progress(self._bar.now)
        self._bar.now = replace(self._bar.now, preview=None)
