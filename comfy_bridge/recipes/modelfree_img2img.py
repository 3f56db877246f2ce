"""Image to image without any model: the source blended with its inverse, then sharpened.

It runs on every ComfyUI; the seed decides how much, so that candidates differ.
"""

from comfy_bridge.bindings import Binding, SeedMap
from comfy_bridge.recipes.recipe import Recipe, node

NAME = "modelfree_img2img"
# Half would cancel the picture out; up to a quarter the face is still found.
_BLEND = SeedMap(0.02, 0.24, salt=1)
# More would lift the noise of a usual photo beyond what QA passes.
_SHARPEN = SeedMap(0.1, 0.6, salt=2)


def modelfree_img2img() -> Recipe:
    """The built-in workflow that needs no model."""
    graph = {
        "1": node("LoadImage", "Source", image=""),
        "2": node(
            "ImageScale",
            "Size",
            image=["1", 0],
            upscale_method="bicubic",
            width=512,
            height=512,
            crop="center",
        ),
        "3": node("ImageInvert", "Inverse", image=["2", 0]),
        "4": node(
            "ImageBlend",
            "Blend",
            image1=["2", 0],
            image2=["3", 0],
            blend_factor=0.1,
            blend_mode="normal",
        ),
        "5": node(
            "ImageSharpen", "Sharpen", image=["4", 0], sharpen_radius=1, sigma=1.0, alpha=0.5
        ),
        "9": node("SaveImage", "Result", images=["5", 0], filename_prefix="likeness-studio/out"),
    }
    bindings = (
        Binding("source_image", "1", "image", "image"),
        Binding("width", "2", "width", "int", 64, 8192),
        Binding("height", "2", "height", "int", 64, 8192),
        Binding("blend_factor", "4", "blend_factor", "float", 0.0, 1.0, seed_map=_BLEND),
        Binding("sharpen_alpha", "5", "alpha", "float", 0.0, 5.0, seed_map=_SHARPEN),
        Binding("output_prefix", "9", "filename_prefix", "prefix"),
    )
    return Recipe(
        name=NAME,
        title="Image to image without a model",
        kind="img2img",
        description=(
            "Contrast and sharpness drawn from the seed. Needs no model, runs on every ComfyUI."
        ),
        graph=graph,
        bindings=bindings,
    )
