"""Noise is the standard deviation that was added; blocks stand out as the quality falls."""

import numpy as np
import pytest

from qa.details import blockiness, noise
from qa.views import View
from tests.qa.series import SIZES, as_jpeg, falling, flat, grey, noisy, photo, values


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sigma", [1, 3, 8, 20, 35])
def test_noise_is_the_known_standard_deviation(size, sigma):
    width, height = size
    ramp = grey(np.tile(np.linspace(110, 150, width), (height, 1)))
    assert noise(View(noisy(ramp, sigma))) == pytest.approx(sigma, rel=0.08, abs=0.1)


def test_noise_that_is_the_same_in_all_channels_is_no_other():
    chance = np.random.default_rng(1)
    picture = grey(128 + chance.normal(0, 7, (400, 600)))
    assert noise(View(picture)) == pytest.approx(7, rel=0.05)


@pytest.mark.parametrize("sigma", [5, 10, 20])
def test_noise_of_a_portrait_is_near_what_was_added(sigma):
    assert noise(View(noisy(photo((768, 768)), sigma))) == pytest.approx(sigma, rel=0.15)


@pytest.mark.parametrize("size", SIZES)
def test_noise_of_a_portrait_rises_with_what_is_added(size):
    assert falling(values(noise, [noisy(photo(size), sigma) for sigma in (30, 20, 10, 5, 2, 0)]))


@pytest.mark.parametrize("level", [0, 5, 128, 255])
def test_a_flat_picture_has_no_noise(level):
    assert noise(View(flat(level))) == 0


def test_texture_in_a_part_of_the_picture_is_no_noise():
    picture = flat(128, (512, 512))
    picture[:200] = np.random.default_rng(2).uniform(0, 255, (200, 512, 3)).astype(np.uint8)
    assert noise(View(picture)) == 0


def test_a_white_background_does_not_hide_the_noise_in_front_of_it():
    picture = noisy(flat(128, (512, 512)), 12)
    picture[:, :300] = 255
    assert noise(View(picture)) == pytest.approx(12, rel=0.08)


@pytest.mark.parametrize("size", SIZES)
def test_blockiness_rises_as_the_quality_of_a_jpeg_falls(size):
    pictures = [as_jpeg(photo(size), quality) for quality in (5, 10, 20, 35, 60, 90)]
    assert falling(values(blockiness, pictures))


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_without_blocks_is_about_one(size):
    assert blockiness(View(photo(size))) == pytest.approx(1, abs=0.15)


def test_it_is_the_known_step_of_drawn_blocks():
    # Slope 1 everywhere, and 5 more at each edge of a block, across; none down.
    x = np.arange(160)
    picture = grey(np.tile(x + 5 * (x // 8), (160, 1)))
    assert blockiness(View(picture)) == pytest.approx((6 + 1) / 2)


def test_a_crop_that_moves_the_grid_hides_nothing():
    picture = as_jpeg(photo((512, 512)), 15)
    moved = picture[3:, 5:]
    assert blockiness(View(moved)) == pytest.approx(blockiness(View(picture)), rel=0.05)


def test_one_straight_edge_on_the_grid_is_no_block():
    picture = flat(60)
    picture[:, 128:] = 200
    assert blockiness(View(picture)) == 1


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_has_no_blocks(level):
    assert blockiness(View(flat(level))) == 1
