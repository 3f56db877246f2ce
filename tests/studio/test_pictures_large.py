"""The largest pictures fit into the limits of the decoding child."""

import sys
import zlib

import pytest

from studio.lib import decoder
from studio.lib.pictures import vet
from tests import make_pictures as make

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are applied on Linux")


@pytest.fixture(autouse=True)
def patient_clock(monkeypatch):
    """Memory and CPU time are what is measured, not how busy this machine is."""
    patient = decoder.Decoder(wall_s=600)
    monkeypatch.setattr(decoder, "decoder", patient)
    yield
    patient.close()


def test_fifty_megapixels_with_alpha_a_profile_and_a_turn():
    extra = [
        (b"iCCP", b"wide\0\0" + zlib.compress(make.profile())),
        (b"eXIf", make.exif(6).tobytes().removeprefix(b"Exif\0\0")),
    ]
    data = make.flat_png(10_000, 5_000, colour=6, channels=4, extra=extra)
    picture = vet(data, "x.png")
    assert (picture.width, picture.height) == (5_000, 10_000)
    assert picture.display.data != data
    assert [small.height for small in picture.thumbnails] == [1280, 512, 256]


def test_fifty_megapixels_that_need_no_change():
    data = make.flat_png(10_000, 5_000)
    assert vet(data, "x.png").display.data == data


def test_a_photo_of_twelve_megapixels_with_a_profile_and_a_turn():
    image = make.photo(4000, 3000)
    plain = make.encoded(image, "JPEG", quality=90)
    assert vet(plain, "x.jpg").display.data == plain
    data = make.encoded(image, "JPEG", exif=make.exif(6), icc_profile=make.profile())
    assert (vet(data, "x.jpg").width, vet(data, "x.jpg").height) == (3000, 4000)


def test_a_large_webp_that_must_change_takes_a_leaner_encoder():
    image = make.photo(4100, 3000)
    picture = vet(make.encoded(image, "WEBP", method=0, exif=make.exif(3)), "x.webp")
    assert (picture.format, picture.display.ext) == ("webp", "jpg")
    assert make.opened(picture.display.data).size == (4100, 3000)
