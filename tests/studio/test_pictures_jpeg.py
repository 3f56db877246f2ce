"""JPEG files of every kind, whole and broken."""

import pytest
from PIL import ImageChops, ImageStat

from studio.lib.pictures import ImageRefused, vet
from tests import make_pictures as make

KINDS = {
    "baseline": {},
    "grey": {"mode": "L"},
    "progressive": {"progressive": True},
    "optimised": {"optimize": True},
    "4:4:4": {"subsampling": 0},
    "4:2:0 of odd size": {"width": 131, "height": 97, "subsampling": 2},
    "coarse": {"quality": 1},
    "fine": {"quality": 100},
    "restart markers": {"restart_marker_blocks": 3},
    "kept as RGB": {"keep_rgb": True},
    "large enough for a smaller transform": {"width": 2700, "height": 600},
}


def _jpeg(width=160, height=120, mode="RGB", **options):
    return make.encoded(make.photo(width, height, mode), "JPEG", **options)


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_it_is_copied_with_every_pixel_as_it_was(options):
    data = _jpeg(**options)
    picture = vet(data, "x.jpg")
    before, after = make.opened(data), make.opened(picture.display.data)
    assert (after.mode, after.tobytes()) == (before.mode, before.tobytes())
    begin, end = make.part(data, 0xDA)
    assert data[begin:end] in picture.display.data


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_one_that_was_cut_is_refused_at_every_tenth(options):
    data = _jpeg(**options)
    for tenth in range(1, 10):
        with pytest.raises(ImageRefused) as refused:
            vet(data[: len(data) * tenth // 10], "")
        assert refused.value.code in ("decode_failed", "not_allowed_format")


@pytest.mark.parametrize("name", [name for name in KINDS if name != "progressive"])
def test_one_that_was_cut_and_closed_again_is_refused(name):
    """libjpeg would fill the rest with grey and say nothing."""
    data = _jpeg(**KINDS[name])
    begin, end = make.part(data, 0xDA)
    for tenth in range(2, 10):
        cut = data[: begin + (end - begin) * tenth // 10].rstrip(b"\xff")
        with pytest.raises(ImageRefused) as refused:
            vet(cut + b"\xff\xd9", "")
        assert refused.value.code == "decode_failed"


@pytest.mark.parametrize("transform", [0, 2])
def test_cmyk_and_ycck_become_rgb(transform):
    data = _jpeg(mode="CMYK")
    _, end = make.part(data, 0xEE)
    data = data[: end - 1] + bytes([transform]) + data[end:]
    display = make.opened(vet(data, "x.jpg").display.data)
    assert (display.mode, display.size) == ("RGB", (160, 120))
    expected = make.opened(data).convert("RGB")
    assert ImageStat.Stat(ImageChops.difference(expected, display)).mean < [3, 3, 3]


def test_fill_bytes_before_a_marker_are_left_out():
    data = _jpeg()
    begin, _ = make.part(data, 0xDA)
    assert vet(data[:begin] + b"\xff" * 9 + data[begin:], "x.jpg").display.data == data


def test_a_jpeg_of_fill_bytes_alone_is_refused_at_once():
    with pytest.raises(ImageRefused):
        vet(b"\xff\xd8" + b"\xff" * 9_000_000, "x.jpg")


def test_millions_of_restart_markers_are_walked_at_once():
    data = _jpeg()
    _, end = make.part(data, 0xDA)
    with pytest.raises(ImageRefused):
        vet(data[:end] + b"\xff\xd0" * 4_500_000, "x.jpg")


def test_a_preview_in_the_jfif_header_is_left_out():
    data = _jpeg()
    begin, end = make.part(data, 0xE0)
    secret = b"JFIF\0\1\2\0\0\1\0\1\2\2" + b"previewbytes"
    display = vet(data[:begin] + make.segment(0xE0, secret) + data[end:], "x.jpg").display
    assert b"previewbytes" not in display.data
    assert make.opened(display.data).tobytes() == make.opened(data).tobytes()


def test_what_hides_behind_the_fields_of_jfif_and_adobe_is_left_out():
    data = _jpeg(mode="CMYK")
    begin, end = make.part(data, 0xEE)
    data = data[:begin] + make.segment(0xEE, data[begin + 4 : end] + b"payload") + data[end:]
    data = make.with_segment(data, 0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0" + b"payload")
    assert b"payload" not in vet(data, "x.jpg").display.data


def _put(at_marker, new, *, instead=False):
    data = _jpeg()
    begin, end = make.part(data, at_marker)
    return data[:begin] + new + (data[end:] if instead else data[begin:])


def _frame(**at):
    data = bytearray(_jpeg())
    begin, _ = make.part(bytes(data), 0xC0)
    for place, value in at.items():
        data[begin + int(place[2:])] = value
    return bytes(data)


def _second_frame():
    data = _jpeg()
    begin, end = make.part(data, 0xC0)
    return data[:end] + data[begin:]


BROKEN = {
    "two frames": (_second_frame, "decode_failed"),
    "height 0, to be told later": (lambda: _frame(at5=0, at6=0), "decode_failed"),
    "width 0": (lambda: _frame(at7=0, at8=0), "decode_failed"),
    "a frame cut off": (lambda: _put(0xC0, b"\xff\xc0\0\x04\x08\0", instead=True), "decode_failed"),
    "12 bits": (lambda: _frame(at4=12), "not_allowed_format"),
    "two channels": (lambda: _frame(at9=2), "decode_failed"),
    "no frame": (lambda: _put(0xC0, b"", instead=True), "decode_failed"),
    "no scan": (lambda: _put(0xDA, b"", instead=True), "decode_failed"),
    "no tables": (lambda: _put(0xDB, b"", instead=True), "decode_failed"),
    "a segment of length 1": (lambda: _put(0xC0, b"\xff\xe5\0\1"), "decode_failed"),
    "a start within": (lambda: _put(0xC0, b"\xff\xd8"), "decode_failed"),
    "a height line": (lambda: _put(0xDA, make.segment(0xDC, b"\0x")), "decode_failed"),
    "no end": (lambda: _jpeg()[:-2], "decode_failed"),
    "bytes between segments": (lambda: _put(0xC0, b"<html>"), "decode_failed"),
    "only the start": (lambda: b"\xff\xd8\xff", "decode_failed"),
    "lossless": (lambda: _frame(at1=0xC3), "not_allowed_format"),
    "arithmetic": (lambda: _frame(at1=0xC9), "not_allowed_format"),
    "hierarchical": (lambda: _frame(at1=0xC5), "not_allowed_format"),
    "70,000 segments": (lambda: _put(0xC0, make.segment(0xDD, b"\0\0") * 70_000), "decode_failed"),
}


@pytest.mark.parametrize(("build", "code"), BROKEN.values(), ids=BROKEN)
def test_a_broken_one_is_refused(build, code):
    with pytest.raises(ImageRefused) as refused:
        vet(build(), "x.jpg")
    assert refused.value.code == code
