"""Pictures for the bench of faces: the portrait scaled, turned, beside itself, on a wall."""

import numpy as np
from PIL import Image

from qa.pixels import Pixels
from tests.qa.pictures import PORTRAIT

SIDE_PX = 1024


def pictures(count: int) -> list[Pixels]:
    """So many different pictures of 1024 px, each with one to three faces of 80 px and more."""
    return [picture(number) for number in range(count)]


def picture(number: int, side_px: int = SIDE_PX) -> Pixels:
    """One picture; the same number gives the same."""
    chance = np.random.default_rng(number)
    page = Image.fromarray(_wall(chance, side_px))
    with Image.open(PORTRAIT) as opened:
        portrait = opened.convert("RGB")
    others = number % 3
    for place in range(others + 1):
        share = chance.uniform(0.7, 0.95) if place == 0 else chance.uniform(0.45, 0.5)
        size = round(side_px * share)
        angle = chance.uniform(-18, 18)
        one = portrait.resize((size, size), Image.Resampling.LANCZOS)
        mask = Image.new("L", one.size, 255)
        turned = one.rotate(angle, Image.Resampling.BICUBIC)
        shown = mask.rotate(angle, Image.Resampling.BICUBIC)
        corner = (0, side_px - size) if place == 0 else ((side_px - size), (place - 1) * size // 2)
        page.paste(turned, corner, shown)
    return np.asarray(page)


def _wall(chance: np.random.Generator, side_px: int) -> Pixels:
    """A background with light, corners and grain."""
    down, across = np.mgrid[0:side_px, 0:side_px] / side_px
    light = 150 + 60 * np.sin(3 * across + chance.uniform(0, 6)) * np.cos(2 * down)
    page = np.repeat(light[..., None], 3, axis=2) * chance.uniform(0.6, 1.0, 3)
    for _ in range(12):
        x, y = (int(value) for value in chance.integers(0, side_px, 2))
        page[y : y + 90, x : x + 60] *= chance.uniform(0.5, 1.4)
    page += chance.normal(0, 3, page.shape)
    return np.clip(page, 0, 255).astype(np.uint8)
