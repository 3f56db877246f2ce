"""The size at which a workflow draws: always in the aspect of the image that it starts from. Pure.

A graph that itself says a megapixel or more is for a model that draws badly below that (SDXL,
Flux), so its area is kept; one that starts from text alone has no picture to keep to, and draws at
its own area too. All others keep the picture's size, down to a limit.
"""

from comfy_bridge.models import WorkflowVersion
from comfy_bridge.recipes import fitted, of_area

# A Stable Diffusion latent is an eighth of the picture, and memory grows with its area.
LATENT_MULTIPLE = 8
LATENT_LONG_SIDE_PX = 1024
PLAIN_LONG_SIDE_PX = 2048
# Flux takes steps of 16; so do the others.
AREA_MULTIPLE = 16
LARGE_PX = 1024 * 1024


def drawn_size(version: WorkflowVersion, width: int, height: int) -> tuple[int, int]:
    """Width and height, in px, at which the version draws an image of this size."""
    if not any(node["class_type"].startswith("VAE") for node in version.graph.values()):
        return fitted(width, height, long_side_px=PLAIN_LONG_SIDE_PX)
    area_px = _own_area(version)
    if area_px >= LARGE_PX or (area_px and version.workflow.kind == "txt2img"):
        return of_area(width, height, area_px=area_px, multiple=AREA_MULTIPLE)
    return fitted(width, height, long_side_px=LATENT_LONG_SIDE_PX, multiple=LATENT_MULTIPLE)


def _own_area(version: WorkflowVersion) -> int:
    """The area that the graph says where width and height are bound; 0 where they are not."""
    sides: dict[str, int] = {}
    for binding in version.declared_bindings:
        value = version.graph[binding.node]["inputs"][binding.input]
        if binding.name in ("width", "height") and isinstance(value, int):
            sides.setdefault(binding.name, value)
    return sides["width"] * sides["height"] if len(sides) == 2 else 0
