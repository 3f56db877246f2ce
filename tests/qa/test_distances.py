"""Distances of two pictures: nothing between equal ones, and more the further they are apart."""

import numpy as np
import pytest

from qa.distances import cosine_distance, phash_distance, pixel_distance, ssim
from tests import make_pictures

PHOTO = np.asarray(make_pictures.photo(256, 192))


def noisy(level):
    noise = np.random.default_rng(1).normal(0, level, PHOTO.shape)
    return np.clip(PHOTO + noise, 0, 255).astype(np.uint8)


def test_a_picture_is_at_no_distance_from_itself():
    apart = pixel_distance(PHOTO, PHOTO.copy())
    assert (apart.mean, apart.largest, apart.share) == (0, 0, 0)
    assert phash_distance(PHOTO, PHOTO.copy()) == 0
    assert ssim(PHOTO, PHOTO.copy()) == pytest.approx(1)


def test_one_changed_channel_of_one_pixel_is_told_exactly():
    other = PHOTO.copy()
    other[5, 7, 1] ^= 8
    apart = pixel_distance(PHOTO, other)
    assert (apart.largest, apart.share) == (8, 1 / (256 * 192))
    assert apart.mean == pytest.approx(8 / PHOTO.size)


def test_two_sizes_have_no_pixel_distance_but_look_alike():
    smaller = np.asarray(make_pictures.photo(256, 192).resize((128, 96)))
    assert pixel_distance(PHOTO, smaller) is None
    assert ssim(PHOTO, smaller) is None
    assert phash_distance(PHOTO, smaller) <= 10


def test_more_noise_is_less_alike():
    likeness = [ssim(PHOTO, noisy(level)) for level in (1, 5, 20, 60)]
    assert likeness == sorted(likeness, reverse=True)
    assert likeness[0] > 0.9 > likeness[-1]


def test_another_picture_has_another_hash():
    mirrored = PHOTO[:, ::-1].copy()
    assert phash_distance(PHOTO, mirrored) > 10


def test_faces_differ_by_the_angle_of_their_vectors():
    a, b = np.array([1, 0], np.float32), np.array([0, 3], np.float32)
    assert cosine_distance(a, a * 2) == 0
    assert cosine_distance(a, b) == 1
    assert cosine_distance(a, -a) == 2
    assert cosine_distance(a, a * 0) is None
