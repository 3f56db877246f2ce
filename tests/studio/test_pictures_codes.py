"""Every code of the validator, with the file that earns it."""

import struct

import pytest

from studio.lib import decoder
from studio.lib.pictures import ImageRefused, Limits, read_capped, vet
from tests import make_pictures as make


def encoded(kind):
    return make.encoded(make.photo(), kind)


def animated_webp():
    return make.encoded(make.photo(), "WEBP", save_all=True, append_images=[make.photo(seed=1)])


def comments(count):
    data = make.good("jpeg")
    return data[:2] + make.segment(0xFE, bytes(65_000)) * count + data[2:]


REFUSED = {
    "nothing": (lambda: b"", "x.png", "empty"),
    "over the byte limit": (lambda: make.good() + bytes(10 * 2**20), "x.png", "too_large"),
    "an extension of something else": (make.good, "x.png.exe", "bad_extension"),
    "a GIF under its own name": (lambda: encoded("GIF"), "x.gif", "bad_extension"),
    "a GIF": (lambda: encoded("GIF"), "x.png", "not_allowed_format"),
    "a BMP": (lambda: encoded("BMP"), "x.png", "not_allowed_format"),
    "a TIFF": (lambda: encoded("TIFF"), "x.png", "not_allowed_format"),
    "an EPS": (lambda: encoded("EPS"), "x.png", "not_allowed_format"),
    "an icon": (lambda: encoded("ICO"), "x.png", "not_allowed_format"),
    "an AVIF": (lambda: b"\0\0\0\x1cftypavif" + bytes(90), "x.png", "not_allowed_format"),
    "a HEIC": (lambda: b"\0\0\0\x1cftypheic" + bytes(90), "x.jpg", "not_allowed_format"),
    "an SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "x.png", "not_allowed_format"),
    "text": (lambda: b"just a letter\n" * 20, "x.png", "not_allowed_format"),
    "one byte": (lambda: b"\x89", "x.png", "not_allowed_format"),
    "a WAV": (lambda: b"RIFF\x24\0\0\0WAVEfmt " + bytes(30), "x.webp", "not_allowed_format"),
    "an arithmetic JPEG": (
        lambda: make.good("jpeg").replace(b"\xff\xc0\0\x11", b"\xff\xc9\0\x11"),
        "x.jpg",
        "not_allowed_format",
    ),
    "a PNG named jpg": (make.good, "x.jpg", "type_mismatch"),
    "a JPEG named webp": (lambda: make.good("jpeg"), "x.webp", "type_mismatch"),
    "51 megapixels": (lambda: make.flat_png(10_200, 5_000), "x.png", "too_many_pixels"),
    "a PNG that claims 4 gigapixels": (
        lambda: make.raw_png(65_535, 65_535, b""),
        "x.png",
        "too_many_pixels",
    ),
    "63 px": (lambda: make.good(width=63, height=100), "x.png", "too_small"),
    "eleven to one": (lambda: make.good(width=715, height=65), "x.png", "extreme_aspect"),
    "an APNG": (lambda: make.apng(3), "x.png", "animated"),
    "an animated WebP": (animated_webp, "x.webp", "animated"),
    "a stereo MPO": (
        lambda: make.with_segment(make.good("jpeg"), 0xE2, make.mpf(2, 0x020002)),
        "x.jpg",
        "animated",
    ),
    "PNG text of 2 MiB": (
        lambda: make.with_chunks(make.good(), (b"tEXt", b"k\0" + bytes(2 * 2**20))),
        "x.png",
        "metadata_too_large",
    ),
    "JPEG comments of 2 MiB": (lambda: comments(33), "x.jpg", "metadata_too_large"),
    "WebP XMP of 2 MiB": (
        lambda: make.webp_of([*make.riff_chunks(make.good("webp")), (b"XMP ", bytes(2 * 2**20))]),
        "x.webp",
        "metadata_too_large",
    ),
    "a JPEG cut in half": (lambda: make.good("jpeg")[:1000], "x.jpg", "decode_failed"),
    "a JPEG of 400 passes": (lambda: make.many_scans(400), "x.jpg", "decode_timeout"),
    "a ZIP behind a PNG": (lambda: make.good() + b"PK\3\4zip", "x.png", "trailing_data"),
}


@pytest.mark.parametrize(("build", "name", "code"), REFUSED.values(), ids=REFUSED)
def test_a_bad_file_gets_its_code_and_a_sentence(build, name, code):
    with pytest.raises(ImageRefused) as refused:
        vet(build(), name)
    assert refused.value.code == code
    assert refused.value.status == 400
    assert refused.value.sentence.endswith(".")
    assert refused.value.extra["field"] == "file"


def test_a_limit_is_named_with_what_was_found():
    with pytest.raises(ImageRefused) as refused:
        vet(make.good(width=80, height=63), "x.png")
    assert (refused.value.extra["limit"], refused.value.extra["actual"]) == (64, 63)


def test_limits_are_the_callers():
    data = make.good()
    for limits, code in (
        (Limits(max_bytes=len(data) - 1), "too_large"),
        (Limits(max_pixels=160 * 120 - 1), "too_many_pixels"),
        (Limits(min_side_px=121), "too_small"),
        (Limits(max_aspect=1.3), "extreme_aspect"),
    ):
        with pytest.raises(ImageRefused) as refused:
            vet(data, "x.png", limits)
        assert refused.value.code == code
    assert vet(data, "x.png", Limits(len(data), 160 * 120, 120, 4 / 3)).width == 160


def test_a_stream_is_cut_at_the_first_byte_too_many():
    sent = []

    def chunks():
        for _ in range(1000):
            sent.append(1)
            yield bytes(100)

    with pytest.raises(ImageRefused) as refused:
        read_capped(chunks(), 250)
    assert (refused.value.code, len(sent)) == ("too_large", 3)
    assert read_capped([b"a", b"b"], 2) == b"ab"


def test_a_request_without_a_file_is_no_file(api, creator, character):
    answer = api(creator).post(f"/api/v1/characters/{character.pk}/source-image/")
    assert (answer.status_code, answer.json()["code"]) == (400, "no_file")


def test_passes_that_are_few_but_dear_run_out_of_cpu_time(monkeypatch):
    strict = decoder.Decoder(cpu_s=0.5, wall_s=300)
    monkeypatch.setattr(decoder, "decoder", strict)
    with pytest.raises(ImageRefused) as refused:
        vet(make.many_scans(90, side=7000), "x.jpg")
    assert refused.value.code == "decode_timeout"
    assert strict.pid is None
    assert vet(make.good("jpeg"), "x.jpg").width == 160
    strict.close()


def test_the_zlib_header_of_a_png_counts_too():
    parts = dict(make.chunks(make.good()))
    parts[b"IDAT"] = struct.pack(">H", 0) + parts[b"IDAT"][2:]
    with pytest.raises(ImageRefused, match="damaged"):
        vet(make.png_of(list(parts.items())), "x.png")
