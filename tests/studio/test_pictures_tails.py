"""What follows the end of an image: what phones append is cut off, all else is refused."""

import io
import zipfile

import pytest

from studio.lib.pictures import ImageRefused, vet
from tests import make_pictures as make

KINDS = ("png", "jpeg", "webp")
XMP = b"http://ns.adobe.com/xap/1.0/\0"
GAIN_MAP = XMP + b'<x:xmpmeta><rdf:Description hdrgm:Version="1.0"/></x:xmpmeta>'


def _zip(comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payload.class", b"\xca\xfe\xba\xbe")
        archive.comment = comment
    return out.getvalue()


FOREIGN = {
    "a ZIP": _zip(),
    "a web page": b"<html><script>alert(1)</script></html>",
    "a PDF": b"%PDF-1.7\n",
    "a script": b"\nalert(1);//",
    "PHP": b"<?php system($_GET['c']); ?>",
    "a program": b"MZ\x90\0" + bytes(60),
    "zeros, then a ZIP": bytes(4096) + _zip(),
    "one byte": b"\n",
    "a RAR": b"Rar!\x1a\x07\0" + bytes(20),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tail", FOREIGN.values(), ids=FOREIGN)
def test_anything_foreign_is_refused(kind, tail):
    with pytest.raises(ImageRefused) as refused:
        vet(make.good(kind) + tail, "")
    assert refused.value.code == "trailing_data"
    assert refused.value.extra["actual"] == len(tail)


@pytest.mark.parametrize("kind", KINDS)
def test_zeros_are_cut_off(kind):
    data = make.good(kind)
    picture = vet(data + bytes(5000), "")
    assert picture.display.data == data
    assert picture.original == data + bytes(5000)


PHONES = {
    "a motion photo": make.video(),
    "a motion photo behind zeros": bytes(21) + make.video(),
    "Samsung's trailer": make.samsung_trailer(),
    "Samsung's trailer with its clip": make.samsung_trailer(make.video()),
}


@pytest.mark.parametrize("tail", PHONES.values(), ids=PHONES)
def test_what_a_phone_appends_to_a_jpeg_is_cut_off(tail):
    data = make.good("jpeg")
    picture = vet(data + tail, "x.jpg")
    assert picture.display.data == data
    assert picture.size_bytes == len(data + tail)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_no_phone_appends_a_clip_to_other_formats(kind):
    with pytest.raises(ImageRefused, match="follow the end"):
        vet(make.good(kind) + make.video(), "")


@pytest.mark.parametrize("foreign", [_zip(), b"<html>", b"%PDF-1.7", b"<?php "])
@pytest.mark.parametrize("shell", [make.samsung_trailer, lambda hidden: make.video() + hidden])
def test_nothing_foreign_rides_in_what_a_phone_appends(foreign, shell):
    with pytest.raises(ImageRefused) as refused:
        vet(make.good("jpeg") + shell(foreign), "x.jpg")
    assert refused.value.code == "trailing_data"


def test_a_second_jpeg_is_cut_off_where_the_picture_announces_it():
    data = make.good("jpeg")
    second = make.good("jpeg", width=80, height=64)
    gain_map = make.with_segment(make.with_segment(data, 0xE2, make.mpf(2)), 0xE1, GAIN_MAP)
    preview = make.with_segment(data, 0xE2, make.mpf(2, 0x010001))
    for announcing in (gain_map, preview):
        assert vet(announcing + second, "x.jpg").display.data == data
        assert vet(announcing + second + bytes(7) + make.video(), "x.jpg").display.data == data
    with pytest.raises(ImageRefused) as refused:
        vet(data + second, "x.jpg")
    assert refused.value.code == "trailing_data"


def test_several_views_in_one_file_are_animated():
    for kind in (0x020001, 0x020002, 0x020003, 0):
        views = make.with_segment(make.good("jpeg"), 0xE2, make.mpf(2, kind))
        with pytest.raises(ImageRefused) as refused:
            vet(views + make.good("jpeg"), "x.jpg")
        assert refused.value.code == "animated"


def test_an_archive_inside_the_image_does_not_reach_the_display_file():
    """A GIFAR: the archive lies in a comment, its directory at the file's end."""
    archive = _zip()
    jpeg = make.with_segment(make.good("jpeg"), 0xFE, archive + b"<html><script>")
    png = make.with_chunks(make.good(), (b"teXt", archive + b"<html><script>"), at=-1)
    webp = make.webp_of([*make.riff_chunks(make.good("webp")), (b"junk", archive + b"<html>")])
    for data in (jpeg, png, webp):
        picture = vet(data, "")
        for file in (picture.display, *picture.thumbnails):
            assert b"PK\3\4" not in file.data
            assert b"<html>" not in file.data


def test_an_archive_between_the_last_pixel_and_the_end_is_refused():
    data = make.good("jpeg")
    with pytest.raises(ImageRefused) as refused:
        vet(data[:-2] + _zip(comment=b"\xff\xd9"), "x.jpg")
    assert refused.value.code == "trailing_data"
