"""Inpainting with a Stable Diffusion checkpoint, from ComfyUI's core nodes.

InpaintModelConditioning serves inpainting checkpoints and ordinary ones alike: the first read the
masked picture, and for both the sampler changes only what the mask covers.
"""

from comfy_bridge.bindings import SEED_MAX, Binding
from comfy_bridge.recipes.recipe import Recipe, node

NAME = "sd_inpaint"


def sd_inpaint() -> Recipe:
    """The built-in Stable Diffusion inpainting. The checkpoint is chosen when it runs."""
    graph = {
        "1": node("CheckpointLoaderSimple", "Checkpoint", ckpt_name=""),
        "2": node("CLIPTextEncode", "Positive", clip=["1", 1], text=""),
        "3": node("CLIPTextEncode", "Negative", clip=["1", 1], text=""),
        "4": node("LoadImage", "Source", image=""),
        "5": node("LoadImageMask", "Mask (white = edit)", image="", channel="red"),
        "10": node(
            "InpaintModelConditioning",
            "Only in the mask",
            positive=["2", 0],
            negative=["3", 0],
            vae=["1", 2],
            pixels=["4", 0],
            mask=["5", 0],
            noise_mask=True,
        ),
        "7": node(
            "KSampler",
            "Sampler",
            model=["1", 0],
            seed=0,
            steps=25,
            cfg=7.0,
            sampler_name="euler",
            scheduler="normal",
            positive=["10", 0],
            negative=["10", 1],
            latent_image=["10", 2],
            denoise=0.9,
        ),
        "8": node("VAEDecode", "To picture", samples=["7", 0], vae=["1", 2]),
        "9": node("SaveImage", "Result", images=["8", 0], filename_prefix="likeness-studio/out"),
    }
    bindings = (
        Binding("checkpoint", "1", "ckpt_name", "model"),
        Binding("prompt", "2", "text", "text"),
        Binding("negative_prompt", "3", "text", "text"),
        Binding("source_image", "4", "image", "image"),
        Binding("mask", "5", "image", "mask"),
        Binding("seed", "7", "seed", "int", 0, SEED_MAX),
        Binding("steps", "7", "steps", "int", 1, 150),
        Binding("cfg", "7", "cfg", "float", 0.0, 30.0),
        Binding("denoise", "7", "denoise", "float", 0.0, 1.0),
        Binding("output_prefix", "9", "filename_prefix", "prefix"),
    )
    return Recipe(
        name=NAME,
        title="Stable Diffusion inpaint",
        kind="inpaint",
        description="What the mask covers, drawn anew by a checkpoint; denoise says how freely.",
        graph=graph,
        bindings=bindings,
    )
