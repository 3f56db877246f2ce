"""Exposure in stops, clipping in per cent, cast in CIELAB: each is what it is known to be."""

import numpy as np
import pytest

from qa.measures import clipped_highlights, clipped_shadows, colour_cast, exposure
from qa.views import View
from tests.qa.series import (
    SIZES,
    as_bytes,
    exposed,
    falling,
    flat,
    grey,
    in_srgb,
    photo,
    tinted,
    values,
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stops", [-3, -2, -1, 1, 1.5])
def test_exposure_moves_by_exactly_the_stops_of_light(size, stops):
    width, height = size
    picture = grey(np.tile(np.linspace(60, 120, width), (height, 1)))
    moved = exposure(View(exposed(picture, stops))) - exposure(View(picture))
    assert moved == pytest.approx(stops, abs=0.05)


def test_exposure_of_a_portrait_rises_with_the_stops():
    pictures = [exposed(photo((400, 500)), stops) for stops in (2, 1, 0, -1, -2, -4)]
    assert falling(values(exposure, pictures))


def test_mid_grey_is_exposed_by_zero_stops():
    # sRGB 118 is the level next to a reflectance of 18 %.
    assert exposure(View(flat(118))) == pytest.approx(0, abs=0.02)


def test_black_has_the_floor_and_white_what_lies_above_mid_grey():
    assert exposure(View(flat(0))) == -12
    assert exposure(View(flat(255))) == pytest.approx(np.log2(1 / 0.18), abs=0.01)


def test_clipping_is_the_known_share_of_pixels():
    picture = flat(128, (100, 100))
    picture[:25] = 0
    picture[90:] = 255
    assert clipped_shadows(View(picture)) == 25
    assert clipped_highlights(View(picture)) == 10


def test_clipping_grows_with_the_stops():
    picture = photo((400, 500))
    brighter = [exposed(picture, stops) for stops in (3, 2, 1, 0)]
    darker = [exposed(picture, stops) for stops in (-6, -4, -2, 0)]
    assert falling(values(clipped_highlights, brighter))
    assert falling(values(clipped_shadows, darker))


def test_a_saturated_red_is_not_clipped():
    picture = flat(0)
    picture[..., 0] = 255
    assert clipped_shadows(View(picture)) == clipped_highlights(View(picture)) == 0


@pytest.mark.parametrize("level", [0, 20, 118, 255])
def test_grey_has_no_cast(level):
    assert colour_cast(View(flat(level))) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("a", "b"), [(5, 0), (0, 12), (-8, 6), (0, -20), (15, 15)])
def test_the_cast_of_a_tinted_grey_is_its_known_chroma(a, b):
    assert colour_cast(View(tinted(flat(118), a, b))) == pytest.approx(np.hypot(a, b), abs=0.7)


@pytest.mark.parametrize("size", SIZES)
def test_the_cast_of_a_tinted_ramp_is_near_its_known_chroma(size):
    width, height = size
    ramp = grey(np.tile(np.linspace(60, 180, width), (height, 1)))
    assert colour_cast(View(tinted(ramp, 6, 12))) == pytest.approx(np.hypot(6, 12), rel=0.15)


def test_the_cast_of_grey_surfaces_is_that_of_their_light():
    light = np.array([1.0, 0.8, 0.5])
    surface = np.linspace(0.05, 0.9, 256)[None, :, None] * np.ones((256, 1, 1))
    alone = colour_cast(View(in_srgb(np.ones((64, 64, 3)) * 0.64 * light)))
    assert colour_cast(View(in_srgb(surface * light))) == pytest.approx(alone, rel=0.05)


def test_the_cast_of_a_portrait_grows_with_the_tint():
    tints = [(1.2, 0.9, 0.4), (1.2, 1.0, 0.6), (1.1, 1.0, 0.8), (1, 1, 1)]
    picture = photo((400, 500))
    assert falling(values(colour_cast, [as_bytes(picture * np.array(tint)) for tint in tints]))
