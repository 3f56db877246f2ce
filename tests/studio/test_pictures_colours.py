"""Colour profiles are converted to sRGB, in the display file and in the thumbnails."""

import zlib

import pytest
from PIL import Image

from studio.lib.pictures import vet
from tests import make_pictures as make

COLOUR = (200, 100, 50)
P3 = make.profile()


def _near(found, expected, levels=4):
    return all(abs(a - b) <= levels for a, b in zip(found[:3], expected[:3], strict=True))


def _centre(file):
    return make.opened(file.data).convert("RGBA").getpixel((file.width // 2, file.height // 2))


KINDS = {
    "png": lambda image: make.encoded(image, "PNG", icc_profile=P3),
    "jpeg": lambda image: make.encoded(image, "JPEG", quality=95, icc_profile=P3),
    "webp": lambda image: make.encoded(image, "WEBP", quality=95, icc_profile=P3),
    "lossless webp": lambda image: make.encoded(image, "WEBP", lossless=True, icc_profile=P3),
    "palette png": lambda image: make.encoded(image.quantize(4), "PNG", icc_profile=P3),
    "png with alpha": lambda image: make.encoded(image.convert("RGBA"), "PNG", icc_profile=P3),
}


@pytest.mark.parametrize("build", KINDS.values(), ids=KINDS)
def test_a_wide_gamut_is_converted_everywhere(build):
    expected = make.to_srgb(COLOUR)
    assert not _near(expected, COLOUR, 8)
    picture = vet(build(Image.new("RGB", (300, 200), COLOUR)), "x")
    for file in (picture.display, *picture.thumbnails):
        assert _near(_centre(file), expected)


def test_a_profile_and_an_orientation_at_once():
    image = Image.new("RGB", (300, 200), COLOUR)
    data = make.encoded(image, "JPEG", quality=95, icc_profile=P3, exif=make.exif(6))
    picture = vet(data, "x.jpg")
    assert (picture.width, picture.height) == (200, 300)
    assert _near(_centre(picture.display), make.to_srgb(COLOUR))


@pytest.mark.parametrize("alpha", [0, 77, 255])
def test_alpha_is_kept(alpha):
    image = Image.new("RGBA", (100, 100), (*COLOUR, alpha))
    picture = vet(make.encoded(image, "PNG", icc_profile=P3), "x.png")
    assert _centre(picture.display)[3] == alpha


def test_a_clear_palette_entry_stays_clear():
    image = make.photo(200, 200).quantize(8)
    data = make.encoded(image, "PNG", icc_profile=P3, transparency=image.getpixel((100, 100)))
    assert _centre(vet(data, "x.png").display)[3] == 0


def test_an_srgb_profile_changes_no_byte_of_the_picture():
    srgb = make.profile(make.SRGB)
    for kind in ("PNG", "JPEG", "WEBP"):
        plain = make.encoded(make.photo(), kind)
        data = make.encoded(make.photo(), kind, icc_profile=srgb)
        assert make.opened(vet(data, "x").display.data).tobytes() == make.opened(plain).tobytes()


def test_a_profile_is_believed_by_its_numbers_and_not_its_name():
    data = make.encoded(
        Image.new("RGB", (100, 100), COLOUR), "PNG", icc_profile=make.profile(name="sRGB")
    )
    assert _near(_centre(vet(data, "x.png").display), make.to_srgb(COLOUR))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_linear_grey_is_converted_and_stays_grey(kind):
    data = make.encoded(Image.new("L", (100, 100), 55), kind, icc_profile=make.grey_profile(1.0))
    display = make.opened(vet(data, "x").display.data)
    assert display.mode == "L"
    assert abs(display.getpixel((50, 50)) - 128) <= 2


BROKEN = {
    "nonsense": b"nonsense" * 40,
    "empty": b"",
    "cut": P3[:200],
    "a grey one on colour": make.grey_profile(1.0),
    "huge counts": P3[:128] + b"\xff" * (len(P3) - 128),
}


@pytest.mark.parametrize("icc", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_broken_profile_is_ignored(kind, icc):
    data = make.encoded(make.photo(), kind, icc_profile=icc)
    display = vet(data, "x").display.data
    assert make.opened(display).tobytes() == make.opened(data).tobytes()


@pytest.mark.parametrize("body", [b"", b"name", b"name\0\1x", b"name\0\0" + zlib.compress(P3)[:50]])
def test_a_broken_iccp_chunk_is_ignored(body):
    data = make.good()
    assert vet(make.with_chunks(data, (b"iCCP", body)), "x.png").display.data == data


def test_a_profile_in_several_segments_is_put_together():
    data = make.encoded(Image.new("RGB", (100, 100), COLOUR), "JPEG", quality=95)
    for number, piece in ((2, P3[300:]), (1, P3[:300])):
        data = make.with_segment(data, 0xE2, b"ICC_PROFILE\0" + bytes((number, 2)) + piece)
    assert _near(_centre(vet(data, "x.jpg").display), make.to_srgb(COLOUR))


def test_a_profile_with_a_segment_missing_is_ignored():
    data = make.encoded(Image.new("RGB", (100, 100), COLOUR), "JPEG", quality=95)
    data = make.with_segment(data, 0xE2, b"ICC_PROFILE\0\1\2" + P3[:300])
    assert _near(_centre(vet(data, "x.jpg").display), COLOUR)
