"""Pictures whose true value is known: blurred, exposed, noisy, tinted, compressed."""

import itertools

import cv2
import numpy as np
from PIL import Image

from qa import measures
from qa.views import View
from tests.qa.pictures import as_bytes, encoded, portrait

SIZES = ((256, 256), (400, 700), (512, 512), (1024, 1024), (1536, 1024))  # width, height


def flat(level, shape=(256, 256)):
    return np.full((*shape, 3), level, np.uint8)


def grey(values):
    return np.repeat(as_bytes(values)[..., None], 3, axis=2)


def photo(size):
    """The portrait at another size, as sharp as it can be."""
    return np.asarray(Image.fromarray(portrait()).resize(size, Image.Resampling.LANCZOS))


def edges(size, sigma, low=60, high=190):
    """Squares whose edges are blurred by `sigma`, drawn without aliasing."""
    side = max(size) // 8
    x, y = ((np.arange(length) // side) % 2 for length in size)
    board = np.where(x[None, :] ^ y[:, None], high, low).astype(np.float32)
    return grey(cv2.GaussianBlur(board, (0, 0), sigma) if sigma else board)


def blurred(pixels, sigma):
    return cv2.GaussianBlur(pixels, (0, 0), sigma) if sigma else pixels


def noisy(pixels, sigma, seed=0):
    """Independent normal noise in each channel."""
    return as_bytes(pixels + np.random.default_rng(seed).normal(0, sigma, pixels.shape))


def exposed(pixels, stops):
    """What a camera would have recorded with another exposure: linear light, then sRGB."""
    return in_srgb(measures.LINEAR[pixels] * 2.0**stops)


def in_srgb(light):
    light = np.clip(light, 0, 1)
    curve = 1.055 * light ** (1 / 2.4) - 0.055
    return as_bytes(np.where(light <= 0.0031308, light * 12.92, curve) * 255)


def tinted(pixels, a, b):
    """Moved in CIELAB by a and b."""
    lab = cv2.cvtColor((pixels / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    return as_bytes(cv2.cvtColor(lab + np.float32([0, a, b]), cv2.COLOR_LAB2RGB) * 255)


def as_jpeg(pixels, quality):
    data = np.frombuffer(encoded(pixels, "JPEG", quality=quality), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def values(measure, pictures):
    return [measure(View(picture)) for picture in pictures]


def falling(numbers):
    return all(a > b for a, b in itertools.pairwise(numbers))
