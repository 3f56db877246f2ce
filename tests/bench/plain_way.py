"""The peer for everything that goes through ComfyUI: a script that drives it as directly as can be.

One process, one kept HTTP connection, one WebSocket: upload, POST /prompt, wait for the end on the
socket, fetch the file it named. Nothing is stored, looked up or tried again.
"""

import json
import time
import uuid
from collections.abc import Sequence
from itertools import islice
from typing import Any, Self

import requests
import websocket

from comfy_bridge.requests import BoundPrompt

ANSWER_S = 60.0


class PlainWay:
    """One script's connections to one server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client_id = uuid.uuid4().hex
        self._http = requests.Session()
        address = f"{url.replace('http', 'ws', 1)}/ws?clientId={self._client_id}"
        self._socket = websocket.create_connection(address, timeout=ANSWER_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()
        self._http.close()

    def run(self, prompts: Sequence[BoundPrompt], depth: int) -> float:
        """Seconds until all pictures are here, with `depth` prompts at the server at a time."""
        begun = time.perf_counter()
        waiting = iter(prompts)
        outstanding: dict[str, dict[str, str]] = {}
        for prompt in islice(waiting, depth):
            outstanding[self._send(prompt)] = {}
        while outstanding:
            prompt_id, file = self._next_end(outstanding)
            del outstanding[prompt_id]
            self._fetch(file)
            if (prompt := next(waiting, None)) is not None:
                outstanding[self._send(prompt)] = {}
        return time.perf_counter() - begun

    def _send(self, prompt: BoundPrompt) -> str:
        for upload in prompt.uploads:
            answer = self._http.post(
                f"{self._url}/upload/image",
                data={"subfolder": upload.subfolder},
                files={"image": (upload.name, upload.data, "image/png")},
                timeout=ANSWER_S,
            )
            answer.raise_for_status()
        prompt_id = str(uuid.uuid4())
        body = {"prompt": prompt.graph, "prompt_id": prompt_id, "client_id": self._client_id}
        self._http.post(f"{self._url}/prompt", json=body, timeout=ANSWER_S).raise_for_status()
        return prompt_id

    def _next_end(self, outstanding: dict[str, dict[str, str]]) -> tuple[str, dict[str, str]]:
        """The next prompt that ended well, and the file that its output node named."""
        while True:
            kind, frame = self._socket.recv_data()
            if kind != websocket.ABNF.OPCODE_TEXT:
                continue
            said: dict[str, Any] = json.loads(frame)
            data = said.get("data") or {}
            prompt_id = data.get("prompt_id")
            if prompt_id not in outstanding:
                continue
            if said["type"] == "executed":
                outstanding[prompt_id] = data["output"]["images"][0]
            elif said["type"] == "executing" and data["node"] is None:
                return prompt_id, outstanding[prompt_id]
            elif said["type"] in {"execution_error", "execution_interrupted"}:
                raise RuntimeError(f"the server could not do it: {said}")

    def _fetch(self, file: dict[str, str]) -> None:
        answer = self._http.get(f"{self._url}/view", params=file, timeout=ANSWER_S)
        assert answer.content.startswith(b"\x89PNG"), answer.status_code
