"""Bytes to upright RGB pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from qa.errors import UnreadableImage
from qa.pixels import decode
from tests import make_pictures
from tests.qa.pictures import encoded, portrait


def saved(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_png_comes_back_bit_for_bit():
    assert np.array_equal(decode(encoded(portrait())), portrait())


def test_orientation_is_applied():
    turned = Image.fromarray(portrait()[:, :300]).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: turn by 90 degrees clockwise
    assert decode(saved(turned, exif=exif)).shape == (512, 300, 3)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1"])
def test_every_mode_becomes_rgb(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    pixels = decode(saved(Image.fromarray(portrait()).convert(mode), kind))
    assert (pixels.shape, pixels.dtype) == ((512, 512, 3), np.uint8)


def test_transparency_is_neither_shadow_nor_highlight():
    assert np.unique(decode(saved(Image.new("RGBA", (9, 9), (0, 0, 0, 0))))).tolist() == [128]


def rows_of(picture, count):
    """The first rows of a grey picture, each with its filter byte."""
    return b"".join(b"\0" + row.tobytes() for row in picture[:count])


@pytest.mark.parametrize("interlace", [0, 1])
def test_a_png_with_rows_missing_is_told(interlace):
    grey = np.asarray(Image.fromarray(portrait()).convert("L"))[:120, :160]
    rows = rows_of(grey, 90) if not interlace else bytes(18_000)
    data = make_pictures.raw_png(160, 120, rows, colour=0, interlace=interlace)
    if not interlace:
        Image.open(io.BytesIO(data)).load()  # without a word
    with pytest.raises(UnreadableImage, match=r"rows of the image are missing|could not be read"):
        decode(data)


def test_a_whole_png_whose_last_rows_are_black_is_read():
    black = portrait().copy()
    black[-9:] = 0
    assert np.array_equal(decode(encoded(black)), black)


@pytest.mark.parametrize("data", [b"", b"not an image", encoded(portrait())[:9000]])
def test_broken_bytes_are_told(data):
    with pytest.raises(UnreadableImage, match="could not be read"):
        decode(data)
