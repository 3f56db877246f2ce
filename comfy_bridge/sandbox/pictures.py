"""The arithmetic of ComfyUI's image nodes: float32 arrays [batch, height, width, channels], 0..1.

Pure numpy; knows nothing of graphs, files or samplers. Formulas follow the nodes' documented
behaviour (torch's interpolation without antialiasing, separable Gaussian with reflected border).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.float32]


def single(values: Any) -> Pixels:
    """As float32."""
    return np.asarray(values, np.float32)


def _taps(method: str, size: int, wanted: int) -> tuple[npt.NDArray[np.intp], Pixels]:
    """Source indices and weights [wanted, taps] of torch's interpolate along one axis."""
    if method == "nearest-exact":
        near = np.floor((np.arange(wanted) + 0.5) * size / wanted).astype(np.intp)
        return np.minimum(near, size - 1)[:, None], np.ones((wanted, 1), np.float32)
    centre = (np.arange(wanted) + 0.5) * size / wanted - 0.5
    if method == "bilinear":
        centre = np.maximum(centre, 0.0)
        low = np.floor(centre).astype(np.intp)
        part = centre - low
        index = np.stack([low, low + 1], axis=1)
        return np.clip(index, 0, size - 1), single(np.stack([1 - part, part], axis=1))
    low = np.floor(centre).astype(np.intp)
    index = low[:, None] + np.arange(-1, 3)
    distance = np.abs((centre - low)[:, None] - np.arange(-1, 3))
    a = -0.75  # torch's cubic coefficient (Pillow and OpenCV differ)
    near_weight = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far_weight = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    weight = np.where(distance <= 1, near_weight, far_weight)
    return np.clip(index, 0, size - 1), single(weight)


def _resample(pixels: Pixels, method: str, wanted: int, axis: int) -> Pixels:
    size = pixels.shape[axis]
    if size == wanted:
        return pixels
    moved = np.moveaxis(pixels, axis, -1)
    if method == "area":
        start = np.arange(wanted) * size // wanted
        end = -(-(np.arange(wanted) + 1) * size // wanted)
        zero = np.zeros((*moved.shape[:-1], 1))
        summed = np.concatenate([zero, np.cumsum(moved, axis=-1, dtype=np.float64)], axis=-1)
        result = (summed[..., end] - summed[..., start]) / (end - start)
    else:
        index, weight = _taps(method, size, wanted)
        result = np.zeros((*moved.shape[:-1], wanted), np.float32)
        for tap in range(index.shape[1]):
            result += moved[..., index[:, tap]] * weight[:, tap]
    return np.moveaxis(result.astype(np.float32), -1, axis)


def resize(pixels: Pixels, width: int, height: int, method: str) -> Pixels:
    """Resize without cropping; `method` as in ImageScale."""
    if method == "lanczos":
        eight_bit = np.clip(pixels * 255.0, 0, 255).astype(np.uint8)
        done = [
            np.asarray(Image.fromarray(one).resize((width, height), Image.Resampling.LANCZOS))
            for one in eight_bit
        ]
        return np.stack(done).astype(np.float32) / 255.0
    return _resample(_resample(pixels, method, height, 1), method, width, 2)


def scale(pixels: Pixels, width: int, height: int, method: str, crop: str) -> Pixels:
    """ImageScale: optional centre crop to the wanted aspect, then resize; 0 keeps the aspect."""
    old_height, old_width = pixels.shape[1:3]
    if width == 0 and height == 0:
        return pixels
    width = width or max(1, round(old_width * height / old_height))
    height = height or max(1, round(old_height * width / old_width))
    if crop == "center":
        old_aspect, aspect = old_width / old_height, width / height
        x = round((old_width - old_width * aspect / old_aspect) / 2) if old_aspect > aspect else 0
        y = round((old_height - old_height * old_aspect / aspect) / 2) if old_aspect < aspect else 0
        pixels = pixels[:, y : old_height - y, x : old_width - x]
    return resize(pixels, width, height, method)


def gaussian_weights(radius: int, sigma: float) -> Pixels:
    """One axis of ImageBlur's kernel: 2r+1 points over -1..1; sigma is in units of the radius."""
    axis = np.linspace(-1, 1, 2 * radius + 1)
    weight = np.exp(-(axis**2) / (2 * sigma**2))
    return single(weight / weight.sum())


def blur(pixels: Pixels, radius: int, sigma: float) -> Pixels:
    """ImageBlur."""
    weights = gaussian_weights(radius, sigma)
    for axis in (1, 2):
        pad = [(0, 0)] * 4
        pad[axis] = (radius, radius)
        padded = np.moveaxis(np.pad(pixels, pad, mode="reflect"), axis, 0)
        size = pixels.shape[axis]
        total = np.zeros((size, *padded.shape[1:]), np.float32)
        for tap, weight in enumerate(weights):
            total += padded[tap : tap + size] * weight
        pixels = np.moveaxis(total, 0, axis)
    return pixels


def sharpen(pixels: Pixels, radius: int, sigma: float, alpha: float) -> Pixels:
    """ImageSharpen: the picture plus 10 * alpha times what blurring takes away."""
    return single(np.clip(pixels + 10 * alpha * (pixels - blur(pixels, radius, sigma)), 0, 1))


def blend(first: Pixels, second: Pixels, factor: float, mode: str) -> Pixels:
    """ImageBlend; a second picture of another size is scaled to the first with centre crop."""
    if first.shape[1:3] != second.shape[1:3]:
        second = scale(second, first.shape[2], first.shape[1], "bicubic", "center")
    mixed = _BLENDS[mode](first, second)
    return single(np.clip(first * (1 - factor) + mixed * factor, 0, 1))


def _soft_light(first: Pixels, second: Pixels) -> Pixels:
    root = np.sqrt(np.maximum(first, 0))
    curve = np.where(first <= 0.25, ((16 * first - 12) * first + 4) * first, root)
    darker = first - (1 - 2 * second) * first * (1 - first)
    return single(np.where(second <= 0.5, darker, first + (2 * second - 1) * (curve - first)))


def _overlay(first: Pixels, second: Pixels) -> Pixels:
    lighter = 1 - 2 * (1 - first) * (1 - second)
    return single(np.where(first <= 0.5, 2 * first * second, lighter))


_BLENDS: dict[str, Callable[[Pixels, Pixels], Pixels]] = {
    "normal": lambda first, second: second,
    "multiply": lambda first, second: first * second,
    "screen": lambda first, second: 1 - (1 - first) * (1 - second),
    "overlay": _overlay,
    "soft_light": _soft_light,
    "difference": lambda first, second: first - second,
}


def repeat_to(pixels: Pixels, batch: int) -> Pixels:
    """As many pictures as `batch`, the given ones over and over."""
    return single(pixels[np.arange(batch) % pixels.shape[0]])


def composite(
    destination: Pixels, source: Pixels, x: int, y: int, resize_source: bool, mask: Pixels | None
) -> Pixels:
    """ImageCompositeMasked: `source` laid over `destination` at (x, y) px where mask is 1.

    A mask [batch, h, w] of another size is stretched over the source.
    """
    result = destination.copy()
    if resize_source:
        source = resize(source, destination.shape[2], destination.shape[1], "bilinear")
    source = repeat_to(source, destination.shape[0])
    height, width = source.shape[1:3]
    if mask is None:
        mask = np.ones((source.shape[0], height, width), np.float32)
    weight = repeat_to(resize(mask[..., None], width, height, "bilinear"), source.shape[0])
    visible_height = max(0, min(height, destination.shape[1] - y))
    visible_width = max(0, min(width, destination.shape[2] - x))
    weight = weight[:, :visible_height, :visible_width]
    window = np.s_[:, y : y + visible_height, x : x + visible_width]
    visible = source[:, :visible_height, :visible_width]
    result[window] = weight * visible + (1 - weight) * result[window]
    return result


def grow(mask: Pixels, pixels: int, tapered: bool) -> Pixels:
    """GrowMask on [batch, h, w]: widen (negative: narrow) a mask; tapered leaves out corners."""
    pick = np.maximum if pixels >= 0 else np.minimum
    steps = [(0, 1), (2, 1), (1, 0), (1, 2)]
    if not tapered:
        steps += [(0, 0), (0, 2), (2, 0), (2, 2)]
    height, width = mask.shape[1:3]
    for _ in range(abs(pixels)):
        padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)), mode="edge")
        for dy, dx in steps:
            mask = pick(mask, padded[:, dy : dy + height, dx : dx + width])
    return mask


def to_eight_bit(picture: Pixels) -> npt.NDArray[np.uint8]:
    """[h, w, c] in 0..1 to bytes, truncating as SaveImage does."""
    return np.asarray(np.clip(255.0 * picture, 0, 255), np.uint8)


def from_eight_bit(picture: Any) -> Pixels:
    """Bytes to 0..1."""
    return single(picture) / np.float32(255.0)
