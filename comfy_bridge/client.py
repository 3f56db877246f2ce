"""The routes of one ComfyUI server that the studio uses, as typed calls.

It knows single exchanges and nothing of the order in which a prompt's life needs them (that is
submitting.py, following.py and driving.py).
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from comfy_bridge.addresses import LOOPBACK, Network, parse
from comfy_bridge.answers import (
    EndedRun,
    Queue,
    is_prompt_id,
    read_history,
    read_number,
    read_queue,
    read_uploaded,
)
from comfy_bridge.catalog import Catalog, choices, read_object_info
from comfy_bridge.descriptions import NodeSpec, read_descriptions
from comfy_bridge.errors import GraphRefused, HostileAnswer, OutputGone, ServerError
from comfy_bridge.refusals import read_node_errors, read_refusal
from comfy_bridge.requests import Graph, OutputFile, Upload
from comfy_bridge.transport import Reply, Timeouts, Wire
from comfy_bridge.wording import cleaned

MAX_JSON_BYTES = 8 * 1024 * 1024
# Whole prompts of everybody are in /queue, and hundreds of custom nodes in /object_info.
MAX_LIST_BYTES = 32 * 1024 * 1024
HEALTH_S = 5.0


@dataclass(frozen=True)
class Where:
    """Where the server has a prompt; `position` counts those ahead of a pending one."""

    state: Literal["pending", "running", "ended", "unknown"]
    position: int | None = None
    run: EndedRun | None = None


@dataclass(frozen=True)
class Submitted:
    """A prompt that the server took; `refused` when it dropped a branch that was declared."""

    number: float
    refused: GraphRefused | None


@dataclass(frozen=True)
class Facts:
    """What /system_stats tells: the version, the devices with their memory in bytes, and whether
    it is the studio's own sandbox."""

    version: str
    devices: tuple[dict[str, Any], ...]
    is_sandbox: bool = False


class ComfyClient:
    """One server. Every call may raise ServerUnreachable, ServerTimeout, ServerError, HostileAnswer
    and, at the first connection, AddressRefused. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        networks: Sequence[Network] = LOOPBACK,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.place = parse(url)
        self._wire = Wire(self.place, networks, timeouts or Timeouts())
        self._has_jobs_api: bool | None = None

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def system_stats(self, limit_s: float = HEALTH_S) -> Facts:
        """Version and devices; the cheap question whether the server is well."""
        answer = self._json("/system_stats", limit_s=limit_s)
        system = answer.get("system") if isinstance(answer, dict) else None
        if not isinstance(system, dict):
            raise HostileAnswer("The server's facts are not readable: is it a ComfyUI server?")
        devices = answer.get("devices")
        return Facts(
            version=cleaned(system.get("comfyui_version"))[:50],
            devices=tuple(
                _device(item) for item in (devices if isinstance(devices, list) else [])[:64]
            ),
            is_sandbox=system.get("sandbox") is True,
        )

    def object_info(self) -> Catalog:
        """Every node class and model file that the server has (up to a megabyte: ask seldom)."""
        return read_object_info(self._json("/object_info", MAX_LIST_BYTES))

    def descriptions(self, classes: Collection[str]) -> dict[str, NodeSpec]:
        """What the server says of these node classes; those that it does not have are left out."""
        return read_descriptions(self._json("/object_info", MAX_LIST_BYTES), classes)

    def checkpoints(self) -> tuple[str, ...]:
        """Names of the checkpoints that the server has."""
        answer = self._json("/object_info/CheckpointLoaderSimple")
        try:
            return choices(answer["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"])
        except (KeyError, TypeError):
            return ()

    def upload_image(self, upload: Upload) -> str:
        """Put a picture into the input folder and give what LoadImage has to say.

        Same name and bytes: nothing is written. The server may keep it under another name.
        """
        media_type = "image/png" if upload.name.endswith(".png") else "application/octet-stream"
        reply = self._wire.post_form(
            "/upload/image",
            {"subfolder": upload.subfolder, "type": "input"},
            (upload.name, upload.data, media_type),
            max_bytes=MAX_JSON_BYTES,
        )
        if reply.status != 200:
            raise _unexpected(reply, "/upload/image")
        name, subfolder = read_uploaded(reply.json())
        subfolder = subfolder.replace("\\", "/")
        return f"{subfolder}/{name}" if subfolder else name

    def submit(
        self, prompt_id: str, graph: Graph, client_id: str, declared: Collection[str]
    ) -> Submitted:
        """Queue a graph under our own id. Sent once.

        Raises GraphRefused (and its kin) on 400: final. ServerUnreachable: it was not sent. Any
        other error leaves it open whether the prompt is queued: look before sending again.
        """
        if not is_prompt_id(prompt_id):
            raise ValueError(f"{prompt_id!r} is not a lower-case hyphenated UUID")
        reply = self._wire.post_json(
            "/prompt",
            {
                "prompt": graph,
                "prompt_id": prompt_id,
                "client_id": client_id,
                # Newer servers preview without a start option; older ones ignore it.
                "extra_data": {"preview_method": "auto"},
            },
            max_bytes=MAX_JSON_BYTES,
        )
        if reply.status == 400:
            raise read_refusal(reply.json(), graph)
        if reply.status == 413:
            raise GraphRefused("The workflow is larger than the server accepts.")
        if reply.status != 200:
            raise _unexpected(reply, "/prompt")
        answer = reply.json()
        number = read_number(answer, prompt_id)
        return Submitted(number, read_node_errors(answer.get("node_errors"), graph, declared))

    def find(self, prompt_id: str, declared: Collection[str] = ()) -> Where:
        """Where the prompt is: the queue, then history, then the queue again.

        It moves from one to the other between two reads, and one that is being taken in appears
        late; so absence is only believed when all three say so.
        """
        where = self._in_queue(prompt_id)
        if where is not None:
            return where
        run = self.history(prompt_id, declared)
        if run is not None:
            return Where("ended", run=run)
        return self._in_queue(prompt_id) or Where("unknown")

    def history(self, prompt_id: str, declared: Collection[str] = ()) -> EndedRun | None:
        """How the prompt ended, with files of the declared nodes; None while it has not."""
        return read_history(self._json(f"/history/{prompt_id}"), prompt_id, declared)

    def fetch(self, file: OutputFile, max_bytes: int) -> bytes:
        """The bytes of an output file. Raises OutputGone when it is no longer there."""
        reply = self._wire.get(
            "/view",
            query={"filename": file.filename, "subfolder": file.subfolder, "type": file.kind},
            max_bytes=max_bytes,
            limit_s=self._wire.timeouts.file_s,
        )
        if reply.status == 404:
            raise OutputGone("The server no longer has the file that it names.")
        if reply.status != 200:
            raise _unexpected(reply, "/view")
        return reply.body

    def cancel(self, prompt_id: str, wait_s: float = 5.0, pause_s: float = 0.1) -> Where:
        """Take the prompt out of the queue or interrupt it, never another, and say where it is.

        The answers to these calls tell nothing, so it looks until the prompt is in neither list
        of the queue, at most `wait_s` (an interrupt acts between two nodes or steps); with none
        it asks once and does not wait.
        """
        deadline = time.monotonic() + wait_s
        asked = False
        while True:
            where = self.find(prompt_id)
            late = asked and time.monotonic() > deadline
            if late or where.state in {"ended", "unknown"}:
                return where
            self._ask_to_cancel(prompt_id, where)
            asked = True
            time.sleep(pause_s)

    def free_memory(self) -> None:
        """Let it unload its models and empty its cache, once nothing runs. Answered at once."""
        wish = {"unload_models": True, "free_memory": True}
        reply = self._wire.post_json("/free", wish, max_bytes=MAX_JSON_BYTES)
        if reply.status != 200:
            raise _unexpected(reply, "/free")

    def _ask_to_cancel(self, prompt_id: str, where: Where) -> None:
        if self._has_jobs_api is not False:
            # It closes the gap in which an interrupt may hit the successor.
            reply = self._wire.post_json(
                f"/api/jobs/{prompt_id}/cancel", {}, max_bytes=MAX_JSON_BYTES
            )
            if reply.status == 200:
                self._has_jobs_api = True
                return
            if reply.status in {404, 405}:
                self._has_jobs_api = False
        if where.state == "pending":
            self._wire.post_json("/queue", {"delete": [prompt_id]}, max_bytes=MAX_JSON_BYTES)
        else:
            # Without an id it would interrupt whatever happens to run.
            self._wire.post_json("/interrupt", {"prompt_id": prompt_id}, max_bytes=MAX_JSON_BYTES)

    def queue(self) -> Queue:
        """The ids of all prompts that it runs or has waiting, ours and others'."""
        return read_queue(self._json("/queue", MAX_LIST_BYTES))

    def _in_queue(self, prompt_id: str) -> Where | None:
        queue = self.queue()
        if prompt_id in queue.running:
            return Where("running")
        position = queue.position(prompt_id)
        return None if position is None else Where("pending", position)

    def _json(
        self, path: str, max_bytes: int = MAX_JSON_BYTES, limit_s: float | None = None
    ) -> Any:
        reply = self._wire.get(path, max_bytes=max_bytes, limit_s=limit_s)
        if reply.status != 200:
            raise _unexpected(reply, path)
        return reply.json()


def _unexpected(reply: Reply, path: str) -> ServerError:
    return ServerError(
        f"The ComfyUI server answered {reply.status} to {path}.", answered=reply.status
    )


def _device(item: Any) -> dict[str, Any]:
    known = item if isinstance(item, dict) else {}
    sizes = {
        key: known[key]
        for key in ("vram_total", "vram_free")
        if isinstance(known.get(key), int) and not isinstance(known.get(key), bool)
    }
    return {
        "name": cleaned(known.get("name"))[:100],
        "type": cleaned(known.get("type"))[:20],
        **sizes,
    }
