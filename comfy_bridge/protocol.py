"""Frames of a ComfyUI socket as typed events. Pure; never raises, whatever the bytes are.

A frame that is malformed, oversized or of no use here is None. History is the truth; an event
only moves the progress bar and says when to look.
"""

import json
import math
import re
import struct
from dataclasses import dataclass
from typing import Any

from comfy_bridge.requests import Preview

MAX_FRAME_BYTES = 4 * 1024 * 1024
MAX_PREVIEW_BYTES = 512 * 1024
MAX_METADATA_BYTES = 64 * 1024
MAX_STEPS = 1_000_000
MAX_CACHED_NODES = 10_000
PROMPT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_PREVIEW_WITH_METADATA = 4
# Repeats every node so far on each change: 400 kB for a run of 42 nodes, and `progress` says it.
_PROGRESS_STATE = '{"type": "progress_state"'


@dataclass(frozen=True)
class Status:
    """How many prompts the server holds, running and pending; sent to every socket."""

    queue_remaining: int


@dataclass(frozen=True)
class PromptEvent:
    """Something about one prompt."""

    prompt_id: str


@dataclass(frozen=True)
class Started(PromptEvent):
    """The prompt left the queue and runs."""


@dataclass(frozen=True)
class FromCache(PromptEvent):
    """These nodes need not run."""

    nodes: tuple[str, ...]


@dataclass(frozen=True)
class NodeRunning(PromptEvent):
    """A node begins."""

    node_id: str


@dataclass(frozen=True)
class NodeDone(PromptEvent):
    """An output node has its result."""

    node_id: str


@dataclass(frozen=True)
class Stepped(PromptEvent):
    """A node, usually a sampler, is at step `step` of `steps`."""

    node_id: str
    step: int
    steps: int


@dataclass(frozen=True)
class Previewed(PromptEvent):
    """A picture of a node's half-done result."""

    node_id: str
    preview: Preview


@dataclass(frozen=True)
class Finished(PromptEvent):
    """The run ended: `how` is success, error or interrupted. History may lag a moment behind."""

    how: str


@dataclass(frozen=True)
class Ended(PromptEvent):
    """The end marker, after success, error and interruption alike: history has it now."""


Event = Status | PromptEvent


def read_frame(frame: object) -> Event | None:
    """The event of one socket frame (text as str, binary as bytes), or None."""
    if isinstance(frame, str):
        return _read_text(frame)
    if isinstance(frame, bytes):
        return _read_binary(frame)
    return None


def _read_text(text: str) -> Event | None:
    if len(text) > MAX_FRAME_BYTES or text.startswith(_PROGRESS_STATE):
        return None
    message = _parsed(text)
    if not isinstance(message, dict) or not isinstance(message.get("data"), dict):
        return None
    data = message["data"]
    kind = message.get("type")
    if kind == "status":
        return _status(data)
    prompt_id = data.get("prompt_id")
    if not isinstance(prompt_id, str) or not PROMPT_ID.fullmatch(prompt_id):
        return None
    return _about_prompt(kind, prompt_id, data)


def _about_prompt(kind: object, prompt_id: str, data: dict[str, Any]) -> Event | None:
    match kind:
        case "execution_start":
            return Started(prompt_id)
        case "execution_cached":
            return FromCache(prompt_id, node_ids(data.get("nodes")))
        case "executing":
            if data.get("node", 0) is None:
                return Ended(prompt_id)
            node = node_id(data.get("node"))
            return NodeRunning(prompt_id, node) if node else None
        case "executed":
            node = node_id(data.get("node"))
            return NodeDone(prompt_id, node) if node else None
        case "progress":
            return _step(prompt_id, data)
        case "execution_success" | "execution_error" | "execution_interrupted":
            return Finished(prompt_id, str(kind).removeprefix("execution_"))
    return None


def _status(data: dict[str, Any]) -> Status | None:
    info = data.get("status")
    info = info.get("exec_info") if isinstance(info, dict) else None
    remaining = whole(info.get("queue_remaining")) if isinstance(info, dict) else None
    return None if remaining is None else Status(remaining)


def _step(prompt_id: str, data: dict[str, Any]) -> Stepped | None:
    node, step, steps = node_id(data.get("node")), whole(data.get("value")), whole(data.get("max"))
    if node is None or step is None or steps is None or not 0 < steps <= MAX_STEPS:
        return None
    return Stepped(prompt_id, node, min(step, steps), steps)


def _read_binary(frame: bytes) -> Event | None:
    # Type 1 previews carry no prompt id and may be another client's: never shown.
    if not 8 < len(frame) <= MAX_FRAME_BYTES:
        return None
    kind, size = struct.unpack_from(">II", frame)
    if kind != _PREVIEW_WITH_METADATA or size > MAX_METADATA_BYTES or 8 + size >= len(frame):
        return None
    try:
        metadata = _parsed(frame[8 : 8 + size].decode())
    except UnicodeDecodeError:
        return None
    if not isinstance(metadata, dict):
        return None
    prompt_id, node = metadata.get("prompt_id"), node_id(metadata.get("node_id"))
    picture = preview(frame[8 + size :])
    if not isinstance(prompt_id, str) or not PROMPT_ID.fullmatch(prompt_id):
        return None
    return Previewed(prompt_id, node, picture) if node and picture else None


def preview(data: bytes) -> Preview | None:
    """A preview of at most 512 kB whose first bytes say JPEG or PNG, or None."""
    if len(data) > MAX_PREVIEW_BYTES:
        return None
    if data.startswith(b"\xff\xd8\xff"):
        return Preview(data, "image/jpeg")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Preview(data, "image/png")
    return None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def whole(value: object) -> int | None:
    """A non-negative whole number (3 or 3.0), or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not (math.isfinite(value) and value.is_integer()):
        return None
    return int(value) if value >= 0 else None


def node_id(value: object) -> str | None:
    """A node id as graphs have them: a short printable word, or None."""
    if isinstance(value, str) and 0 < len(value) <= 100 and value.isprintable():
        return value
    return None


def node_ids(value: object) -> tuple[str, ...]:
    """The valid node ids of a list."""
    if not isinstance(value, list):
        return ()
    return tuple(node for item in value[:MAX_CACHED_NODES] if (node := node_id(item)))
