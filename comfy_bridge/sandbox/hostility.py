"""What a server under someone else's control might send; each only if its switch is on.

Knows the faults and the frames; changes nothing that is not asked for.
"""

import struct
import uuid
from collections.abc import Iterator
from typing import Any

from comfy_bridge.sandbox.faults import Faults
from comfy_bridge.sandbox.http import Response
from comfy_bridge.sandbox.progress import Announcer

Json = dict[str, Any]
HUGE_FRAME_BYTES = 32 * 1024 * 1024
OVERSIZED_BYTES = 128 * 1024 * 1024
CHUNK = bytes(1024 * 1024)
PAGE = b"<!doctype html><title>502 Bad Gateway</title><script>alert(1)</script>"


def greet(voice: Announcer, faults: Faults, prompt_id: str) -> None:
    """Frames that no client has asked for, at the start of a prompt."""
    if faults.hostile("foreign_events"):
        foreign = str(uuid.uuid4())
        stolen = {"images": [{"filename": "theirs.png", "subfolder": "", "type": "output"}]}
        for kind, data in (
            ("execution_start", {"timestamp": 0}),
            ("executing", {"node": "9", "display_node": "9"}),
            ("progress", {"value": 99, "max": 100, "node": "7"}),
            ("executed", {"node": "9", "display_node": "9", "output": stolen}),
            ("execution_success", {"timestamp": 0}),
            ("execution_error", {"node_id": "9", "exception_message": "not yours"}),
            ("executing", {"node": None}),
        ):
            voice.raw_message(kind, {**data, "prompt_id": foreign})
    if faults.hostile("garbage_frames"):
        for frame in (
            "no JSON at all",
            "[1, 2]",
            '{"type": 5}',
            '{"type": "executing", "data": null}',
            '{"type": "progress", "data": {"value": "x", "max": 0, "node": {}}}',
            b"\0",
            struct.pack(">I", 99) + b"unknown type",
            struct.pack(">II", 4, 2**31) + b"{}",
            struct.pack(">II", 4, 2) + b"[]" + b"no picture",
            struct.pack(">II", 1, 7) + b"unknown format",
        ):
            voice.raw_frame(frame)
    if faults.hostile("huge_frame"):
        voice.raw_frame(struct.pack(">II", 1, 1) + bytes(HUGE_FRAME_BYTES))


def outputs(ui: Json, faults: Faults) -> Json:
    """The output of a node, its files named somewhere else if so switched."""
    if not faults.hostile("traversal") or "images" not in ui:
        return ui
    shown = {"filename": "../../../../etc/passwd", "subfolder": "../..", "type": "output"}
    return {**ui, "images": [shown for _ in ui["images"]]}


def view(response: Response, faults: Faults) -> Response:
    """The answer of GET /view."""
    if response.status != 200:
        return response
    if faults.hostile("content_type"):
        response.headers["Content-Type"] = "text/html; charset=utf-8"
    if faults.hostile("html"):
        return Response(200, PAGE, {"Content-Type": "image/png"})
    if faults.hostile("truncated_png"):
        response.body = response.body[: len(response.body) // 2]
    if faults.hostile("oversized"):
        return Response(200, b"", dict(response.headers), _endless(response.body))
    return response


def history(response: Response, faults: Faults) -> Response:
    """The answer of GET /history."""
    if faults.hostile("bad_json"):
        response.body = response.body[:-2] + b',"'
    return response


def _endless(start: bytes) -> Iterator[bytes]:
    yield start
    for _ in range(OVERSIZED_BYTES // len(CHUNK)):
        yield CHUNK
