"""The sandbox's arithmetic is that of ComfyUI's image nodes, done here once more with torch."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from comfy_bridge.sandbox import pictures

torch.set_num_threads(1)
RANDOM = np.random.default_rng(5)
WIDE = RANDOM.uniform(0, 1, (2, 30, 47, 3)).astype(np.float32)
OTHER = RANDOM.uniform(0, 1, (2, 30, 47, 3)).astype(np.float32)


def planes(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values).movedim(-1, 1)


def close(values: np.ndarray, expected: torch.Tensor) -> None:
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, expected.movedim(1, -1).numpy(), atol=2e-5)


def gaussian(radius: int, sigma: float) -> torch.Tensor:
    axis = torch.linspace(-1, 1, 2 * radius + 1)
    x, y = torch.meshgrid(axis, axis, indexing="ij")
    kernel = torch.exp(-(x * x + y * y) / (2 * sigma * sigma))
    return kernel / kernel.sum()


def convolved(values: np.ndarray, kernel: torch.Tensor, radius: int) -> torch.Tensor:
    padded = functional.pad(planes(values), (radius,) * 4, "reflect")
    return functional.conv2d(padded, kernel.repeat(3, 1, 1).unsqueeze(1), groups=3)


@pytest.mark.parametrize("method", ["nearest-exact", "bilinear", "area", "bicubic"])
@pytest.mark.parametrize(("width", "height"), [(16, 16), (128, 96), (47, 10), (100, 30)])
def test_resize_is_torch_interpolate(method: str, width: int, height: int) -> None:
    expected = functional.interpolate(planes(WIDE), size=(height, width), mode=method)

    close(pictures.resize(WIDE, width, height, method), expected)


def test_centre_crop_takes_the_middle_of_the_longer_side() -> None:
    expected = functional.interpolate(planes(WIDE)[..., 8:39], size=(64, 64), mode="bilinear")

    close(pictures.scale(WIDE, 64, 64, "bilinear", "center"), expected)


def test_width_zero_keeps_the_aspect() -> None:
    assert pictures.scale(WIDE, 0, 60, "area", "disabled").shape == (2, 60, 94, 3)


@pytest.mark.parametrize(("radius", "sigma"), [(1, 1.0), (5, 0.4), (8, 3.0)])
def test_blur_is_a_reflected_gaussian(radius: int, sigma: float) -> None:
    close(pictures.blur(WIDE, radius, sigma), convolved(WIDE, gaussian(radius, sigma), radius))


@pytest.mark.parametrize(("radius", "sigma", "alpha"), [(1, 1.0, 0.5), (3, 0.7, 2.0)])
def test_sharpen_is_the_kernel_of_imagesharpen(radius: int, sigma: float, alpha: float) -> None:
    kernel = gaussian(radius, sigma) * -(alpha * 10)
    kernel[radius, radius] += 1.0 - kernel.sum()

    expected = convolved(WIDE, kernel, radius).clamp(0, 1)

    np.testing.assert_allclose(
        pictures.sharpen(WIDE, radius, sigma, alpha), expected.movedim(1, -1).numpy(), atol=2e-4
    )


@pytest.mark.parametrize(
    ("mode", "first", "second", "expected"),
    [
        ("normal", 0.2, 0.6, 0.6),
        ("multiply", 0.2, 0.6, 0.12),
        ("screen", 0.2, 0.6, 0.68),
        ("overlay", 0.2, 0.6, 0.24),
        ("overlay", 0.8, 0.6, 0.84),
        ("soft_light", 0.2, 0.25, 0.12),
        ("soft_light", 0.2, 0.75, 0.2 + 0.5 * (((16 * 0.2 - 12) * 0.2 + 4) * 0.2 - 0.2)),
        ("soft_light", 0.36, 0.75, 0.36 + 0.5 * (0.6 - 0.36)),
        ("difference", 0.6, 0.2, 0.4),
    ],
)
def test_blend_modes(mode: str, first: float, second: float, expected: float) -> None:
    one, two = (np.full((1, 2, 2, 3), value, np.float32) for value in (first, second))

    whole = pictures.blend(one, two, 1.0, mode)
    part = pictures.blend(one, two, 0.25, mode)

    np.testing.assert_allclose(whole, expected, atol=1e-5)
    np.testing.assert_allclose(part, first * 0.75 + expected * 0.25, atol=1e-5)


def test_composite_stretches_the_mask_and_leaves_the_rest() -> None:
    mask = np.zeros((1, 3, 4), np.float32)
    mask[:, :, 2:] = 1.0

    mixed = pictures.composite(WIDE, OTHER, 0, 0, False, mask)

    np.testing.assert_array_equal(mixed[:, :, :10], WIDE[:, :, :10])
    np.testing.assert_allclose(mixed[:, :, 40:], OTHER[:, :, 40:], atol=1e-6)


def test_composite_cuts_a_source_that_hangs_over() -> None:
    mixed = pictures.composite(WIDE, OTHER, 40, 25, False, None)

    np.testing.assert_array_equal(mixed[:, 25:, 40:], OTHER[:, :5, :7])
    np.testing.assert_array_equal(mixed[:, :25], WIDE[:, :25])


@pytest.mark.parametrize(("tapered", "area"), [(True, 13), (False, 25)])
def test_mask_grows_by_pixels(tapered: bool, area: int) -> None:
    mask = np.zeros((1, 9, 9), np.float32)
    mask[0, 4, 4] = 1

    grown = pictures.grow(mask, 2, tapered)

    assert grown.sum() == area
    assert pictures.grow(grown, -2, tapered).sum() == 1
