"""Sharpness is the known MTF50 of blurred edges, whatever the size, the contrast and the light."""

import numpy as np
import pytest

from qa.details import sharpness
from qa.views import View
from tests.qa.series import SIZES, blurred, edges, exposed, falling, flat, noisy, photo, values

SIGMAS = (0, 0.7, 1.5, 3, 5, 8)


def known(size, sigma):
    """Line pairs over a side; 1.21 px² of 512 are what the measure adds by itself."""
    even = 512 / np.sqrt(size[0] * size[1])
    return 512 * 0.1874 / np.sqrt((sigma * even) ** 2 + 1.21)


# Of sigma below a pixel a small picture shows only what the pixels themselves blur.
KNOWN = [(size, share) for size in SIZES for share in (0, 0.002, 0.004, 0.007)]
KNOWN = [(size, share) for size, share in KNOWN if not 0 < share * min(size) < 1]


@pytest.mark.parametrize(("size", "share"), KNOWN)
def test_it_is_the_known_mtf50_of_blurred_edges(size, share):
    """`share` is sigma in sides of the picture made square: 0.007 is soft to every eye."""
    sigma = share * np.sqrt(size[0] * size[1])
    assert sharpness(View(edges(size, sigma))) == pytest.approx(known(size, sigma), rel=0.15)


@pytest.mark.parametrize("contrast", [(20, 40), (100, 255), (0, 255)])
def test_contrast_does_not_matter(contrast):
    low, high = contrast
    measured = sharpness(View(edges((512, 512), 2, low, high)))
    assert measured == pytest.approx(known((512, 512), 2), rel=0.1)


@pytest.mark.parametrize("size", [(96, 96), *SIZES])
def test_it_falls_with_the_sigma_of_a_blur(size):
    assert falling(values(sharpness, [blurred(photo(size), sigma) for sigma in SIGMAS]))


def test_it_speaks_of_the_picture_and_not_of_its_size():
    big = blurred(photo((2048, 2048)), 8)
    half = big.reshape(1024, 2, 1024, 2, 3).mean(axis=(1, 3)).astype(np.uint8)
    assert sharpness(View(half)) == pytest.approx(sharpness(View(big)), rel=0.05)


@pytest.mark.parametrize("stops", [-4, -2, 1])
def test_a_dark_or_bright_picture_is_no_softer(stops):
    picture = photo((512, 512))
    assert sharpness(View(exposed(picture, stops))) > 0.8 * sharpness(View(picture))


def test_a_soft_background_does_not_make_a_sharp_face_soft():
    picture = photo((512, 512))
    soft = blurred(picture, 6)
    soft[40:220, 140:320] = picture[40:220, 140:320]
    assert sharpness(View(soft)) > 2 * sharpness(View(blurred(picture, 6)))


@pytest.mark.parametrize("level", [0, 90, 255])
def test_without_an_edge_it_is_not_measured(level):
    assert sharpness(View(flat(level))) is None


def test_a_smooth_ramp_is_not_called_soft():
    ramp = np.tile(np.linspace(80, 170, 512), (512, 1))
    picture = np.repeat(ramp[..., None], 3, axis=2).astype(np.uint8)
    assert sharpness(View(picture)) > 60


def test_noise_on_a_flat_picture_is_no_blur():
    assert sharpness(View(noisy(flat(128), 8))) > 60
