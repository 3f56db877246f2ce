"""The node classes that make, load, change and save pictures, executed truly.

A node is a function of a Work and its inputs; it knows its prompt only through the Work.
"""

import dataclasses
import json
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageOps, ImageSequence
from PIL.PngImagePlugin import PngInfo

from comfy_bridge.sandbox import pictures
from comfy_bridge.sandbox.folders import EscapeError, Folders
from comfy_bridge.sandbox.pictures import Pixels

LETTERS = "abcdefghijklmnopqrstuvxyz"
CHANNELS = {"red": 0, "green": 1, "blue": 2, "alpha": 3}
PLAIN_MODES = ("RGB", "L", "I", "I;16", "F")
# A real server derives this once at its start; cached previews of a process share it.
TEMP_SUFFIX = "_temp_" + "".join(secrets.choice(LETTERS) for _ in range(5))


@dataclasses.dataclass(frozen=True)
class Work:
    """What a running node may use."""

    folders: Folders
    prompt: dict[str, Any]
    extra_pnginfo: dict[str, Any]
    preview: bool
    report: Callable[[int, int, bytes | None], None]  # step, of steps, JPEG
    pause: Callable[[], None]  # one sampler step's time; raises when interrupted


@dataclasses.dataclass(frozen=True)
class Output:
    """What an output node shows: its `output` in messages and history, and its values."""

    ui: dict[str, Any] | None
    values: tuple[Any, ...] = ()


Node = Callable[..., tuple[Any, ...] | Output]
NODES: dict[str, Node] = {}


def node(class_type: str) -> Callable[[Node], Node]:
    """Register a function as the node class of this name."""

    def register(function: Node) -> Node:
        NODES[class_type] = function
        return function

    return register


@node("LoadImage")
def load_image(work: Work, image: str) -> tuple[Pixels, Pixels]:
    """IMAGE without alpha; MASK = 1 - alpha, or a 64x64 zero mask if there is no alpha."""
    frames: list[Pixels] = []
    masks: list[Pixels] = []
    with Image.open(work.folders.annotated(image)) as opened:
        for raw in ImageSequence.Iterator(opened):
            frame = ImageOps.exif_transpose(raw)
            if frame.mode.startswith("I"):  # 16 bits a pixel
                frame = Image.fromarray((np.asarray(frame) / 257).clip(0, 255).astype(np.uint8))
            size = frames[0].shape[1::-1] if frames else frame.size
            if frame.size != size:
                continue
            if "A" in frame.getbands() or "transparency" in frame.info:
                alpha = np.asarray(frame.convert("RGBA").getchannel("A"), np.float32)
                masks.append(np.asarray(1.0 - alpha / 255.0, np.float32))
            else:
                plain = frame.mode in PLAIN_MODES
                masks.append(np.zeros((64, 64) if plain else frame.size[::-1], np.float32))
            frames.append(pictures.from_eight_bit(np.asarray(frame.convert("RGB"))))
    return np.stack(frames), np.stack(masks)


@node("LoadImageMask")
def load_image_mask(work: Work, image: str, channel: str) -> tuple[Pixels]:
    """One channel as a mask; alpha is inverted as in LoadImage."""
    with Image.open(work.folders.annotated(image)) as opened:
        frame = ImageOps.exif_transpose(opened).convert("RGBA")
    values = np.asarray(frame, np.float32)[None, :, :, CHANNELS[channel]] / 255.0
    return (1.0 - values if channel == "alpha" else values,)


@node("EmptyImage")
def empty_image(work: Work, width: int, height: int, batch_size: int, color: int) -> tuple[Pixels]:
    """One flat colour (0xRRGGBB)."""
    rgb = np.array([color >> 16 & 255, color >> 8 & 255, color & 255], np.float32) / 255.0
    return (np.broadcast_to(rgb, (batch_size, height, width, 3)).copy(),)


@node("ImageScale")
def image_scale(
    work: Work, image: Pixels, upscale_method: str, width: int, height: int, crop: str
) -> tuple[Pixels]:
    """Optional centre crop, then resize; 0 keeps the aspect."""
    return (pictures.scale(image, width, height, upscale_method, crop),)


@node("ImageScaleBy")
def image_scale_by(
    work: Work, image: Pixels, upscale_method: str, scale_by: float
) -> tuple[Pixels]:
    """Resize by a factor."""
    width, height = round(image.shape[2] * scale_by), round(image.shape[1] * scale_by)
    return (pictures.resize(image, width, height, upscale_method),)


@node("ImageInvert")
def image_invert(work: Work, image: Pixels) -> tuple[Pixels]:
    """1 - value."""
    return (1.0 - image,)


@node("ImageBlend")
def image_blend(
    work: Work, image1: Pixels, image2: Pixels, blend_factor: float, blend_mode: str
) -> tuple[Pixels]:
    """See pictures.blend."""
    return (pictures.blend(image1, image2, blend_factor, blend_mode),)


@node("ImageSharpen")
def image_sharpen(
    work: Work, image: Pixels, sharpen_radius: int, sigma: float, alpha: float
) -> tuple[Pixels]:
    """See pictures.sharpen."""
    return (pictures.sharpen(image, sharpen_radius, sigma, alpha),)


@node("ImageBlur")
def image_blur(work: Work, image: Pixels, blur_radius: int, sigma: float) -> tuple[Pixels]:
    """See pictures.blur."""
    return (pictures.blur(image, blur_radius, sigma),)


@node("ImageCompositeMasked")
def image_composite_masked(
    work: Work,
    destination: Pixels,
    source: Pixels,
    x: int,
    y: int,
    resize_source: bool,
    mask: Pixels | None = None,
) -> tuple[Pixels]:
    """See pictures.composite."""
    return (pictures.composite(destination, source, x, y, resize_source, mask),)


@node("GrowMask")
def grow_mask(work: Work, mask: Pixels, expand: int, tapered_corners: bool) -> tuple[Pixels]:
    """See pictures.grow."""
    return (pictures.grow(mask, expand, tapered_corners),)


@node("MaskToImage")
def mask_to_image(work: Work, mask: Pixels) -> tuple[Pixels]:
    """A mask as a grey picture."""
    return (np.repeat(mask[..., None], 3, axis=3),)


@node("ImageToMask")
def image_to_mask(work: Work, image: Pixels, channel: str) -> tuple[Pixels]:
    """One channel as a mask."""
    return (image[..., CHANNELS[channel]],)


@node("SolidMask")
def solid_mask(work: Work, value: float, width: int, height: int) -> tuple[Pixels]:
    """One value everywhere."""
    return (np.full((1, height, width), value, np.float32),)


@node("InvertMask")
def invert_mask(work: Work, mask: Pixels) -> tuple[Pixels]:
    """1 - value."""
    return (1.0 - mask,)


@node("JoinImageWithAlpha")
def join_image_with_alpha(work: Work, image: Pixels, alpha: Pixels) -> tuple[Pixels]:
    """A picture with 1 - alpha as its fourth channel."""
    stretched = pictures.resize(alpha[..., None], image.shape[2], image.shape[1], "bilinear")
    joined = [image[..., :3], 1.0 - pictures.repeat_to(stretched, image.shape[0])]
    return (np.concatenate(joined, axis=3),)


@node("PreviewAny")
def preview_any(work: Work, source: Any = None) -> Output:
    """Anything as text."""
    return Output({"text": [source if isinstance(source, str) else str(source)]})


@node("SaveImage")
def save_image(work: Work, images: Pixels, filename_prefix: str) -> Output:
    """One PNG per picture, `prefix_00001_.png`, with the prompt in its text chunks."""
    return Output({"images": _save(work, images, "output", filename_prefix, 4)}, (images,))


@node("PreviewImage")
def preview_image(work: Work, images: Pixels) -> Output:
    """As SaveImage, into the temp folder."""
    prefix = f"ComfyUI{TEMP_SUFFIX}"
    return Output({"images": _save(work, images, "temp", prefix, 1)}, (images,))


def _save(
    work: Work, images: Pixels, kind: str, prefix: str, compress_level: int
) -> list[dict[str, str]]:
    height, width = images.shape[1:3]
    try:
        folder, stem, counter = work.folders.next_file(kind, prefix, width, height)
    except EscapeError:
        raise RuntimeError(
            "**** ERROR: Saving image outside the output folder is not allowed.\n"
            f" full_output_folder: {prefix}\n"
            f"         output_dir: {work.folders.root / 'output'}"
        ) from None
    info = PngInfo()
    info.add_text("prompt", json.dumps(work.prompt))
    for name, value in work.extra_pnginfo.items():
        info.add_text(name, json.dumps(value))
    subfolder = folder.relative_to(work.folders.root / kind).as_posix()
    saved = []
    for offset, picture in enumerate(images):
        name = f"{stem}_{counter + offset:05}_.png"
        image = Image.fromarray(pictures.to_eight_bit(picture))
        image.save(folder / name, pnginfo=info, compress_level=compress_level)
        shown = "" if subfolder == "." else subfolder
        saved.append({"filename": name, "subfolder": shown, "type": kind})
    return saved
