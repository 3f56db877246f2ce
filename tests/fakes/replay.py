"""Plays a recorded transcript of a real ComfyUI to a client, over a real socket.

Recorded prompt ids become the client's. A submission brings the socket messages recorded for it
up to its end, but none beyond a recorded interrupt before the client makes it, too; history stays
empty until a prompt's end marker was sent. Calls that were not recorded get the plainest answer.
"""

import json
import struct
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from PIL import Image

from tests.fakes.comfy_server import Answer, FakeServer, Peer, Request

DATA = Path(__file__).parent.parent / "data" / "comfyui"
NEW, OLD = "transcripts", "transcripts_v0.3.64"
_TRIGGERS = ("/prompt", "/interrupt")
_MAGIC = {"JPEG": b"\xff\xd8\xff\xe0", "PNG": b"\x89PNG\r\n\x1a\n"}


def png(size: tuple[int, int] = (64, 48), colour: str = "teal") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def transcript(name: str, version: str = NEW) -> list[dict[str, Any]]:
    return list(json.loads((DATA / version / f"{name}.json").read_text())["events"])


def submission(events: list[dict[str, Any]], note: str | None = None) -> dict[str, Any]:
    """The graph of the recorded POST /prompt with this note (or of the first one)."""
    for event in events:
        http = event.get("http", {})
        if _is_trigger(event, "/prompt") and (note is None or http.get("note") == note):
            return dict(http["request"]["json"]["prompt"])
    raise LookupError(note)


def _is_trigger(event: dict[str, Any], path: str | None = None) -> bool:
    request = event.get("http", {}).get("request")
    if not request or request["method"] != "POST":
        return False
    return request["path"] in _TRIGGERS if path is None else request["path"] == path


class Replay(FakeServer):
    """One transcript; `note` begins at the recorded call with that note, `gap_s` is the most
    that passes between two frames, `receiver` is the recorded socket that is played."""

    def __init__(
        self,
        events: list[dict[str, Any]],
        *,
        note: str | None = None,
        receiver: str = "client",
        gap_s: float = 0.002,
    ) -> None:
        self._events = events[self._start(events, note) :]
        self._receiver = receiver
        self._gap_s = gap_s
        self._next = 0
        self._ids: dict[str, str] = {}
        self._running: list[str] = []
        self._ended: set[str] = set()
        self._graphs: dict[str, Any] = {}
        self._uploaded = 0
        super().__init__()

    @staticmethod
    def _start(events: list[dict[str, Any]], note: str | None) -> int:
        for index, event in enumerate(events):
            if note is None or event.get("http", {}).get("note") == note:
                return index
        raise LookupError(note)

    def opened(self, peer: Peer) -> None:
        peer.say("status", status={"exec_info": {"queue_remaining": 0}}, sid=peer.client_id)
        peer.say("feature_flags", supports_preview_metadata=True)

    def answer(self, request: Request) -> Answer:
        if request.method == "POST":
            return self._change(request)
        path = request.path
        if path == "/queue":
            return self._queue()
        if path.startswith("/history/"):
            return self._history(path.removeprefix("/history/"))
        recorded = self._recorded("GET", path, request.query)
        if recorded is not None:
            return self._as_answer(recorded)
        if path == "/view":
            return Answer(200, png())
        if path == "/system_stats":
            return Answer.of({"system": {"comfyui_version": "replay"}, "devices": []})
        return Answer(404)

    def _change(self, request: Request) -> Answer:
        if request.path == "/upload/image":
            self._uploaded += 1
            name = request.body.split(b'name="image"; filename="')[1].split(b'"')[0].decode()
            folder = request.body.split(b'name="subfolder"\r\n\r\n')[1].split(b"\r\n")[0].decode()
            return Answer.of({"name": name, "subfolder": folder, "type": "input"})
        if request.path == "/queue":
            return Answer(200)
        if request.path not in _TRIGGERS:
            return Answer(404)
        with self.lock:
            recorded, following = self._advance(request.path)
            if recorded is None:
                return Answer(200)
            if request.path == "/prompt":
                self._submitted(request, recorded)
        if following:
            threading.Thread(target=self._play, args=(following,), daemon=True).start()
        return self._as_answer(recorded["response"])

    def _advance(self, path: str) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """The next recorded call of this path, and the socket messages that follow it."""
        for index in range(self._next, len(self._events)):
            if not _is_trigger(self._events[index], path):
                continue
            frames = []
            for event in self._events[index + 1 :]:
                if _is_trigger(event, "/interrupt"):
                    break
                if event.get("ws") == self._receiver:
                    frames.append(event)
            self._next = index + 1
            return self._events[index]["http"], frames
        return None, []

    def _submitted(self, request: Request, recorded: dict[str, Any]) -> None:
        body = recorded["response"].get("body")
        answered = body.get("prompt_id") if isinstance(body, dict) else None
        # A 500 may have queued it all the same: then the recorded request has the id.
        theirs = answered or recorded["request"]["json"].get("prompt_id")
        if theirs and recorded["response"]["status"] != 400:
            mine = request.json()["prompt_id"]
            self._ids[theirs] = mine
            self._graphs[mine] = request.json()["prompt"]
            self._running.append(mine)

    def _play(self, frames: list[dict[str, Any]]) -> None:
        for frame in frames:
            time.sleep(self._gap_s)
            with self.lock:
                peers = list(self.peers)
            sent = self._frame(frame)
            for peer in peers:
                if sent is not None:
                    peer.send(sent)

    def _frame(self, event: dict[str, Any]) -> str | bytes | None:
        if "json" in event:
            message = self._mine(event["json"])
            data = message.get("data", {})
            if "prompt_id" in data and data["prompt_id"] not in self._graphs:
                return None
            if message["type"] == "executing" and data.get("node") is None and "prompt_id" in data:
                with self.lock:
                    self._ended.add(data["prompt_id"])
                    if data["prompt_id"] in self._running:
                        self._running.remove(data["prompt_id"])
            return json.dumps(message)
        if "binary" not in event:
            return None
        facts = event["binary"]
        magic = _MAGIC[facts["image"].split()[0]]
        if facts["event_type"] == 1:
            head = struct.pack(">II", 1, facts["format_code"])
        else:
            metadata = json.dumps(self._mine(facts["metadata"])).encode()
            head = struct.pack(">II", facts["event_type"], len(metadata)) + metadata
        return head + magic.ljust(facts["size"] - len(head), b"\0")

    def _queue(self) -> Answer:
        with self.lock:
            items = [[n, prompt_id, {}, {}, []] for n, prompt_id in enumerate(self._running)]
        return Answer.of({"queue_running": items[:1], "queue_pending": items[1:]})

    def _history(self, prompt_id: str) -> Answer:
        with self.lock:
            ended = prompt_id in self._ended
            theirs = next((k for k, mine in self._ids.items() if mine == prompt_id), prompt_id)
        recorded = self._recorded("GET", f"/history/{theirs}", {})
        if not ended or recorded is None:
            return Answer.of({})
        return self._as_answer(recorded)

    def _recorded(self, method: str, path: str, query: dict[str, str]) -> dict[str, Any] | None:
        for event in self._events:
            http = event.get("http", {})
            if http.get("request", {}).get("method") != method or "response" not in http:
                continue
            parts = urlsplit(http["request"]["path"])
            recorded = dict(parse_qsl(parts.query, keep_blank_values=True))
            if parts.path == path and recorded == query:
                return dict(http["response"])
        return None

    def _as_answer(self, recorded: dict[str, Any]) -> Answer:
        body = recorded.get("body")
        if isinstance(body, str):
            if not body.startswith("<"):
                return Answer(recorded["status"], body.encode())
            return Answer(recorded["status"], b"" if body.startswith("<0 ") else png())
        return Answer.of(self._mine(body), recorded["status"])

    def _mine(self, value: Any) -> Any:
        """A recorded value with the client's prompt ids in place of the recorded ones."""
        text = json.dumps(value)
        for theirs, mine in self._ids.items():
            text = text.replace(theirs, mine)
        return json.loads(text)
