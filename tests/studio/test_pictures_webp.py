"""WebP files, whole and broken."""

import struct

import pytest
from PIL import Image

from studio.lib.pictures import ImageRefused, vet
from tests import make_pictures as make

CLEAR = Image.merge("RGBA", (*make.photo().split(), make.photo(mode="L", seed=3)))
KINDS = {
    "lossy": lambda: make.good("webp"),
    "lossless": lambda: make.encoded(make.photo(), "WEBP", lossless=True),
    "lossy with alpha": lambda: make.encoded(CLEAR, "WEBP"),
    "lossless with alpha": lambda: make.encoded(CLEAR, "WEBP", lossless=True, exact=True),
    "with metadata": lambda: make.encoded(
        make.photo(), "WEBP", exif=make.exif(1, "me"), xmp=b"<x/>"
    ),
    "of odd length": lambda: make.webp_of([*make.riff_chunks(make.good("webp")), (b"odd ", b"1")]),
}


@pytest.mark.parametrize("build", KINDS.values(), ids=KINDS)
def test_it_is_copied_with_every_pixel_as_it_was(build):
    data = build()
    picture = vet(data, "x.webp")
    before, after = make.opened(data), make.opened(picture.display.data)
    assert (picture.format, picture.display.ext) == ("webp", "webp")
    assert (after.mode, after.tobytes()) == (before.mode, before.tobytes())
    kept = {kind for kind, _ in make.riff_chunks(picture.display.data)}
    assert kept <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}


def _sized(data, more):
    return data[:4] + struct.pack("<I", len(data) - 8 + more) + data[8:]


def _cut_inside():
    kind, content = make.riff_chunks(make.good("webp"))[0]
    return make.webp_of([(kind, content[: len(content) // 2])])


def _cut_lossless():
    kind, content = make.riff_chunks(make.encoded(make.photo(), "WEBP", lossless=True))[0]
    return make.webp_of([(kind, content[: len(content) // 2])])


def _canvas(width, height):
    header = struct.pack("<I", 0) + (width - 1).to_bytes(3, "little")
    header += (height - 1).to_bytes(3, "little")
    return make.webp_of([(b"VP8X", header), *make.riff_chunks(make.good("webp"))])


BROKEN = {
    "cut": lambda: make.good("webp")[:-60],
    "cut inside, with sizes that agree": _cut_inside,
    "lossless, cut inside": _cut_lossless,
    "a size too large": lambda: _sized(make.good("webp"), 100),
    "a size too small": lambda: _sized(make.good("webp"), -100),
    "a size of 0": lambda: _sized(make.good("webp"), 8 - len(make.good("webp"))),
    "only a header": lambda: b"RIFF\x04\0\0\0WEBP",
    "no picture": lambda: make.webp_of([(b"EXIF", b"MM\0*" + bytes(20))]),
    "two pictures": lambda: make.webp_of(make.riff_chunks(make.good("webp")) * 2),
    "a canvas of another size": lambda: _canvas(200, 120),
    "garbage in the frame": lambda: make.webp_of([(b"VP8 ", b"\0\0\0" + bytes(60))]),
}


@pytest.mark.parametrize("build", BROKEN.values(), ids=BROKEN)
def test_a_broken_one_is_refused(build):
    with pytest.raises(ImageRefused) as refused:
        vet(build(), "x.webp")
    assert refused.value.code == "decode_failed"


def test_a_canvas_of_one_pixel_hides_no_large_picture():
    with pytest.raises(ImageRefused) as refused:
        vet(_canvas(1, 1), "x.webp")
    assert refused.value.code == "too_small"


@pytest.mark.parametrize("parts", [[(b"ANIM", bytes(6))], [(b"ANMF", bytes(24))]])
def test_anything_of_an_animation_is_refused(parts):
    with pytest.raises(ImageRefused) as refused:
        vet(make.webp_of([*make.riff_chunks(make.good("webp")), *parts]), "x.webp")
    assert refused.value.code == "animated"


def test_padding_behind_the_riff_is_left_out():
    data = make.good("webp")
    assert vet(data + bytes(512), "x.webp").display.data == data


def test_what_was_lossless_stays_lossless_when_it_must_change():
    grey = Image.new("RGB", (100, 80), (120, 60, 30))
    data = make.encoded(grey, "WEBP", lossless=True, exif=make.exif(6))
    assert make.opened(vet(data, "x.webp").display.data).getcolors() == [(8000, (120, 60, 30))]
