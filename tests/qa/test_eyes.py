"""Open eyes are seen in any light, size and tilt; closed and covered ones are not."""

import cv2
import numpy as np
import pytest

from qa.eyes import open_eyes
from qa.measuring import measure_eyes
from qa.readings import Face, FaceReading
from tests.qa.pictures import encoded, portrait
from tests.qa.series import blurred, exposed

# What MTCNN finds in the portrait.
LANDMARKS = np.array(
    [(205.0, 101.7), (246.8, 103.7), (224.7, 129.0), (201.7, 139.2), (245.3, 141.9)]
)


def moved(matrix, size=(512, 512)):
    """The portrait and its landmarks under an affine transform of shape (2, 3)."""
    picture = cv2.warpAffine(portrait(), matrix, size, flags=cv2.INTER_CUBIC)
    return picture, LANDMARKS @ matrix[:, :2].T + matrix[:, 2]


def scaled(factor):
    return moved(np.float64([[factor, 0, 0], [0, factor, 0]]), (int(512 * factor),) * 2)


def covered(which):
    """Dark glasses over some of the eyes."""
    picture = portrait().copy()
    for x, y in LANDMARKS[which]:
        cv2.ellipse(picture, (int(x), int(y) + 2), (17, 13), 0, 0, 360, (15, 15, 15), -1)
    return picture


def closed():
    """Skin over both eyes, and a line of lashes."""
    picture = portrait().astype(float)
    for x, y in LANDMARKS[:2].astype(int):
        lid = np.zeros((512, 512), np.float32)
        cv2.ellipse(lid, (x, y), (11, 5), 0, 0, 360, 1, -1)
        lid = cv2.GaussianBlur(lid, (0, 0), 1.2)[..., None]
        picture = picture * (1 - lid) + picture[y + 12, x] * lid
        cv2.ellipse(picture, (x, y + 1), (9, 2), 0, 10, 170, (60, 40, 35), 1)
    return picture.astype(np.uint8)


def read(landmarks):
    face = Face((181, 62, 268, 172), tuple(map(tuple, landmarks)), 0.99)
    return FaceReading((face,), 0, None, "dlib-resnet", "v1-mtcnn5", 512, 512)


@pytest.mark.parametrize("factor", [0.75, 1, 2, 6])
def test_open_eyes_are_seen_at_any_size(factor):
    assert open_eyes(*scaled(factor)) == 2


@pytest.mark.parametrize("degrees", [-35, -15, 15, 35])
def test_open_eyes_are_seen_in_a_tilted_face(degrees):
    assert open_eyes(*moved(cv2.getRotationMatrix2D((224, 120), degrees, 1))) == 2


def test_open_eyes_are_seen_in_the_dark_and_out_of_focus():
    assert open_eyes(exposed(portrait(), -2), LANDMARKS) == 2
    assert open_eyes(blurred(portrait(), 1.2), LANDMARKS) == 2


def test_closed_eyes_are_not_seen():
    assert open_eyes(closed(), LANDMARKS) == 0


@pytest.mark.parametrize(("which", "seen"), [(slice(0, 2), 0), (slice(0, 1), 1)])
def test_covered_eyes_are_not_seen(which, seen):
    assert open_eyes(covered(which), LANDMARKS) == seen


def test_of_eyes_that_are_too_small_nothing_is_said():
    assert open_eyes(*scaled(0.4)) is None


def test_of_a_large_image_the_halved_one_is_looked_at():
    picture, landmarks = scaled(3)
    assert measure_eyes(encoded(picture, "JPEG", quality=90), read(landmarks)).value == 2


def test_of_a_face_that_is_turned_away_nothing_is_said():
    away = LANDMARKS.copy()
    away[2, 0] += 40
    found = measure_eyes(encoded(portrait()), read(away))
    assert (found.value, found.missing) == (None, "the face is turned away")
