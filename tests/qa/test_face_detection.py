"""What MTCNN finds, in the pixels of the image that was given."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.qa.pictures import drawn_face, encoded, portrait


def test_the_face_of_the_portrait_is_where_it_is(read):
    reading = read(encoded(portrait()))
    (face,) = reading.faces
    assert face.box == pytest.approx((181, 62, 268, 172), abs=3)
    assert face.landmarks[0] == pytest.approx((205, 102), abs=3)  # the eye on the left
    assert face.landmarks[2] == pytest.approx((225, 129), abs=3)  # the nose
    assert face.confidence > 0.99
    assert (reading.chosen, reading.width, reading.height) == (0, 512, 512)
    assert (reading.model, reading.version) == ("dlib-resnet", "v1-mtcnn5")


def test_boxes_of_a_large_image_are_in_its_own_pixels(read):
    large = Image.fromarray(portrait()).resize((2048, 2048))
    (face,) = read(encoded(np.asarray(large))).faces
    assert face.box == pytest.approx((4 * 181, 4 * 62, 4 * 268, 4 * 172), abs=16)


def test_the_largest_of_several_faces_is_chosen(read):
    page = np.concatenate([drawn_face(0, 400), drawn_face(5, 400)], axis=1)
    page = np.pad(page, ((0, 100), (0, 300), (0, 0)), constant_values=90)
    page[100:400, 800:1100] = drawn_face(9, 300)
    reading = read(encoded(page))
    assert len(reading.faces) == 3
    assert [face.area for face in reading.faces] == sorted(
        (face.area for face in reading.faces), reverse=True
    )
    assert reading.chosen == 0


@pytest.mark.parametrize("size", [(300, 300), (8, 8), (19, 400), (30, 30), (4000, 39), (1, 1)])
def test_an_image_without_a_face_has_no_vector(read, size):
    reading = read(encoded(np.full((size[1], size[0], 3), 120, np.uint8)))
    assert (reading.faces, reading.chosen, reading.vector) == ((), None, None)
    assert (reading.width, reading.height) == size


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_images_that_are_not_rgb_are_read_too(read, mode):
    buffer = io.BytesIO()
    Image.fromarray(portrait()).convert(mode).save(buffer, "PNG")
    assert len(read(buffer.getvalue()).faces) == 1


def test_a_face_lying_on_its_side_by_exif_is_read_upright(read):
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(portrait()).rotate(90).save(buffer, "PNG", exif=exif)
    (face,) = read(buffer.getvalue()).faces
    assert face.box == pytest.approx((181, 62, 268, 172), abs=4)


def test_the_face_at_a_point_is_chosen_instead_of_the_largest(face_child):
    page = np.pad(drawn_face(0, 400), ((0, 0), (0, 320), (0, 0)), constant_values=90)
    page[50:350, 410:710] = drawn_face(5, 300)
    largest = face_child.read(encoded(page), "dlib-resnet")
    pointed = face_child.read(encoded(page), "dlib-resnet", at=(560, 200))
    assert (largest.chosen, pointed.chosen) == (0, 1)
    assert pointed.faces == largest.faces
    assert not np.array_equal(pointed.vector, largest.vector)
