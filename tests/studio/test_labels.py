"""Labels in image files: ours are the only metadata, and the picture is what it was."""

import io

import pytest
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from studio.lib.labels import Label, labelled, marks_in
from studio.lib.pictures import vet
from tests import make_pictures as make

TOKEN = "0123456789abcdef0123456789abcdef"
LABEL = Label(TOKEN, "variant <7> & more", "http://cv.iptc.org/newscodes/digitalsourcetype/x")
CLEAR = Image.merge("RGBA", (*make.photo().split(), make.photo(mode="L", seed=3)))
PROFILE = make.profile()
SECRET = b"the secret of the camera"


def _kinds():
    photo, secret = make.photo(), make.exif(6, "the secret of the camera")
    palette = photo.quantize(64)
    options = {"exif": secret, "icc_profile": PROFILE}
    yield "png", make.encoded(photo, "PNG", **options)
    yield "png palette", make.encoded(palette, "PNG", transparency=3)
    yield "png alpha", make.encoded(CLEAR, "PNG")
    yield "png 16 bit", make.encoded(make.photo(mode="L").convert("I;16"), "PNG")
    yield "png text", make.with_chunks(make.good(), (b"tEXt", b"prompt\0" + SECRET))
    yield "jpeg", make.encoded(photo, "JPEG", comment=SECRET, **options)
    yield "jpeg progressive", make.encoded(photo, "JPEG", progressive=True)
    yield "jpeg cmyk", make.encoded(photo.convert("CMYK"), "JPEG")
    yield "webp", make.good("webp")
    yield "webp all", make.encoded(CLEAR, "WEBP", xmp=b"<x>" + SECRET + b"</x>", **options)
    yield "webp lossless", make.encoded(CLEAR, "WEBP", lossless=True, exact=True)
    yield "webp lossless opaque", make.encoded(photo, "WEBP", lossless=True)


KINDS = dict(_kinds())


def _picture_data(data):
    """The encoded picture: IDAT and palettes, a JPEG's tables and scans, VP8."""
    if data.startswith(b"\x89PNG"):
        wanted = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"iCCP")
        return [(kind, body) for kind, body in make.chunks(data) if kind in wanted]
    if data.startswith(b"\xff\xd8"):
        parts = make.segments(data)
        return [
            data[begin:end]
            for code, begin, end in parts
            if not 0xE0 <= code <= 0xEF and code != 0xFE
        ]
    wanted = (b"ALPH", b"VP8 ", b"VP8L", b"ICCP")
    return [(kind, body) for kind, body in make.riff_chunks(data) if kind in wanted]


@pytest.mark.parametrize("data", KINDS.values(), ids=KINDS)
def test_the_encoded_picture_and_every_pixel_are_as_they_were(data):
    out = labelled(data, LABEL)
    assert _picture_data(out) == _picture_data(data)
    before, after = make.opened(data), make.opened(out)
    assert (after.mode, after.size) == (before.mode, before.size)
    assert after.tobytes() == before.tobytes()
    assert after.info.get("icc_profile") == before.info.get("icc_profile")
    turned = ImageOps.exif_transpose(after)
    assert turned.tobytes() == ImageOps.exif_transpose(before).tobytes()


@pytest.mark.parametrize("data", KINDS.values(), ids=KINDS)
def test_only_our_metadata_rides_along_and_the_file_passes_the_validator(data):
    out = labelled(data, LABEL)
    assert SECRET not in out
    image = Image.open(io.BytesIO(out))
    xmp = image.info["xmp"]
    xmp = xmp if isinstance(xmp, bytes) else xmp.encode()
    assert xmp == LABEL.xmp()
    assert b"DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/x<" in xmp
    assert b"variant &lt;7&gt; &amp; more" in xmp
    assert marks_in(out) == [TOKEN]
    vet(out, "")


def test_a_jpeg_says_it_in_iptc_too():
    image = Image.open(io.BytesIO(labelled(KINDS["jpeg"], LABEL)))
    blocks = image.info["photoshop"]
    assert TOKEN.encode() in blocks[0x0404]
    assert len(TOKEN) <= 32, "the field holds no more"


def test_labelling_a_labelled_file_leaves_one_label():
    other = Label("f" * 32, "another", "x")
    for data in KINDS.values():
        again = labelled(labelled(data, LABEL), other)
        assert again == labelled(data, other)
        assert marks_in(again) == ["f" * 32]


def test_a_mark_is_found_where_editors_put_it_packed_or_not():
    photo, xmp = make.photo(), LABEL.xmp()
    info = _png_info(xmp)
    assert marks_in(make.encoded(photo, "PNG", pnginfo=info)) == [TOKEN]
    assert marks_in(make.encoded(photo, "JPEG", xmp=xmp)) == [TOKEN]
    assert marks_in(make.encoded(photo, "WEBP", xmp=xmp)) == [TOKEN]
    assert marks_in(make.good()) == []
    assert marks_in(b"no image at all " + xmp) == []


def _png_info(xmp):
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
    return info
