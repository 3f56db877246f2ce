"""What the sandbox's tests share: recordings, listening sockets, pictures, waiting."""

import contextlib
import io
import json
import struct
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.fakes.sandbox import SandboxProcess

TRANSCRIPTS = Path(__file__).parents[1] / "data" / "comfyui" / "transcripts"
WAIT_S = 20


def recording(name: str) -> list[dict[str, Any]]:
    """The events of a recorded session."""
    return json.loads((TRANSCRIPTS / f"{name}.json").read_text())["events"]


def recorded_graph(name: str) -> dict[str, Any]:
    """The graph that a recording posts first."""
    for event in recording(name):
        request = event.get("http", {}).get("request", {})
        if request.get("path") == "/prompt" and request["method"] == "POST":
            return request["json"]["prompt"]
    raise LookupError(name)


class Ear:
    """A WebSocket that keeps all it hears, parsed: (type, data), or ("binary", described)."""

    def __init__(
        self, sandbox: SandboxProcess, client_id: str = "", flags: bool = False, **options: Any
    ) -> None:
        self.client_id = client_id
        query = f"?clientId={client_id}" if client_id else ""
        self._stack = contextlib.ExitStack()
        self.socket = self._stack.enter_context(
            connect(f"{sandbox.ws_url}{query}", max_size=None, ping_interval=None, **options)
        )
        self.heard: list[tuple[str, Any]] = []
        self.closed = threading.Event()
        self._news = threading.Condition()
        if flags:
            wanted = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}
            self.socket.send(json.dumps(wanted))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        if not client_id:
            self.wait_for("status")
            self.client_id = self.heard[0][1]["sid"]
        if flags:
            self.wait_for("feature_flags")

    def _listen(self) -> None:
        try:
            for frame in self.socket:
                said = described(frame)
                with self._news:
                    self.heard.append(said)
                    self._news.notify_all()
        except (ConnectionClosed, OSError):
            pass
        self.closed.set()
        with self._news:
            self._news.notify_all()

    def wait_for(self, kind: str, **values: Any) -> Any:
        """The data of the first message of a type with these values."""

        def found() -> list[Any]:
            return [
                data
                for said, data in self.heard
                if said == kind and all(data.get(key) == value for key, value in values.items())
            ]

        with self._news:
            assert self._news.wait_for(lambda: found() or self.closed.is_set(), WAIT_S), self.kinds
            assert found(), f"closed after {self.kinds}"
            return found()[0]

    def wait_for_end(self, prompt_id: str) -> None:
        """Until the end marker of a prompt."""
        self.wait_for("executing", node=None, prompt_id=prompt_id)

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.heard]

    def close(self) -> None:
        self._stack.close()
        self._thread.join(WAIT_S)

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def described(frame: str | bytes) -> tuple[str, Any]:
    """One frame as the recordings describe it."""
    if isinstance(frame, str):
        said = json.loads(frame)
        return said["type"], said["data"]
    kind = struct.unpack(">I", frame[:4])[0]
    known: dict[str, Any] = {"event_type": kind}
    if kind == 4:
        length = struct.unpack(">I", frame[4:8])[0]
        known["metadata"] = json.loads(frame[8 : 8 + length])
        picture = frame[8 + length :]
    else:
        known["format_code"] = struct.unpack(">I", frame[4:8])[0]
        picture = frame[8:]
    image = Image.open(io.BytesIO(picture))
    known["image"] = f"{image.format} {image.width}x{image.height}"
    return "binary", known


def png(width: int = 96, height: int = 96, mode: str = "RGB", seed: int = 0) -> bytes:
    """A picture with something in it."""
    random = np.random.default_rng(seed)
    bands = {"RGB": 3, "RGBA": 4, "L": 1}[mode]
    values = random.integers(0, 256, (height, width, bands), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(values.squeeze(), mode).save(buffer, "png")
    return buffer.getvalue()


def upload(sandbox: SandboxProcess, name: str, content: bytes, **fields: str) -> httpx.Response:
    """POST /upload/image."""
    files = {"image": (name, content, "image/png")}
    return httpx.post(f"{sandbox.url}/upload/image", files=files, data=fields, timeout=WAIT_S)


def post(sandbox: SandboxProcess, graph: Any, **fields: Any) -> httpx.Response:
    """POST /prompt."""
    body = {"prompt": graph, **fields}
    return httpx.post(f"{sandbox.url}/prompt", json=body, timeout=WAIT_S)


def get(sandbox: SandboxProcess, path: str, **query: str) -> httpx.Response:
    """GET."""
    return httpx.get(f"{sandbox.url}{path}", params=query or None, timeout=WAIT_S)


def run(sandbox: SandboxProcess, graph: Any, **fields: Any) -> dict[str, Any]:
    """Post a graph and wait for its end; its entry in the history."""
    prompt_id = str(uuid.uuid4())
    answer = post(sandbox, graph, prompt_id=prompt_id, **fields)
    assert answer.status_code == 200, answer.text
    return ended(sandbox, prompt_id)


def ended(sandbox: SandboxProcess, prompt_id: str) -> dict[str, Any]:
    """The history of a prompt once it has one."""
    return until(lambda: get(sandbox, f"/history/{prompt_id}").json().get(prompt_id))


def until(look: Any) -> Any:
    """What `look` gives once it gives something true."""
    give_up = time.monotonic() + WAIT_S
    while not (found := look()):
        assert time.monotonic() < give_up, "nothing came"
        time.sleep(0.01)
    return found


def picture(sandbox: SandboxProcess, image: dict[str, str]) -> np.ndarray:
    """The pixels of an output."""
    return np.asarray(Image.open(io.BytesIO(view(sandbox, image).content)))


def view(sandbox: SandboxProcess, image: dict[str, str]) -> httpx.Response:
    """GET /view of an output."""
    return get(sandbox, "/view", **image)


def output(entry: dict[str, Any], node_id: str = "9") -> dict[str, str]:
    """The first file of an output node in a history entry."""
    return entry["outputs"][node_id]["images"][0]


def flat_graph(color: int = 7, prefix: str = "rec/q", **more: Any) -> dict[str, Any]:
    """A flat picture, saved by node 9."""
    size = {"width": 32, "height": 32, "batch_size": 1, "color": color}
    return {
        "1": {"class_type": "EmptyImage", "inputs": size},
        "9": {
            "class_type": "SaveImage",
            "inputs": {"images": ["1", 0], "filename_prefix": prefix},
        },
        **more,
    }


def sampling_graph(steps: int = 4, seed: int = 1, denoise: float = 0.8) -> dict[str, Any]:
    """Text to image, 64x64, sampled by node 7 and saved by node 9."""
    sampler = {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0]}
    sampler |= {"latent_image": ["6", 0], "seed": seed, "steps": steps, "cfg": 5.0}
    sampler |= {"sampler_name": "euler", "scheduler": "normal", "denoise": denoise}
    size = {"width": 64, "height": 64, "batch_size": 1}
    save = {"images": ["8", 0], "filename_prefix": "rec/sd"}
    return {
        "1": {
            "class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "sandbox.safetensors"},
        },
        "2": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "a hill"}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": "blurry"}},
        "6": {"class_type": "EmptyLatentImage", "inputs": size},
        "7": {"class_type": "KSampler", "inputs": sampler},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["7", 0], "vae": ["1", 2]}},
        "9": {"class_type": "SaveImage", "inputs": save},
    }
