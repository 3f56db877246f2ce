"""Inpainting without any model: what the mask covers is tinted; the rest stays as it is.

It runs on every ComfyUI; the seed decides colour and strength, so that candidates differ.
"""

from comfy_bridge.bindings import Binding, SeedMap
from comfy_bridge.recipes.recipe import Recipe, node

NAME = "inpaint_modelfree"
_COLOUR = SeedMap(0x000000, 0xFFFFFF, salt=3)
# Less is hardly seen; more would leave nothing of the picture's light and shade.
_STRENGTH = SeedMap(0.35, 0.65, salt=4)


def modelfree_inpaint() -> Recipe:
    """The built-in inpainting that needs no model."""
    graph = {
        "1": node("LoadImage", "Source", image=""),
        "2": node("LoadImageMask", "Mask (white = edit)", image="", channel="red"),
        "3": node("EmptyImage", "Colour", width=512, height=512, batch_size=1, color=0),
        "4": node(
            "ImageBlend",
            "Tint",
            image1=["1", 0],
            image2=["3", 0],
            blend_factor=0.5,
            blend_mode="normal",
        ),
        "5": node(
            "ImageCompositeMasked",
            "Only in the mask",
            destination=["1", 0],
            source=["4", 0],
            x=0,
            y=0,
            resize_source=False,
            mask=["2", 0],
        ),
        "9": node("SaveImage", "Result", images=["5", 0], filename_prefix="likeness-studio/out"),
    }
    bindings = (
        Binding("source_image", "1", "image", "image"),
        Binding("mask", "2", "image", "mask"),
        Binding("width", "3", "width", "int", 64, 8192),
        Binding("height", "3", "height", "int", 64, 8192),
        Binding("colour", "3", "color", "int", 0, 0xFFFFFF, seed_map=_COLOUR),
        Binding("blend_factor", "4", "blend_factor", "float", 0.0, 1.0, seed_map=_STRENGTH),
        Binding("output_prefix", "9", "filename_prefix", "prefix"),
    )
    return Recipe(
        name=NAME,
        title="Inpaint without a model",
        kind="inpaint",
        description=(
            "Tints what the mask covers in a colour drawn from the seed. Needs no model, runs on "
            "every ComfyUI."
        ),
        graph=graph,
        bindings=bindings,
    )
