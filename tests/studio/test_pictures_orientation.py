"""The camera's orientation is applied once, to the display file and the thumbnails alike."""

import struct

import numpy as np
import pytest
from PIL import Image

from studio.lib.pictures import vet
from tests import make_pictures as make

TURNS = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.rotate(180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.rotate(-90, expand=True),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.rotate(90, expand=True),
}


def _apart(one, other):
    return float(np.abs(np.asarray(one, int) - np.asarray(other, int)).mean())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", TURNS)
def test_the_picture_stands_upright(kind, orientation):
    data = make.encoded(make.photo(300, 200), kind, exif=make.exif(orientation))
    picture = vet(data, "x")
    expected = TURNS[orientation](make.opened(data))
    display = make.opened(picture.display.data)
    assert (picture.width, picture.height) == expected.size == display.size
    assert (picture.display.width, picture.display.height) == expected.size
    assert _apart(display, expected) < 2
    for small in picture.thumbnails:
        shown = make.opened(small.data).convert("RGB")
        assert shown.size == (small.width, small.height)
        assert _apart(shown, expected.resize(shown.size, Image.Resampling.LANCZOS)) < 4


def test_what_comes_back_from_display_is_not_turned_again():
    data = make.encoded(make.photo(300, 200), "JPEG", exif=make.exif(6))
    once = vet(data, "x.jpg").display.data
    again = vet(once, "x.jpg")
    assert (again.width, again.height) == (200, 300)
    assert again.display.data == once


@pytest.mark.parametrize(
    "tags",
    [
        b"",
        b"Exif\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(30),
        b"Exif\0\0MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0112, 3, 1, 9, 0),
        b"Exif\0\0MM\0*\0\0\0\x08\0\1" + struct.pack(">HHII", 0x0112, 3, 2**31, 2**31),
        b"Exif\0\0" + bytes(range(256)),
    ],
)
def test_broken_exif_is_ignored(tags):
    picture = vet(make.with_segment(make.good("jpeg"), 0xE1, tags), "x.jpg")
    assert (picture.width, picture.display.data) == (160, make.good("jpeg"))
