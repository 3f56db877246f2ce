"""Text to image with a Stable Diffusion checkpoint, small (SD 1.5) or large (SDXL)."""

from comfy_bridge.bindings import SEED_MAX, Binding
from comfy_bridge.recipes.recipe import SAMPLERS, Recipe, node


def sd_txt2img() -> Recipe:
    """Text to image at the size for which SD 1.5 was trained."""
    return _recipe(
        "sd_txt2img",
        "Stable Diffusion text to image",
        side=512,
        steps=20,
        cfg=7.0,
        sampler="euler",
        scheduler="normal",
    )


def sdxl_txt2img() -> Recipe:
    """Text to image at the size for which SDXL was trained."""
    return _recipe(
        "sdxl_txt2img",
        "SDXL text to image",
        side=1024,
        steps=30,
        cfg=6.0,
        sampler="dpmpp_2m",
        scheduler="karras",
    )


def _recipe(
    name: str, title: str, *, side: int, steps: int, cfg: float, sampler: str, scheduler: str
) -> Recipe:
    graph = {
        "1": node("CheckpointLoaderSimple", "Checkpoint", ckpt_name=""),
        "2": node("CLIPTextEncode", "Positive", clip=["1", 1], text=""),
        "3": node("CLIPTextEncode", "Negative", clip=["1", 1], text=""),
        "6": node("EmptyLatentImage", "Size", width=side, height=side, batch_size=1),
        "7": node(
            "KSampler",
            "Sampler",
            model=["1", 0],
            seed=0,
            steps=steps,
            cfg=cfg,
            sampler_name=sampler,
            scheduler=scheduler,
            positive=["2", 0],
            negative=["3", 0],
            latent_image=["6", 0],
            denoise=1.0,
        ),
        "8": node("VAEDecode", "To picture", samples=["7", 0], vae=["1", 2]),
        "9": node("SaveImage", "Result", images=["8", 0], filename_prefix="likeness-studio/out"),
    }
    bindings = (
        Binding("checkpoint", "1", "ckpt_name", "model"),
        Binding("prompt", "2", "text", "text"),
        Binding("negative_prompt", "3", "text", "text"),
        Binding("width", "6", "width", "int", 64, 4096),
        Binding("height", "6", "height", "int", 64, 4096),
        Binding("seed", "7", "seed", "int", 0, SEED_MAX),
        Binding("steps", "7", "steps", "int", 1, 150),
        Binding("sampler", "7", "sampler_name", "choice", choices=SAMPLERS),
        Binding("cfg", "7", "cfg", "float", 0.0, 30.0),
        Binding("output_prefix", "9", "filename_prefix", "prefix"),
    )
    return Recipe(
        name=name,
        title=title,
        kind="txt2img",
        description="Drawn from the prompt alone, in the aspect of the source; no likeness of it.",
        graph=graph,
        bindings=bindings,
    )
