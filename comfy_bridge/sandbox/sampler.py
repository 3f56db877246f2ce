"""A sampler that is played, not computed: latents carry the picture, and the seed grades it.

Colour temperature, contrast, saturation, crop and vignette vary with seed and prompt text, scaled
by denoise; a face stays recognisable. Registers its nodes beside those of nodes.py.
"""

import dataclasses
import io
import zlib
from typing import Any

import numpy as np
from PIL import Image

from comfy_bridge.sandbox import pictures
from comfy_bridge.sandbox.nodes import NODES, Work, node
from comfy_bridge.sandbox.pictures import Pixels

PREVIEW_PX = 512
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclasses.dataclass(frozen=True)
class Latent:
    """What flows between VAE and sampler: pixels, where to change them, where nothing is yet.

    All float32 in 0..1: pixels [batch, h, w, 3] with h and w multiples of 8; mask and blank
    [batch or 1, h, w].
    """

    pixels: Pixels
    mask: Pixels | None = None
    blank: Pixels | None = None


@node("CheckpointLoaderSimple")
def load_checkpoint(work: Work, ckpt_name: str) -> tuple[str, str, str]:
    """Names stand for model, text encoder and VAE."""
    return ckpt_name, ckpt_name, ckpt_name


@node("CLIPTextEncode")
def encode_text(work: Work, text: str, clip: str) -> tuple[str]:
    """The text stands for its encoding."""
    return (text,)


@node("EmptyLatentImage")
def empty_latent(work: Work, width: int, height: int, batch_size: int) -> tuple[Latent]:
    """Grey, and all of it blank."""
    shape = (batch_size, height // 8 * 8, width // 8 * 8)
    return (Latent(np.full((*shape, 3), 0.5, np.float32), blank=np.ones(shape, np.float32)),)


@node("VAEEncode")
def vae_encode(work: Work, pixels: Pixels, vae: str) -> tuple[Latent]:
    """The picture, cut to multiples of 8."""
    return (Latent(_to_eighths(pixels[..., :3])),)


@node("VAEDecode")
def vae_decode(work: Work, samples: Latent, vae: str) -> tuple[Pixels]:
    """The picture that the latent carries."""
    return (samples.pixels,)


@node("VAEEncodeForInpaint")
def vae_encode_for_inpaint(
    work: Work, pixels: Pixels, vae: str, mask: Pixels, grow_mask_by: int
) -> tuple[Latent]:
    """What the mask covers is taken out; the sampler may change a little more around it."""
    fitted = np.round(_fit_mask(mask, pixels))
    cropped = _to_eighths(pixels[..., :3])
    blanked = (cropped - 0.5) * (1 - fitted[..., None]) + 0.5
    wider = pictures.grow(fitted, (grow_mask_by + 1) // 2, tapered=False)
    return (Latent(blanked.astype(np.float32), mask=wider, blank=fitted),)


@node("InpaintModelConditioning")
def inpaint_conditioning(
    work: Work,
    positive: str,
    negative: str,
    vae: str,
    pixels: Pixels,
    mask: Pixels,
    noise_mask: bool = True,
) -> tuple[str, str, Latent]:
    """The picture and, if wanted, its mask; the texts pass through."""
    fitted = _fit_mask(mask, pixels) if noise_mask else None
    return positive, negative, Latent(_to_eighths(pixels[..., :3]), mask=fitted)


@node("SetLatentNoiseMask")
def set_noise_mask(work: Work, samples: Latent, mask: Pixels) -> tuple[Latent]:
    """Limits the sampler to a mask."""
    return (dataclasses.replace(samples, mask=_fit_mask(mask, samples.pixels)),)


@node("KSampler")
def sample(
    work: Work,
    model: str,
    seed: int,
    steps: int,
    cfg: float,
    sampler_name: str,
    scheduler: str,
    positive: str,
    negative: str,
    latent_image: Latent,
    denoise: float,
) -> tuple[Latent]:
    """Runs `steps` visible steps; equal inputs give equal pictures."""
    source = latent_image.pixels
    if denoise <= 0:
        return (latent_image,)
    result = np.stack(
        [
            _varied(latent_image, index, seed, f"{positive}\n{negative}", denoise)
            for index in range(source.shape[0])
        ]
    )
    if latent_image.mask is not None:
        weight = pictures.repeat_to(latent_image.mask, source.shape[0])[..., None]
        result = source * (1 - weight) + result * weight
    start = _for_preview(_noisy(source[0], seed, denoise))
    end = _for_preview(result[0])
    for step in range(1, steps + 1):
        work.pause()
        part = step / steps
        frame = _jpeg(start * (1 - part) + end * part) if work.preview else None
        work.report(step, steps, frame)
    return (Latent(result.astype(np.float32)),)


def _to_eighths(pixels: Pixels) -> Pixels:
    """Centre crop to multiples of 8, as the VAE nodes do: 100x75 becomes 96x72."""
    height, width = (size // 8 * 8 for size in pixels.shape[1:3])
    top, left = (size % 8 // 2 for size in pixels.shape[1:3])
    return pixels[:, top : top + height, left : left + width]


def _fit_mask(mask: Pixels, pixels: Pixels) -> Pixels:
    stretched = pictures.resize(mask[..., None], pixels.shape[2], pixels.shape[1], "bilinear")
    return _to_eighths(stretched)[..., 0]


def _varied(latent: Latent, index: int, seed: int, text: str, denoise: float) -> Pixels:
    random = np.random.default_rng([seed, zlib.crc32(text.encode()), index])
    picture = latent.pixels[index]
    if latent.blank is not None:
        hole = latent.blank[index % latent.blank.shape[0]][..., None]
        picture = picture * (1 - hole) + _drawn(picture.shape[:2], random) * hole
    return _graded(pictures.single(picture), random, denoise)


def _graded(picture: Pixels, random: np.random.Generator, amount: float) -> Pixels:
    warmth, tint = random.uniform(-0.22, 0.22), random.uniform(-0.06, 0.06)
    contrast, light = random.uniform(-0.2, 0.3), random.uniform(-0.06, 0.06)
    saturation = random.uniform(-0.5, 0.5)
    zoom, vignette = random.uniform(0, 0.08), random.uniform(0, 0.45)
    shift_x, shift_y = random.uniform(0, 1, 2)
    height, width = picture.shape[:2]
    cut_y, cut_x = int(height * zoom * amount), int(width * zoom * amount)
    top, left = int(cut_y * shift_y), int(cut_x * shift_x)
    cropped = picture[None, top : top + height - cut_y, left : left + width - cut_x]
    graded = pictures.resize(cropped, width, height, "bilinear")[0]
    grey = (graded @ LUMA)[..., None]
    graded = grey + (graded - grey) * (1 + saturation * amount)
    graded = (graded - 0.5) * (1 + contrast * amount) + 0.5 + light * amount
    gains = 1 + amount * np.array([warmth, tint, -warmth])
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
    shade = 1 - vignette * amount * np.clip(x**2 + y**2 - 0.5, 0, 1)[..., None]
    return pictures.single(np.clip(graded * gains * shade, 0, 1))


def _drawn(size: tuple[int, ...], random: np.random.Generator) -> Pixels:
    """A soft gradient with a few lights: what an empty latent becomes."""
    height, width = size
    first, second = random.uniform(0.1, 0.9, (2, 3))
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
    part = ((np.cos(angle) * x + np.sin(angle) * y) / 2.83 + 0.5)[..., None]
    drawn = first * (1 - part) + second * part
    for _ in range(5):
        centre_x, centre_y = random.uniform(-1, 1, 2)
        spread, colour = random.uniform(0.05, 0.4), random.uniform(-0.4, 0.4, 3)
        distance = (x - centre_x) ** 2 + (y - centre_y) ** 2
        drawn = drawn + np.exp(-distance / spread)[..., None] * colour
    return pictures.single(np.clip(drawn, 0, 1))


def _noisy(picture: Pixels, seed: int, denoise: float) -> Pixels:
    noise = np.random.default_rng(seed).uniform(0, 1, picture.shape)
    return pictures.single(picture * (1 - denoise) + noise * denoise)


def _for_preview(picture: Pixels) -> Pixels:
    factor = PREVIEW_PX / max(picture.shape[:2])
    width, height = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
    scaled = pictures.resize(picture[None], max(1, width), max(1, height), "bilinear")
    return pictures.single(scaled[0])


def _jpeg(picture: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pictures.to_eight_bit(picture)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


ALL_NODES = dict(NODES)
