"""Whatever the bytes are: a Picture or an ImageRefused, and the next image is served."""

import random

import pytest

from studio.lib.pictures import ImageRefused, vet
from tests import make_pictures as make

SEEDS = range(100)
FILES = {
    "png": make.encoded(make.photo(96, 80), "PNG", icc_profile=make.profile()),
    "jpeg": make.encoded(make.photo(96, 80), "JPEG", exif=make.exif(6, "me"), icc_profile=b"x"),
    "webp": make.encoded(make.photo(96, 80, "RGBA"), "WEBP", exif=make.exif(3)),
}

CODES = {
    "animated",
    "decode_failed",
    "extreme_aspect",
    "metadata_too_large",
    "not_allowed_format",
    "too_many_pixels",
    "too_small",
    "trailing_data",
}


def _damaged(data, luck):
    """Flip, overwrite, drop or repeat bytes, then perhaps cut the rest off."""
    for _ in range(luck.choice((1, 1, 2, 8))):
        at, length = luck.randrange(len(data) + 1), luck.choice((1, 1, 2, 40))
        piece, rest = data[at : at + length], data[at + length :]
        flipped = bytes(byte ^ 1 << luck.randrange(8) for byte in piece)
        data = data[:at] + luck.choice((flipped, luck.randbytes(length), b"", piece * 2)) + rest
    return data[: luck.choice((len(data), luck.randrange(len(data) + 1)))]


def _with_true_checksums(data, luck):
    """The same for a PNG, past its checksums."""
    parts = make.chunks(data)
    number = luck.randrange(len(parts))
    kind, content = parts[number]
    parts[number] = (kind, _damaged(content, luck))
    return make.png_of(parts)


@pytest.mark.parametrize("kind", FILES)
def test_it_is_a_picture_or_a_refusal(kind):
    for seed in SEEDS:
        luck = random.Random(seed)
        spoil = _with_true_checksums if kind == "png" and seed % 2 else _damaged
        assert _verdict(spoil(FILES[kind], luck)) in {"picture", "empty", *CODES}
    assert vet(FILES[kind], "x").format == kind


def _verdict(data):
    try:
        vet(data, "x")
    except ImageRefused as refused:
        return refused.code
    return "picture"
