"""The built-in workflows, in the order in which they are seeded."""

from comfy_bridge.recipes.modelfree_img2img import modelfree_img2img
from comfy_bridge.recipes.recipe import Recipe, fitted
from comfy_bridge.recipes.sd_img2img import sd_img2img

__all__ = ["Recipe", "built_in", "fitted"]


def built_in() -> tuple[Recipe, ...]:
    """All recipes."""
    return (sd_img2img(), modelfree_img2img())
