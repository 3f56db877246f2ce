"""Frames become typed events, and nothing a server sends makes the reader raise."""

import json
import random
import struct
from typing import Any

import pytest

from comfy_bridge.protocol import (
    MAX_FRAME_BYTES,
    MAX_PREVIEW_BYTES,
    Ended,
    Finished,
    FromCache,
    NodeDone,
    NodeRunning,
    Previewed,
    Started,
    Status,
    Stepped,
    read_frame,
)
from tests.fakes.replay import NEW, OLD, png, transcript

ID = "00e460f3-4517-467a-b9ea-50539b362374"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 100


def text(kind: Any, **data: Any) -> str:
    return json.dumps({"type": kind, "data": data})


def binary(metadata: Any, image: bytes, kind: int = 4, size: int | None = None) -> bytes:
    head = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    return struct.pack(">II", kind, len(head) if size is None else size) + head + image


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        (text("status", status={"exec_info": {"queue_remaining": 2}}), Status(2)),
        (text("execution_start", prompt_id=ID, timestamp=1), Started(ID)),
        (text("execution_cached", prompt_id=ID, nodes=["1", "2"]), FromCache(ID, ("1", "2"))),
        (text("executing", prompt_id=ID, node="7"), NodeRunning(ID, "7")),
        (text("executing", prompt_id=ID, node=None), Ended(ID)),
        (text("executed", prompt_id=ID, node="9", output={}), NodeDone(ID, "9")),
        (text("progress", prompt_id=ID, node="7", value=3, max=20), Stepped(ID, "7", 3, 20)),
        (text("progress", prompt_id=ID, node="7", value=3.0, max=20.0), Stepped(ID, "7", 3, 20)),
        (text("progress", prompt_id=ID, node="7", value=30, max=20), Stepped(ID, "7", 20, 20)),
        (text("execution_success", prompt_id=ID), Finished(ID, "success")),
        (text("execution_error", prompt_id=ID), Finished(ID, "error")),
        (text("execution_interrupted", prompt_id=ID), Finished(ID, "interrupted")),
    ],
)
def test_each_message_is_understood(frame: str, event: object) -> None:
    assert read_frame(frame) == event


def test_a_preview_is_taken_only_with_its_prompts_id() -> None:
    event = read_frame(binary({"prompt_id": ID, "node_id": "7"}, JPEG))
    assert isinstance(event, Previewed)
    assert (event.prompt_id, event.node_id, event.preview.media_type) == (ID, "7", "image/jpeg")
    assert read_frame(binary({"node_id": "7"}, JPEG)) is None
    assert read_frame(struct.pack(">II", 1, 1) + JPEG) is None


def test_the_pictures_kind_comes_from_its_bytes() -> None:
    event = read_frame(binary({"prompt_id": ID, "node_id": "7", "image_type": "image/jpeg"}, png()))
    assert isinstance(event, Previewed)
    assert event.preview.media_type == "image/png"


HOSTILE: list[Any] = [
    "",
    "{",
    "null",
    "[]",
    "7",
    '"x"',
    "NaN",
    "[" * 100_000,
    '{"a":' * 50_000,
    "9" * 10_000,
    "\ud800",
    text("executing", prompt_id=ID) + "x",
    text("executing", node=None),
    text("executing", node="7"),
    text("executing", prompt_id="../../etc", node="7"),
    text("executing", prompt_id=ID.upper(), node="7"),
    text("executing", prompt_id=[ID], node="7"),
    text("executing", prompt_id=ID, node=["7"]),
    text("executing", prompt_id=ID, node=""),
    text("executing", prompt_id=ID, node="x" * 101),
    text("executing", prompt_id=ID, node="a\nb"),
    text(["executing"], prompt_id=ID, node=None),
    text("unheard_of", prompt_id=ID),
    json.dumps({"type": "executing"}),
    json.dumps({"type": "executing", "data": [ID]}),
    json.dumps({"data": {"prompt_id": ID}}),
    text("status"),
    text("status", status=[]),
    text("status", status={"exec_info": {"queue_remaining": -1}}),
    text("status", status={"exec_info": {"queue_remaining": True}}),
    text("progress", prompt_id=ID, node="7", value="3", max=20),
    text("progress", prompt_id=ID, node="7", value=3, max=0),
    text("progress", prompt_id=ID, node="7", value=-3, max=20),
    text("progress", prompt_id=ID, node="7", value=1, max=10**9),
    f'{{"type":"progress","data":{{"prompt_id":"{ID}","node":"7","value":NaN,"max":1e999}}}}',
    text("progress", prompt_id=ID, value=1, max=2),
    "x" * (MAX_FRAME_BYTES + 1),
    None,
    7,
    bytearray(b"abc"),
    b"",
    b"\0\0\0\4",
    b"\0\0\0\4\0\0\0\0",
    binary(b"{}", b""),
    binary(b"not json", JPEG),
    binary(b"\xff\xfe", JPEG),
    binary(b"[]", JPEG),
    binary(b"[" * 60_000, JPEG),
    binary({"prompt_id": ID, "node_id": "7"}, b"<html>"),
    binary({"prompt_id": ID, "node_id": "7"}, b""),
    binary({"prompt_id": ID, "node_id": 7}, JPEG),
    binary({"prompt_id": 7, "node_id": "7"}, JPEG),
    binary({"prompt_id": ID, "node_id": "7"}, JPEG, size=2**32 - 1),
    binary({"prompt_id": ID, "node_id": "7"}, JPEG, size=3),
    binary({"prompt_id": ID, "node_id": "7"}, JPEG, kind=3),
    binary({"prompt_id": ID, "node_id": "7"}, JPEG, kind=2**32 - 1),
    binary({"prompt_id": ID, "node_id": "7"}, JPEG.ljust(MAX_PREVIEW_BYTES + 1, b"\0")),
]


@pytest.mark.parametrize("frame", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_frame_is_no_event(frame: Any) -> None:
    assert read_frame(frame) is None


def test_cached_nodes_that_are_no_ids_are_left_out() -> None:
    frame = text("execution_cached", prompt_id=ID, nodes=["1", 2, None, "x" * 500, ["3"]])
    assert read_frame(frame) == FromCache(ID, ("1",))


def test_ten_thousand_mangled_frames_never_raise() -> None:
    rng = random.Random(7)
    whole = [frame for frame in HOSTILE if isinstance(frame, str) and 0 < len(frame) < 1000]
    whole += [text("progress", prompt_id=ID, node="7", value=1, max=2)] * 5
    pictures = [binary({"prompt_id": ID, "node_id": "7"}, JPEG)]
    for _ in range(10_000):
        if rng.random() < 0.5:
            data = bytearray(rng.choice(pictures))
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            read_frame(bytes(data[: rng.randrange(len(data) + 1)]))
        else:
            letters = list(rng.choice(whole))
            for _ in range(rng.randrange(1, 6)):
                letters[rng.randrange(len(letters))] = chr(rng.randrange(0x2FF))
            read_frame("".join(letters))


@pytest.mark.parametrize("version", [NEW, OLD])
def test_every_recorded_text_message_is_read_or_of_no_use(version: str) -> None:
    seen = set()
    for event in transcript("wf_sd15_img2img", version):
        if event.get("ws") == "client" and "json" in event:
            read = read_frame(json.dumps(event["json"]))
            seen.add(type(read).__name__)
            if event["json"]["type"] in {"progress_state", "feature_flags"}:
                assert read is None
            else:
                assert read is not None
    assert seen >= {"Status", "Started", "FromCache", "NodeRunning", "Stepped", "Finished", "Ended"}
