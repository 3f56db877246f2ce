"""No metadata rides along in what is stored for display; the original keeps its bytes."""

import pytest

from studio.lib.pictures import vet
from tests import make_pictures as make

SECRET = b"Jane Doe, Kastanienallee 7"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\x20\x1c\x02\x50\0\x1a" + SECRET
XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"


def _tags(orientation):
    return make.exif(orientation, SECRET.decode())


def _jpeg(orientation=1):
    data = make.encoded(make.photo(300, 200), "JPEG", exif=_tags(orientation), comment=SECRET)
    for marker, body in ((0xE1, XMP), (0xED, IPTC), (0xE5, SECRET), (0xEF, SECRET)):
        data = make.with_segment(data, marker, body)
    return data


def _png(orientation=1):
    data = make.encoded(make.photo(300, 200), "PNG", exif=_tags(orientation))
    extra = [
        (b"tEXt", b"Author\0" + SECRET),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP),
        (b"tIME", bytes(7)),
        (b"gAMA", bytes(4)),
        (b"prVt", SECRET),
    ]
    return make.with_chunks(make.with_chunks(data, *extra), (b"zzZz", SECRET), at=-1)


def _webp(orientation=1):
    data = make.encoded(make.photo(300, 200), "WEBP", exif=_tags(orientation), xmp=XMP)
    return make.webp_of([*make.riff_chunks(data), (b"priv", SECRET)])


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("build", [_jpeg, _png, _webp])
def test_a_secret_planted_everywhere_is_in_no_file_but_the_original(build, orientation):
    data = build(orientation)
    picture = vet(data, "x")
    assert picture.original == data
    assert SECRET in picture.original
    for file in (picture.display, *picture.thumbnails):
        for trace in (SECRET, b"Exif", b"MM\0*", b"II*\0", b"xmpmeta", b"8BIM", b"ICC_PROFILE"):
            assert trace not in file.data
        assert not make.opened(file.data).getexif()
        assert set(make.opened(file.data).info) <= {"jfif", *JFIF, "background", "loop"} | WEBP


JFIF = {"jfif_version", "jfif_unit", "jfif_density", "dpi"}
WEBP = {"timestamp", "duration"}


def test_a_profile_does_not_ride_along_either():
    for kind in ("PNG", "JPEG", "WEBP"):
        data = make.encoded(make.photo(), kind, icc_profile=make.profile(name=SECRET.decode()))
        picture = vet(data, "x")
        for file in (picture.display, *picture.thumbnails):
            assert "icc_profile" not in make.opened(file.data).info
            assert b"acsp" not in file.data


def test_a_png_keeps_no_chunk_but_its_picture():
    kinds = {kind for kind, _ in make.chunks(vet(_png(), "x").display.data)}
    assert kinds == {b"IHDR", b"IDAT", b"IEND"}


def test_a_palette_that_no_pixel_uses_is_left_out():
    data = make.with_chunks(make.good(), (b"PLTE", SECRET + b"!"))
    assert SECRET not in vet(data, "x").display.data
