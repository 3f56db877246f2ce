"""The routes that describe the server, and the sandbox's own: switches and counts.

Knows nothing of the machine it runs on: all figures are nominal.
"""

from collections.abc import Callable, Mapping
from typing import Any

from comfy_bridge.sandbox.catalog import Catalog
from comfy_bridge.sandbox.faults import Faults, UnknownFaultError
from comfy_bridge.sandbox.http import Request, Response
from comfy_bridge.sandbox.sockets import FEATURES

Json = dict[str, Any]
MEMORY_BYTES = 16 * 1024**3
MODEL_FOLDERS = [
    "checkpoints",
    "configs",
    "loras",
    "vae",
    "text_encoders",
    "diffusion_models",
    "clip_vision",
    "embeddings",
    "controlnet",
    "upscale_models",
    "hypernetworks",
]


class InfoRoutes:
    """Handlers that read; and the switchboard."""

    def __init__(
        self,
        catalog: Catalog,
        faults: Faults,
        version: str,
        state: Callable[[], Json],
        lose_history: Callable[[bool], None],
        after_switching: Callable[[], None],
    ) -> None:
        self._catalog = catalog
        self._faults = faults
        self._version = version
        self._state = state
        self._lose_history = lose_history
        self._after_switching = after_switching

    def object_info(self, request: Request) -> Response:
        """GET /object_info."""
        return Response.json(self._catalog.all_described())

    def object_info_of(self, request: Request, class_type: str) -> Response:
        """GET /object_info/CLASS; empty if there is none."""
        if class_type not in self._catalog:
            return Response.json({})
        return Response.json({class_type: self._catalog.described(class_type)})

    def features(self, request: Request) -> Response:
        """GET /features."""
        return Response.json(FEATURES)

    def models(self, request: Request) -> Response:
        """GET /models."""
        return Response.json(MODEL_FOLDERS)

    def models_in(self, request: Request, folder: str) -> Response:
        """GET /models/FOLDER."""
        if folder not in MODEL_FOLDERS:
            return Response(404)
        return Response.json(self._catalog.checkpoints if folder == "checkpoints" else [])

    def embeddings(self, request: Request) -> Response:
        """GET /embeddings."""
        return Response.json([])

    def system_stats(self, request: Request) -> Response:
        """GET /system_stats, with the keys of the real one."""
        system = {
            "os": "linux",
            "ram_total": MEMORY_BYTES,
            "ram_free": MEMORY_BYTES // 2,
            "comfyui_version": self._version,
            "required_frontend_version": "0",
            "installed_templates_version": "0",
            "required_templates_version": "0",
            "comfy_package_versions": [],
            "python_version": "3.11 (sandbox)",
            "pytorch_version": "none (sandbox)",
            "embedded_python": False,
            "deploy_environment": "sandbox",
            "argv": ["main.py"],
            "sandbox": True,
        }
        device = {
            "name": "cpu",
            "type": "cpu",
            "index": None,
            "vram_total": MEMORY_BYTES,
            "vram_free": MEMORY_BYTES // 2,
            "torch_vram_total": MEMORY_BYTES,
            "torch_vram_free": MEMORY_BYTES // 2,
        }
        return Response.json({"system": system, "devices": [device]})

    def state(self, request: Request) -> Response:
        """GET /sandbox/state."""
        return Response.json(self._state())

    def get_faults(self, request: Request) -> Response:
        """GET /sandbox/faults."""
        return Response.json(self._faults.described())

    def post_faults(self, request: Request) -> Response:
        """Turn switches; only for callers on this machine."""
        if request.client_host not in ("127.0.0.1", "::1"):
            return Response(403)
        try:
            self.switch(request.json())
        except UnknownFaultError as problem:
            return Response.json({"error": str(problem)}, 400)
        return Response.json(self._faults.described())

    def switch(self, changes: Mapping[str, Any]) -> None:
        """Turn switches. `lose_history` (true or "restart") acts at once and is not kept.

        Raises UnknownFaultError.
        """
        rest = dict(changes)
        losing = rest.pop("lose_history", False)
        self._faults.switch(rest)
        if losing:
            self._lose_history(losing == "restart")
        self._after_switching()
