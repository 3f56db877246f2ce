"""Image to image with a Stable Diffusion checkpoint, from ComfyUI's core nodes."""

from comfy_bridge.bindings import SEED_MAX, Binding
from comfy_bridge.recipes.recipe import SAMPLERS, Recipe, node

NAME = "sd_img2img"


def sd_img2img() -> Recipe:
    """The built-in Stable Diffusion workflow. The checkpoint is chosen when it runs."""
    graph = {
        "1": node("CheckpointLoaderSimple", "Checkpoint", ckpt_name=""),
        "2": node("CLIPTextEncode", "Positive", clip=["1", 1], text=""),
        "3": node("CLIPTextEncode", "Negative", clip=["1", 1], text=""),
        "4": node("LoadImage", "Source", image=""),
        "5": node(
            "ImageScale",
            "Size",
            image=["4", 0],
            upscale_method="bicubic",
            width=512,
            height=512,
            crop="center",
        ),
        "6": node("VAEEncode", "To latent", pixels=["5", 0], vae=["1", 2]),
        "7": node(
            "KSampler",
            "Sampler",
            model=["1", 0],
            seed=0,
            steps=20,
            cfg=7.0,
            sampler_name="euler",
            scheduler="normal",
            positive=["2", 0],
            negative=["3", 0],
            latent_image=["6", 0],
            denoise=0.55,
        ),
        "8": node("VAEDecode", "To picture", samples=["7", 0], vae=["1", 2]),
        "9": node("SaveImage", "Result", images=["8", 0], filename_prefix="likeness-studio/out"),
    }
    bindings = (
        Binding("checkpoint", "1", "ckpt_name", "model"),
        Binding("prompt", "2", "text", "text"),
        Binding("negative_prompt", "3", "text", "text"),
        Binding("source_image", "4", "image", "image"),
        Binding("width", "5", "width", "int", 64, 4096),
        Binding("height", "5", "height", "int", 64, 4096),
        Binding("seed", "7", "seed", "int", 0, SEED_MAX),
        Binding("steps", "7", "steps", "int", 1, 150),
        Binding("sampler", "7", "sampler_name", "choice", choices=SAMPLERS),
        Binding("cfg", "7", "cfg", "float", 0.0, 30.0),
        Binding("denoise", "7", "denoise", "float", 0.0, 1.0),
        Binding("output_prefix", "9", "filename_prefix", "prefix"),
    )
    return Recipe(
        name=NAME,
        title="Stable Diffusion image to image",
        kind="img2img",
        description="The source redrawn by a checkpoint; denoise says how freely.",
        graph=graph,
        bindings=bindings,
    )
