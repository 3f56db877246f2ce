"""Each measure on images whose true value is known, and monotone on them."""

import itertools

import cv2
import numpy as np
import pytest
from PIL import Image

from qa import measures
from tests.qa.pictures import as_bytes, encoded, portrait


def flat(level, shape=(256, 256)):
    return np.full((*shape, 3), level, np.uint8)


def grey(values):
    return np.repeat(as_bytes(values)[..., None], 3, axis=2)


def blurred(pixels, sigma):
    return cv2.GaussianBlur(pixels, (0, 0), sigma) if sigma else pixels


def exposed(pixels, stops):
    """What a camera would have recorded with another exposure: linear light, then sRGB."""
    light = np.clip(measures.LINEAR[pixels].astype(float) * 2.0**stops, 0, 1)
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return as_bytes(srgb * 255)


def as_jpeg(pixels, quality):
    data = np.frombuffer(encoded(pixels, "JPEG", quality=quality), np.uint8)
    return cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def strictly_falling(values):
    return all(a > b for a, b in itertools.pairwise(values))


def test_resolution_is_the_short_side():
    assert measures.resolution(flat(0, (300, 500))) == 300


def test_sharpness_of_a_sine_is_its_known_variance():
    # The discrete Laplacian multiplies a sine of frequency w by 2 cos(w) - 2 (OpenCV's 3 x 3
    # kernel), and a sine of amplitude A has a variance of A^2 / 2.
    frequency, amplitude = 2 * np.pi / 8, 50
    wave = 128 + amplitude * np.sin(frequency * np.arange(512))
    known = (amplitude * (2 - 2 * np.cos(frequency))) ** 2 / 2
    assert measures.sharpness(grey(np.tile(wave, (512, 1)))) == pytest.approx(known, rel=0.03)


def test_sharpness_falls_with_the_sigma_of_a_blur():
    assert strictly_falling(
        [measures.sharpness(blurred(portrait(), sigma)) for sigma in (0, 0.7, 1, 1.5, 2, 3, 5)]
    )


def test_sharpness_does_not_depend_on_the_size_of_the_same_picture():
    big = Image.fromarray(portrait()).resize((2048, 2048), Image.Resampling.LANCZOS)
    half = np.asarray(big.resize((1024, 1024), Image.Resampling.BOX))
    assert measures.sharpness(half) == pytest.approx(measures.sharpness(np.asarray(big)), rel=0.1)


def test_a_soft_background_does_not_make_a_sharp_face_soft():
    picture = portrait()
    soft = blurred(picture, 6)
    soft[40:220, 140:320] = picture[40:220, 140:320]
    assert measures.sharpness(soft) > 10 * measures.sharpness(blurred(picture, 6))


@pytest.mark.parametrize("stops", [-3, -2, -1, 1, 2])
def test_exposure_moves_by_exactly_the_stops_of_light(stops):
    picture = grey(np.tile(np.linspace(60, 120, 256), (256, 1)))
    moved = measures.exposure(exposed(picture, stops)) - measures.exposure(picture)
    assert moved == pytest.approx(stops, abs=0.05)


def test_mid_grey_is_exposed_by_zero_stops():
    # sRGB 118 is the level next to a reflectance of 18 %.
    assert measures.exposure(flat(118)) == pytest.approx(0, abs=0.02)


def test_a_black_image_has_a_finite_exposure():
    assert measures.exposure(flat(0)) == -12


def test_clipping_is_the_known_share_of_pixels():
    picture = flat(128, (100, 100))
    picture[:25] = 0
    picture[90:] = 255
    assert measures.clipped_shadows(picture) == 25
    assert measures.clipped_highlights(picture) == 10


def test_clipping_grows_with_the_stops():
    brighter = [exposed(portrait(), stops) for stops in (3, 2, 1, 0)]
    darker = [exposed(portrait(), stops) for stops in (-4, -3, -2, 0)]
    assert strictly_falling([measures.clipped_highlights(picture) for picture in brighter])
    assert strictly_falling([measures.clipped_shadows(picture) for picture in darker])


def test_a_saturated_red_is_not_clipped():
    picture = flat(0)
    picture[..., 0] = 255
    assert measures.clipped_shadows(picture) == measures.clipped_highlights(picture) == 0


@pytest.mark.parametrize("sigma", [2, 5, 10, 20])
def test_noise_is_the_known_standard_deviation(sigma):
    chance = np.random.default_rng(1)
    ramp = np.tile(np.linspace(80, 170, 512), (512, 1))
    noisy = grey(ramp + chance.normal(0, sigma, ramp.shape))
    assert measures.noise(noisy) == pytest.approx(sigma, rel=0.05)


def test_noise_ignores_texture_in_a_part_of_the_picture():
    picture = flat(128, (512, 512))
    picture[:200] = as_bytes(np.random.default_rng(2).uniform(0, 255, (200, 512, 3)))
    assert measures.noise(picture) == 0


def test_noise_of_a_portrait_rises_with_what_is_added():
    chance = np.random.default_rng(3)
    steps = [
        measures.noise(as_bytes(portrait() + chance.normal(0, sigma, (512, 512, 1))))
        for sigma in (20, 10, 5, 0)
    ]
    assert strictly_falling(steps)


def test_a_grey_picture_has_no_colour_cast():
    assert measures.colour_cast(flat(90)) == pytest.approx(0, abs=0.01)


def test_colour_cast_is_the_known_angle_of_the_light():
    light = np.array([1.0, 0.8, 0.5])
    surface = np.linspace(0.05, 0.9, 256)[None, :, None] * np.ones((256, 1, 1))
    linear = surface * light
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    known = np.degrees(np.arccos(light.sum() / (np.linalg.norm(light) * np.sqrt(3))))
    assert measures.colour_cast(as_bytes(srgb * 255)) == pytest.approx(known, abs=0.2)


def test_colour_cast_of_a_portrait_grows_with_the_tint():
    tints = [(1.2, 0.9, 0.4), (1.2, 1.0, 0.7), (1.1, 1.0, 0.85), (1, 1, 1)]
    casts = [measures.colour_cast(as_bytes(portrait() * np.array(tint))) for tint in tints]
    assert strictly_falling(casts)


def test_blockiness_of_a_picture_without_blocks_is_one():
    chance = np.random.default_rng(4)
    assert measures.blockiness(grey(chance.uniform(0, 255, (512, 512)))) == pytest.approx(1, 0.02)


def test_blockiness_is_the_known_step_of_drawn_blocks():
    # Slope 1 everywhere, and 5 more at each edge of a block.
    x = np.arange(64)
    assert measures.blockiness(grey(np.tile(x + 5 * (x // 8), (64, 1)))) == pytest.approx(6)


def test_blockiness_rises_as_the_quality_of_a_jpeg_falls():
    steps = [measures.blockiness(as_jpeg(portrait(), quality)) for quality in (10, 20, 40, 70, 95)]
    assert strictly_falling(steps)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 40), (8, 8), (17, 3)])
def test_tiny_images_are_measured_or_not_measured_but_never_break(shape):
    picture = flat(100, shape)
    for measure in (
        measures.resolution,
        measures.sharpness,
        measures.exposure,
        measures.clipped_shadows,
        measures.clipped_highlights,
        measures.noise,
        measures.colour_cast,
        measures.blockiness,
    ):
        value = measure(picture)
        assert value is None or np.isfinite(value)
