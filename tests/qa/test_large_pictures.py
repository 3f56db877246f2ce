"""A large picture is decoded at half its size, and its values agree with those of all pixels."""

import numpy as np
import pytest
from PIL import Image

from qa.details import blockiness, noise
from qa.distances import phash
from qa.measuring import MEASURES
from qa.pixels import decode
from qa.views import View, view
from tests.qa.pictures import encoded
from tests.qa.series import as_bytes, photo
from tests.qa.test_pixels import saved

# How far a value of the halved picture may be off, relative and absolute; views.py says the same.
AGREEMENT = {
    "resolution": (0, 0),
    "sharpness": (0.03, 0),
    "exposure": (0, 0.03),
    "clipped_shadows": (0, 1.5),
    "clipped_highlights": (0, 1.5),
    "noise": (0.15, 2),
    "colour_cast": (0, 0.5),
}


def both(picture, kind, **options):
    """The view of all pixels, and the one that the studio takes."""
    data = encoded(picture, kind, **options)
    return View(decode(data)), view(data)


def grainy(size, sigma):
    """Noise that is the same in all channels: a JPEG blurs the rest with its colours."""
    grain = np.random.default_rng(0).normal(0, sigma, (size[1], size[0], 1))
    return as_bytes(photo(size) + grain)


@pytest.mark.parametrize(
    ("kind", "size", "options"),
    [("JPEG", (4000, 3000), {"quality": 92}), ("PNG", (1400, 1301), {"compress_level": 1})],
)
def test_the_values_agree_with_those_of_all_pixels(kind, size, options):
    whole, halved = both(grainy(size, 3), kind, **options)
    assert (halved.factor, halved.size) == (2, size[::-1])
    for function in MEASURES:
        if function is not blockiness:
            relative, absolute = AGREEMENT[function.__name__]
            expected = pytest.approx(function(whole), rel=relative, abs=absolute)
            assert function(halved) == expected, function.__name__
    assert (phash(whole.even) != phash(halved.even)).sum() <= 2


@pytest.mark.parametrize("sigma", [6, 15])
def test_noise_that_matters_is_the_same_at_half_the_size(sigma):
    whole, halved = both(grainy((1700, 1500), sigma), "JPEG", quality=95)
    assert noise(whole) == pytest.approx(sigma, rel=0.15)
    assert noise(halved) == pytest.approx(noise(whole), rel=0.15)


def test_blocks_of_half_the_size_stand_out_less_but_are_seen():
    whole, halved = both(photo((1700, 1500)), "JPEG", quality=20)
    assert 1.4 < blockiness(halved) < blockiness(whole)


@pytest.mark.parametrize("orientation", [1, 6])
def test_the_size_is_that_of_the_upright_picture(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(photo((2001, 1403)))
    seen = view(saved(picture, "JPEG", quality=90, exif=exif))
    assert seen.size == ((1403, 2001) if orientation == 1 else (2001, 1403))
    assert seen.factor == 2
    assert abs(seen.rgb.shape[0] * 2 - seen.size[0]) <= 2
