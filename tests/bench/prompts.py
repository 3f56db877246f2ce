"""Prompts for the benchmarks: no model is needed, and each has a picture of its own."""

import io
import random
import secrets

from PIL import Image

from comfy_bridge.models import Workflow
from comfy_bridge.preparing import output_prefix, prepare
from comfy_bridge.requests import BoundPrompt

SIZE_PX = 512


def own_pictures(count: int) -> list[BoundPrompt]:
    """So many prompts of which a server has nothing in its cache."""
    version = Workflow.objects.get(name="modelfree_img2img").latest()
    return [
        prepare(
            version.graph,
            version.declared_bindings,
            {
                "width": SIZE_PX,
                "height": SIZE_PX,
                "seed": secrets.randbelow(2**53),
                "output_prefix": output_prefix(f"bench-{secrets.token_hex(8)}"),
            },
            {"source_image": _picture()},
            version.outputs,
        )
        for _ in range(count)
    ]


def _picture() -> bytes:
    """Noise that was enlarged, so that it compresses about as a photo does."""
    side = SIZE_PX // 8
    noise = Image.frombytes("RGB", (side, side), random.randbytes(side * side * 3))
    buffer = io.BytesIO()
    enlarged = noise.resize((SIZE_PX, SIZE_PX), Image.Resampling.BILINEAR)
    enlarged.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
