"""Flux, whose model, text encoders and VAE are files of their own.

The names in the graphs are those under which these files are published; a server that has others
is told by a value. Flux is distilled: guidance goes into the conditioning, cfg stays 1, and there
is no negative prompt.
"""

from typing import Any

from comfy_bridge.bindings import SEED_MAX, Binding
from comfy_bridge.recipes.recipe import Recipe, node
from comfy_bridge.requests import Graph

_RESULT = {"filename_prefix": "likeness-studio/out"}


def flux_img2img() -> Recipe:
    """Image to image with Flux."""
    graph = {
        **_models("flux1-dev.safetensors"),
        "4": node("LoadImage", "Source", image=""),
        "5": node(
            "ImageScale",
            "Size",
            image=["4", 0],
            upscale_method="bicubic",
            width=1024,
            height=1024,
            crop="center",
        ),
        "6": node("VAEEncode", "To latent", pixels=["5", 0], vae=["3", 0]),
        **_prompt(guidance=3.5),
        "7": _sampler(latent=["6", 0], denoise=0.75),
        **_saved(),
    }
    bindings = (
        *_MODELS,
        Binding("source_image", "4", "image", "image"),
        Binding("width", "5", "width", "int", 64, 4096),
        Binding("height", "5", "height", "int", 64, 4096),
        *_SAMPLED,
        _DENOISE,
    )
    return Recipe(
        name="flux_img2img",
        title="Flux image to image",
        kind="img2img",
        description="The source redrawn by Flux; denoise says how freely.",
        graph=graph,
        bindings=bindings,
    )


def flux_txt2img() -> Recipe:
    """Text to image with Flux."""
    graph = {
        **_models("flux1-dev.safetensors"),
        "6": node("EmptySD3LatentImage", "Size", width=1024, height=1024, batch_size=1),
        **_prompt(guidance=3.5),
        "7": _sampler(latent=["6", 0], denoise=1.0),
        **_saved(),
    }
    bindings = (
        *_MODELS,
        Binding("width", "6", "width", "int", 64, 4096),
        Binding("height", "6", "height", "int", 64, 4096),
        *_SAMPLED,
    )
    return Recipe(
        name="flux_txt2img",
        title="Flux text to image",
        kind="txt2img",
        description="Drawn by Flux from the prompt alone, in the aspect of the source.",
        graph=graph,
        bindings=bindings,
    )


def flux_inpaint() -> Recipe:
    """Inpainting with Flux Fill, which reads the picture around the mask."""
    graph = {
        **_models("flux1-fill-dev.safetensors"),
        "4": node("LoadImage", "Source", image=""),
        "5": node("LoadImageMask", "Mask (white = edit)", image="", channel="red"),
        **_prompt(guidance=30.0),
        "13": node(
            "InpaintModelConditioning",
            "Only in the mask",
            positive=["11", 0],
            negative=["12", 0],
            vae=["3", 0],
            pixels=["4", 0],
            mask=["5", 0],
            noise_mask=True,
        ),
        "14": node("DifferentialDiffusion", "Soft edges", model=["1", 0]),
        "7": _sampler(
            latent=["13", 2], denoise=1.0, model=["14", 0], positive=["13", 0], negative=["13", 1]
        ),
        **_saved(),
    }
    bindings = (
        *_MODELS,
        Binding("source_image", "4", "image", "image"),
        Binding("mask", "5", "image", "mask"),
        *_SAMPLED,
        _DENOISE,
    )
    return Recipe(
        name="flux_inpaint",
        title="Flux inpaint",
        kind="inpaint",
        description="What the mask covers, drawn anew by Flux Fill.",
        graph=graph,
        bindings=bindings,
    )


def _models(unet: str) -> Graph:
    return {
        "1": node("UNETLoader", "Model", unet_name=unet, weight_dtype="default"),
        "2": node(
            "DualCLIPLoader",
            "Text encoders",
            clip_name1="t5xxl_fp16.safetensors",
            clip_name2="clip_l.safetensors",
            type="flux",
        ),
        "3": node("VAELoader", "VAE", vae_name="ae.safetensors"),
    }


def _prompt(*, guidance: float) -> Graph:
    return {
        "10": node("CLIPTextEncode", "Prompt", clip=["2", 0], text=""),
        "11": node("FluxGuidance", "Guidance", conditioning=["10", 0], guidance=guidance),
        "12": node("ConditioningZeroOut", "No negative", conditioning=["10", 0]),
    }


def _sampler(*, latent: list[Any], denoise: float, **links: list[Any]) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "model": ["1", 0],
        "seed": 0,
        "steps": 20,
        "cfg": 1.0,
        "sampler_name": "euler",
        "scheduler": "simple",
        "positive": ["11", 0],
        "negative": ["12", 0],
        "latent_image": latent,
        "denoise": denoise,
        **links,
    }
    return node("KSampler", "Sampler", **inputs)


def _saved() -> Graph:
    return {
        "8": node("VAEDecode", "To picture", samples=["7", 0], vae=["3", 0]),
        "9": node("SaveImage", "Result", images=["8", 0], **_RESULT),
    }


_MODELS = (
    Binding("unet_name", "1", "unet_name", "model"),
    Binding("clip_name1", "2", "clip_name1", "model"),
    Binding("clip_name2", "2", "clip_name2", "model"),
    Binding("vae_name", "3", "vae_name", "model"),
)
_SAMPLED = (
    Binding("prompt", "10", "text", "text"),
    Binding("guidance", "11", "guidance", "float", 0.0, 100.0),
    Binding("seed", "7", "seed", "int", 0, SEED_MAX),
    Binding("steps", "7", "steps", "int", 1, 150),
    Binding("output_prefix", "9", "filename_prefix", "prefix"),
)
_DENOISE = Binding("denoise", "7", "denoise", "float", 0.0, 1.0)
