"""Means of rectangles by sums are those of averaging their pixels one by one."""

import numpy as np
import pytest

from qa.areas import Areas
from tests.qa.pictures import portrait


def averaged(image, height, width):
    """The plain way: every cell by itself."""
    rows, columns = image.shape[:2]
    result = np.zeros((3, height, width))
    for i in range(height):
        for j in range(width):
            cell = image[
                i * rows // height : -(-(i + 1) * rows // height),
                j * columns // width : -(-(j + 1) * columns // width),
            ]
            result[:, i, j] = cell.reshape(-1, 3).mean(axis=0)
    return result


@pytest.mark.parametrize("size", [(13, 7), (31, 40), (512, 512), (5, 600)])
def test_an_image_is_resized_as_by_averaging(size):
    found = Areas(portrait()).resized(*size)
    assert found.dtype == np.float32
    assert found == pytest.approx(averaged(portrait(), *size), abs=1e-3)


def test_crops_are_those_of_their_rectangles_smaller_or_larger():
    boxes = [(181, 62, 268, 172), (0, 0, 512, 512), (500, 3, 512, 9), (40, 41, 41, 42)]
    crops = Areas(portrait()).crops(boxes, 24)
    assert crops.shape == (4, 3, 24, 24)
    for (x0, y0, x1, y1), crop in zip(boxes, crops, strict=True):
        assert crop == pytest.approx(averaged(portrait()[y0:y1, x0:x1], 24, 24), abs=1e-3)


def test_no_crops_are_an_empty_batch():
    assert Areas(portrait()).crops(np.zeros((0, 4), int), 24).shape == (0, 3, 24, 24)


def test_sums_beyond_32_bits_are_right_all_the_same():
    white = np.full((4200, 4200, 3), 255, np.uint8)  # its sum is above 2³²
    white[4100:, 4100:] = 7
    areas = Areas(white)
    assert areas.resized(42, 42)[:, 3, 3] == pytest.approx([255] * 3)
    assert areas.resized(42, 42)[:, 41, 41] == pytest.approx([7] * 3)
    assert areas.crops([(4110, 4110, 4200, 4200)], 3) == pytest.approx(7)
