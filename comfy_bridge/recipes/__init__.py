"""The built-in workflows, in the order in which they are seeded."""

from comfy_bridge.recipes.flux import flux_img2img, flux_inpaint, flux_txt2img
from comfy_bridge.recipes.modelfree_img2img import modelfree_img2img
from comfy_bridge.recipes.modelfree_inpaint import modelfree_inpaint
from comfy_bridge.recipes.recipe import Recipe, fitted, of_area
from comfy_bridge.recipes.sd_img2img import sd_img2img
from comfy_bridge.recipes.sd_inpaint import sd_inpaint
from comfy_bridge.recipes.sdxl import sdxl_img2img, sdxl_inpaint
from comfy_bridge.recipes.text_to_image import sd_txt2img, sdxl_txt2img

__all__ = ["Recipe", "built_in", "fitted", "of_area"]


def built_in() -> tuple[Recipe, ...]:
    """All recipes."""
    return (
        sd_img2img(),
        modelfree_img2img(),
        sd_inpaint(),
        modelfree_inpaint(),
        sdxl_img2img(),
        sdxl_inpaint(),
        flux_img2img(),
        flux_inpaint(),
        sd_txt2img(),
        sdxl_txt2img(),
        flux_txt2img(),
    )
