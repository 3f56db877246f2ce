"""The ASGI application: puts the parts together and routes requests to them.

Knows all parts of the sandbox; the server underneath (Daphne) only through the ABORT extension.
"""

import asyncio
import dataclasses
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from comfy_bridge.sandbox import http
from comfy_bridge.sandbox.api_files import FileRoutes
from comfy_bridge.sandbox.api_info import InfoRoutes
from comfy_bridge.sandbox.api_prompts import Handler, PromptRoutes
from comfy_bridge.sandbox.catalog import Catalog
from comfy_bridge.sandbox.executor import Executor
from comfy_bridge.sandbox.faults import Faults
from comfy_bridge.sandbox.folders import Folders
from comfy_bridge.sandbox.http import Receive, Request, Response, Scope, Send
from comfy_bridge.sandbox.progress import Announcer
from comfy_bridge.sandbox.queue import PromptQueue
from comfy_bridge.sandbox.sockets import Hub, abort

# What request bodies of the wrong shape raise; the real server answers 500 to all of it.
TROUBLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, StopIteration)
API_ONLY = "/jobs"  # exists only with the /api prefix
OWN = "/sandbox/"


@dataclasses.dataclass(frozen=True)
class Options:
    """How a sandbox is set up."""

    folder: Path
    step_ms: int = 120
    checkpoints: tuple[str, ...] = ("sandbox.safetensors",)
    preview: bool = True
    version: str = "0.33.0"


class Sandbox:
    """One ComfyUI-compatible server, as an ASGI 3 application."""

    def __init__(self, options: Options) -> None:
        self.faults = Faults()
        self._folders = Folders(options.folder)
        self._queue = PromptQueue()
        self._hub = Hub(self.faults, self._status)
        self._queue.on_change = self._announce_status
        catalog = Catalog(self._folders, options.checkpoints)
        self._executor = Executor(
            queue=self._queue,
            catalog=catalog,
            folders=self._folders,
            faults=self.faults,
            voice=Announcer(self._hub),
            step_s=options.step_ms / 1000,
            preview=options.preview,
        )
        self._prompts = PromptRoutes(
            self._queue, self._executor, catalog, self._folders, self.faults
        )
        self._files = FileRoutes(self._folders, self.faults)
        self.info = InfoRoutes(
            catalog,
            self.faults,
            options.version,
            self._state,
            self._lose_history,
            self._drop_if_down,
        )
        self._routes = [(re.compile(path), method, handler) for path, method, handler in (
            *self._prompt_routes(), *self._other_routes()
        )]  # fmt: skip

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to work; messages go out on this loop."""
        self._hub.start(loop)
        self._executor.start()

    def stop(self) -> None:
        """End the worker thread."""
        self._executor.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry: HTTP and WebSocket."""
        if self.faults.now.down and not scope["path"].startswith(OWN):
            abort(scope)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = scope["path"].removeprefix("/api") == "/ws"
        if not known or http.forbidden(http.header_map(scope)):
            await receive()
            await send({"type": "websocket.close"})
            return
        query = parse_qs(scope["query_string"].decode("latin1"))
        await self._hub.serve(scope, receive, send, query.get("clientId", [""])[0])

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = await http.read(scope, receive)
        except http.ClientGoneError:
            return
        except http.BodyTooLargeError:
            text = f"Maximum request body size {http.MAX_BODY_BYTES} exceeded."
            await http.write(send, Response.text(text, 413))
            return
        await http.write(send, self._answer(request), head_only=request.method == "HEAD")

    def _answer(self, request: Request) -> Response:
        if http.forbidden(request.headers):
            return Response(403)
        if request.method == "OPTIONS":
            return Response(200)
        method = "GET" if request.method == "HEAD" else request.method
        allowed = []
        if request.api or not request.path.startswith(API_ONLY):
            for pattern, wanted, handler in self._routes:
                match = pattern.fullmatch(request.path)
                if match and wanted == method:
                    try:
                        return handler(request, *match.groups())
                    except TROUBLE:
                        return Response.trouble()
                if match:
                    allowed += ["GET", "HEAD"] if wanted == "GET" else [wanted]
        if method == "GET" and not allowed:
            return Response(404, b"", {"Content-Type": "application/octet-stream"})
        refused = Response.text("405: Method Not Allowed", 405)
        refused.headers["Allow"] = ",".join(allowed or ["GET", "HEAD"])
        return refused

    def _prompt_routes(self) -> list[tuple[str, str, Handler]]:
        prompts = self._prompts
        return [
            ("/prompt", "GET", prompts.get_prompt),
            ("/prompt", "POST", prompts.post_prompt),
            ("/queue", "GET", prompts.get_queue),
            ("/queue", "POST", prompts.post_queue),
            ("/history", "GET", prompts.get_history),
            ("/history", "POST", prompts.post_history),
            ("/history/([^/]+)", "GET", prompts.get_history_of),
            ("/interrupt", "POST", prompts.interrupt),
            ("/free", "POST", prompts.free),
            ("/jobs", "GET", prompts.get_jobs),
            ("/jobs/cancel", "POST", prompts.cancel_jobs),
            ("/jobs/([^/]+)", "GET", prompts.get_job),
            ("/jobs/([^/]+)/cancel", "POST", prompts.cancel_job),
        ]

    def _other_routes(self) -> list[tuple[str, str, Handler]]:
        info = self.info
        return [
            ("/upload/image", "POST", self._files.upload),
            ("/view", "GET", self._files.view),
            ("/object_info", "GET", info.object_info),
            ("/object_info/([^/]+)", "GET", info.object_info_of),
            ("/system_stats", "GET", info.system_stats),
            ("/features", "GET", info.features),
            ("/models", "GET", info.models),
            ("/models/([^/]+)", "GET", info.models_in),
            ("/embeddings", "GET", info.embeddings),
            ("/sandbox/faults", "GET", info.get_faults),
            ("/sandbox/faults", "POST", info.post_faults),
            ("/sandbox/state", "GET", info.state),
        ]

    def _status(self) -> dict[str, Any]:
        return {"exec_info": {"queue_remaining": self._queue.remaining()}}

    def _announce_status(self) -> None:
        self._hub.post("status", {"status": self._status()}, None)

    def _lose_history(self, restart: bool) -> None:
        self._executor.forget()
        if restart:
            self._folders.wipe_temp()
            self._hub.drop_all()

    def _drop_if_down(self) -> None:
        if self.faults.now.down:
            self._hub.drop_all()

    def _state(self) -> dict[str, Any]:
        return {
            "posts": dict(self._queue.posts),
            "runs": dict(self._queue.runs),
            "uploads": self._files.uploads,
            "views": self._files.views,
            "queue_remaining": self._queue.remaining(),
            "sockets": {
                "open": len(self._hub.open),
                "opened": self._hub.opened,
                "addressed": sorted(self._hub.sockets),
            },
            "faults": self.faults.described(),
        }
