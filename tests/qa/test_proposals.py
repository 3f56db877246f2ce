"""Which levels of the pyramid are looked at, for images of any size."""

import pytest

from qa.proposals import FINEST_PX, MIN_FACE_PX, STEP, VIEW_PX, pyramid


def smallest_face(height, width):
    return VIEW_PX / pyramid(height, width)[0]


def test_levels_are_those_of_the_plain_loop_from_some_level_on():
    plain = [VIEW_PX / FINEST_PX]
    while plain[-1] * STEP * 1024 >= VIEW_PX:
        plain.append(plain[-1] * STEP)
    mine = pyramid(1024, 1024)
    assert mine == plain[-len(mine) :]


@pytest.mark.parametrize("side", [200, 512, 1024, 1500, 2048])
def test_the_smallest_face_grows_with_the_image_and_never_beyond_what_is_said(side):
    wanted = max(MIN_FACE_PX, side * 40 / 1024)
    assert wanted * STEP < smallest_face(side, side // 2) <= wanted


@pytest.mark.parametrize("size", [(1, 1), (19, 400), (30, 30), (39, 4000)])
def test_an_image_without_room_for_a_face_has_no_levels(size):
    assert pyramid(*size) == []


def test_the_short_side_ends_the_pyramid():
    assert len(pyramid(100, 1000)) < len(pyramid(1000, 1000))
    assert min(pyramid(100, 1000)) * 100 >= VIEW_PX
