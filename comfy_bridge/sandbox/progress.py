"""What a running prompt says on the sockets, in ComfyUI's order and to ComfyUI's audience.

Knows messages and their throttling; runs nothing.
"""

import time
from typing import Any

from comfy_bridge.sandbox.queue import timestamp_ms
from comfy_bridge.sandbox.sockets import Hub

Json = dict[str, Any]
THROTTLE_S = 0.1
THROTTLE_PART = 0.005


class Announcer:
    """The voice of the prompt that runs now (one at a time)."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.client_id: str | None = None
        self._last_node: str | None = None
        self._prompt_id = ""
        self._nodes: dict[str, Json] = {}
        self._silent = False
        self._reported: tuple[float, float] | None = None
        self.messages: list[tuple[str, Json]] = []
        hub.on_greeting = self.greeting

    def greeting(self, sid: str) -> Json | None:
        """What a client that reconnects in the middle of its own prompt is told."""
        if sid == self.client_id and self._last_node is not None:
            return {"node": self._last_node}
        return None

    def begin(self, prompt_id: str, client_id: str | None) -> None:
        """A prompt starts; nothing is sent yet."""
        self.client_id = client_id
        self._prompt_id = prompt_id
        self._last_node = None
        self._nodes = {}
        self._silent = False
        self.messages = []

    def silence(self) -> None:
        """Say nothing more about this prompt (it has been forgotten)."""
        self._silent = True

    def end(self) -> None:
        """The prompt is over: the end marker, after its `status`."""
        self._last_node = None
        if self.client_id is not None:
            self._post("executing", {"node": None, "prompt_id": self._prompt_id})

    def raw_message(self, kind: str, data: Json) -> None:
        """A message as it is, to this prompt's client."""
        self._post(kind, data)

    def raw_frame(self, frame: str | bytes) -> None:
        """A frame as it is, to this prompt's client."""
        self._hub.post_frame(frame, self.client_id)

    def milestone(self, kind: str, broadcast: bool = False, **data: Any) -> None:
        """One of the execution_* messages; also kept for the history."""
        said = {"prompt_id": self._prompt_id, **data, "timestamp": timestamp_ms()}
        self.messages.append((kind, said))
        if self.client_id is not None or broadcast:
            self._post(kind, said)

    def node_started(self, node_id: str) -> None:
        """A node begins."""
        self._reported = None
        self._nodes[node_id] = self._state(node_id, "running", 0.0, 1.0)
        self._post_state()
        if self.client_id is not None:
            self._last_node = node_id
            said = {"node": node_id, "display_node": node_id, "prompt_id": self._prompt_id}
            self._post("executing", said)

    def node_output(self, node_id: str, output: Json) -> None:
        """An output node has given files or text (also from the cache)."""
        if self.client_id is not None:
            said = {"node": node_id, "display_node": node_id, "output": output}
            self._post("executed", {**said, "prompt_id": self._prompt_id})

    def node_finished(self, node_id: str) -> None:
        """A node is done; one from the cache has never started."""
        state = self._nodes.get(node_id)
        end = state["max"] if state else 1
        self._nodes[node_id] = self._state(node_id, "finished", end, end)
        self._post_state()

    def step(self, node_id: str, value: int, total: int, image: bytes | None) -> None:
        """A sampler's step. Without a preview at most one in 100 ms, but the first and the last."""
        now = time.monotonic()
        if image is None and value < total and self._reported is not None:
            when, before = self._reported
            if now - when < THROTTLE_S or (value - before) / total < THROTTLE_PART:
                return
        self._reported = (now, value)
        self._nodes[node_id] = self._state(node_id, "running", value, total)
        self._post_state()
        metadata = self._hub.wants_metadata(self.client_id)
        if image is not None and metadata:
            ids: Json = {
                "node_id": node_id,
                "prompt_id": self._prompt_id,
                "display_node_id": node_id,
            }
            ids |= {"parent_node_id": None, "real_node_id": node_id, "image_type": "image/jpeg"}
            self._preview(image, ids)
        said = {"value": value, "max": total, "prompt_id": self._prompt_id, "node": node_id}
        self._post("progress", said)
        if image is not None and not metadata:
            self._preview(image, None)

    def _state(self, node_id: str, state: str, value: float, total: float) -> Json:
        return {
            "value": value,
            "max": total,
            "state": state,
            "node_id": node_id,
            "prompt_id": self._prompt_id,
            "display_node_id": node_id,
            "parent_node_id": None,
            "real_node_id": node_id,
        }

    def _post_state(self) -> None:
        self._post("progress_state", {"prompt_id": self._prompt_id, "nodes": self._nodes})

    def _preview(self, image: bytes, metadata: Json | None) -> None:
        if not self._silent:
            self._hub.post_preview(image, metadata, self.client_id)

    def _post(self, kind: str, data: Json) -> None:
        if not self._silent:
            self._hub.post(kind, data, self.client_id)
