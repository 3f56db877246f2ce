"""Three WebP thumbnails, of 1,280, 512 and 256 px on the long side, never enlarged."""

import pytest

from studio.lib.pictures import vet
from tests import make_pictures as make


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((2000, 1000), [(1280, 640), (512, 256), (256, 128)]),
        ((1000, 2000), [(640, 1280), (256, 512), (128, 256)]),
        ((600, 600), [(600, 600), (512, 512), (256, 256)]),
        ((100, 80), [(100, 80), (100, 80), (100, 80)]),
        ((3000, 300), [(1280, 128), (512, 51), (256, 26)]),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_their_sizes_are_told_and_true(kind, size, expected):
    picture = vet(make.encoded(make.photo(*size), kind), "x")
    assert [small.name for small in picture.thumbnails] == ["w1280", "w512", "w256"]
    assert [(small.width, small.height) for small in picture.thumbnails] == expected
    for small in picture.thumbnails:
        assert small.ext == "webp"
        opened = make.opened(small.data)
        assert (opened.format, opened.size) == ("WEBP", (small.width, small.height))
