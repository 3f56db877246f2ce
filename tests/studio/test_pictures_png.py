"""PNG files of every kind, whole and broken."""

import struct
import zlib

import numpy as np
import pytest

from studio.lib.pictures import ImageRefused, vet
from tests import make_pictures as make

PALETTE = make.photo().quantize(16)
KINDS = {
    "1-bit": lambda: make.encoded(make.photo(mode="1"), "PNG"),
    "grey": lambda: make.encoded(make.photo(mode="L"), "PNG"),
    "grey and alpha": lambda: make.encoded(make.photo(mode="L").convert("LA"), "PNG"),
    "palette": lambda: make.encoded(PALETTE, "PNG"),
    "palette with a clear colour": lambda: make.encoded(PALETTE, "PNG", transparency=3),
    "palette with alphas": lambda: make.encoded(PALETTE, "PNG", transparency=bytes(range(16))),
    "colour": make.good,
    "colour with a clear one": lambda: make.encoded(make.photo(), "PNG", transparency=(9, 9, 9)),
    "colour and alpha": lambda: make.encoded(make.photo(mode="RGBA"), "PNG"),
    "interlaced": lambda: make.interlaced(np.array(make.photo(mode="L"))),
    "interlaced and narrow": lambda: make.interlaced(np.array(make.photo(65, 67, "L"))),
    "many IDAT": lambda: split_idat(make.good(), 37),
    "an empty IDAT at the end": lambda: make.with_chunks(make.good(), (b"IDAT", b""), at=-1),
    "one frame of APNG": lambda: make.apng(1),
}


def split_idat(data, size):
    parts = make.chunks(data)
    body = b"".join(content for kind, content in parts if kind == b"IDAT")
    pieces = [(b"IDAT", body[at : at + size]) for at in range(0, len(body), size)]
    return make.png_of([parts[0], *pieces, parts[-1]])


@pytest.mark.parametrize("build", KINDS.values(), ids=KINDS)
def test_it_is_copied_with_every_pixel_as_it_was(build):
    data = build()
    picture = vet(data, "x.png")
    before, after = make.opened(data), make.opened(picture.display.data)
    assert (after.mode, after.size) == (before.mode, before.size)
    assert after.convert("RGBA").tobytes() == before.convert("RGBA").tobytes()
    idat = [part for part in make.chunks(data) if part[0] == b"IDAT"]
    assert [part for part in make.chunks(picture.display.data) if part[0] == b"IDAT"] == idat


def _missing_rows():
    return make.raw_png(160, 120, bytes(100 * 481))


def _flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _header(**change):
    fields = {"width": 160, "height": 120, "depth": 8, "colour": 2, "interlace": 0, **change}
    return make.raw_png(rows=bytes(120 * 481), **fields)


BROKEN = {
    "rows missing": _missing_rows,
    "rows too many": lambda: make.raw_png(160, 120, bytes(121 * 481)),
    "half a row missing": lambda: make.raw_png(160, 120, bytes(120 * 481 - 7)),
    "rows missing, interlaced": lambda: make.raw_png(
        160, 120, bytes(18_000), colour=0, interlace=1
    ),
    "a wrong checksum of zlib": lambda: make.png_of(
        [
            (kind, content[:-4] + b"bad!" if kind == b"IDAT" else content)
            for kind, content in make.chunks(make.good(width=64, height=64))
        ]
    ),
    "data behind the zlib stream": lambda: make.with_chunks(
        make.good(), (b"IDAT", b"<script>alert(1)</script>"), at=-1
    ),
    "a wrong checksum": lambda: _flipped(make.good(), 60),
    "no IEND": lambda: make.good()[:-12],
    "no IHDR": lambda: make.png_of(make.chunks(make.good())[1:]),
    "no IDAT": lambda: make.png_of([make.chunks(make.good())[0], (b"IEND", b"")]),
    "no palette": lambda: make.raw_png(160, 120, bytes(120 * 161), colour=3),
    "a huge chunk length": lambda: make.good()[:33] + b"\x7f\xff\xff\xff" + make.good()[37:],
    "a depth of 3": lambda: _header(depth=3),
    "a colour type of 5": lambda: _header(colour=5),
    "an interlace of 2": lambda: _header(interlace=2),
    "a width of 0": lambda: _header(width=0),
    "a header twice": lambda: make.with_chunks(make.good(), make.chunks(make.good())[0]),
    "an unknown critical chunk": lambda: make.with_chunks(make.good(), (b"CgBI", bytes(4))),
    "image data torn apart": lambda: make.with_chunks(
        split_idat(make.good(), 9000), (b"tEXt", b"a\0b"), at=2
    ),
    "only the signature": lambda: make.SIGNATURE,
    "100,000 chunks": lambda: make.with_chunks(make.good(), *[(b"tEXt", b"")] * 100_000),
}


@pytest.mark.parametrize("build", BROKEN.values(), ids=BROKEN)
def test_a_broken_one_is_refused(build):
    with pytest.raises(ImageRefused) as refused:
        vet(build(), "x.png")
    assert refused.value.code == "decode_failed"


def test_bombs_in_texts_are_never_unpacked_and_in_profiles_refused():
    bomb = zlib.compress(bytes(80_000_000), 9)
    assert vet(make.with_chunks(make.good(), (b"zTXt", b"a\0\0" + bomb)), "x.png").width == 160
    itxt = b"a\0\1\0\0\0" + bomb
    assert vet(make.with_chunks(make.good(), (b"iTXt", itxt)), "x.png").width == 160
    with pytest.raises(ImageRefused) as refused:
        vet(make.with_chunks(make.good(), (b"iCCP", b"a\0\0" + bomb)), "x.png")
    assert refused.value.code == "metadata_too_large"


def _sixteen(channels, colour, extra=()):
    ramp = (np.mgrid[0:120, 0:160][1] * 400).astype(">u2")
    levels = np.repeat(ramp[:, :, None], channels, 2)
    rows = b"".join(b"\0" + row.tobytes() for row in levels)
    return make.raw_png(160, 120, rows, depth=16, colour=colour, extra=extra), ramp >> 8


@pytest.mark.parametrize(("channels", "colour"), [(1, 0), (3, 2), (2, 4), (4, 6)])
def test_sixteen_bits_become_eight(channels, colour):
    data, expected = _sixteen(channels, colour)
    display = vet(data, "x.png").display.data
    assert make.chunks(display)[0][1][8] == 8
    levels = np.array(make.opened(display).convert("RGBA"))
    assert np.abs(levels[:, :, 0].astype(int) - expected).max() <= 1
    if channels in (2, 4):
        assert np.abs(levels[:, :, 3].astype(int) - expected).max() <= 1


@pytest.mark.parametrize(("channels", "colour"), [(1, 0), (3, 2)])
def test_a_clear_colour_of_sixteen_bits_stays_clear(channels, colour):
    key = struct.pack(">H", 100 * 400) * channels
    data, _ = _sixteen(channels, colour, [(b"tRNS", key)])
    alpha = make.opened(vet(data, "x.png").display.data).convert("RGBA").getchannel("A")
    assert (alpha.getpixel((100, 50)), alpha.getpixel((50, 50))) == (0, 255)


def test_a_thumbnail_keeps_alpha():
    clear = make.photo(300, 300, "RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 150, 300))
    small = make.opened(vet(make.encoded(clear, "PNG"), "x.png").thumbnails[-1].data)
    assert (small.getpixel((20, 128))[3], small.getpixel((230, 128))[3]) == (0, 255)
