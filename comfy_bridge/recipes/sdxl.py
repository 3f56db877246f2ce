"""SDXL from the recipes of Stable Diffusion: the same nodes, other sizes and samplers."""

from dataclasses import replace
from typing import Any

from comfy_bridge.recipes.recipe import Recipe, altered
from comfy_bridge.recipes.sd_img2img import sd_img2img
from comfy_bridge.recipes.sd_inpaint import sd_inpaint

# What SDXL was trained at, and samplers that suit it.
_SIDE = {"width": 1024, "height": 1024}
_SAMPLER: dict[str, Any] = {
    "steps": 30,
    "cfg": 6.0,
    "sampler_name": "dpmpp_2m",
    "scheduler": "karras",
}


def sdxl_img2img() -> Recipe:
    """Image to image with an SDXL checkpoint."""
    base = sd_img2img()
    return replace(
        base,
        name="sdxl_img2img",
        title="SDXL image to image",
        description="The source redrawn by an SDXL checkpoint at about a megapixel.",
        graph=altered(base.graph, {"5": _SIDE, "7": _SAMPLER}),
    )


def sdxl_inpaint() -> Recipe:
    """Inpainting with an SDXL checkpoint."""
    base = sd_inpaint()
    return replace(
        base,
        name="sdxl_inpaint",
        title="SDXL inpaint",
        description="What the mask covers, drawn anew by an SDXL checkpoint.",
        graph=altered(base.graph, {"7": _SAMPLER}),
    )
