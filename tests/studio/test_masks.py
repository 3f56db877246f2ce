"""Masks: what is taken, what is refused and with which code, and what laying over changes."""

import io

import numpy as np
import pytest
from PIL import Image

from studio.lib.errors import StudioError
from studio.lib.masks import fit, lay_over, vet_mask
from studio.lib.pictures import Limits
from tests import make_pictures

SIZE = (97, 75)


def grey(size=SIZE, box=(10, 20, 40, 50), level=255):
    mask = Image.new("L", size, 0)
    mask.paste(level, box)
    return mask


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def taken(data, channel="grey", size=SIZE):
    return vet_mask(data, channel=channel, size=size, limits=Limits())


def pixels(data):
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


def noise(size=SIZE, channels=3, seed=1):
    width, height = size
    shape = (height, width, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def test_a_grey_png_is_the_mask_and_its_mean_the_coverage():
    mask = taken(encoded(grey()))
    assert mask.coverage == pytest.approx(30 * 30 / (97 * 75))
    with Image.open(io.BytesIO(mask.picture.original)) as stored:
        assert (stored.mode, stored.size, stored.format) == ("L", SIZE, "PNG")
    np.testing.assert_array_equal(pixels(mask.picture.original), np.asarray(grey()))


@pytest.mark.parametrize("mode", ["1", "RGB", "RGBA", "P", "LA", "I;16"])
def test_other_pngs_that_are_grey_and_opaque_give_the_same_mask(mode):
    image = grey()
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image, np.uint16) * 257)
    elif mode == "P":
        image = image.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE)
    else:
        image = image.convert(mode)
    np.testing.assert_array_equal(
        pixels(taken(encoded(image)).picture.original), np.asarray(grey())
    )


def test_the_alpha_of_an_rgba_png_is_the_mask_opaque_being_what_changes():
    colours = np.dstack([noise(), np.asarray(grey())])
    mask = taken(encoded(Image.fromarray(colours)), "alpha")
    np.testing.assert_array_equal(pixels(mask.picture.original), np.asarray(grey()))


def test_a_mask_of_one_colour_is_taken_when_it_is_white_and_refused_when_it_is_black():
    assert taken(encoded(Image.new("L", SIZE, 255))).coverage == 1.0
    with pytest.raises(StudioError) as refused:
        taken(encoded(Image.new("L", SIZE, 0)))
    assert (refused.value.code, refused.value.status) == ("mask_empty", 400)


def with_alpha(level):
    return encoded(Image.merge("LA", (grey(), Image.new("L", SIZE, level))))


BAD = {
    "mask_not_grey": encoded(Image.fromarray(noise())),
    "mask_not_grey, it is transparent": with_alpha(128),
    "mask_size": encoded(grey((75, 97))),
    "mask_size, far too small": encoded(grey((9, 9), (1, 1, 5, 5))),
    "not_allowed_format": encoded(grey(), "JPEG"),
    "not_allowed_format, no image": b"mask, please",
    "empty": b"",
    "decode_failed": encoded(grey())[:-30],
    "animated": make_pictures.apng(2),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_mask_of_the_image_is_refused_with_a_code(name):
    with pytest.raises(StudioError) as refused:
        taken(BAD[name])
    assert refused.value.code == name.partition(",")[0]
    assert refused.value.extra["field"] == "mask"


def test_a_picture_without_alpha_is_no_mask_in_alpha():
    with pytest.raises(StudioError) as refused:
        taken(encoded(Image.fromarray(noise())), "alpha")
    assert refused.value.code == "mask_not_grey"


@pytest.mark.parametrize("made_size", [SIZE, (96, 72), (400, 300)])
@pytest.mark.parametrize(
    ("kind", "channels"), [("PNG", 3), ("PNG", 4), ("JPEG", 3), ("WEBP", 4), ("PNG", 1)]
)
def test_outside_the_mask_not_a_bit_of_the_image_changes(kind, channels, made_size):
    raw = noise(channels=channels)
    base = encoded(Image.fromarray(raw[..., 0] if channels == 1 else raw), kind)
    made = encoded(Image.new("RGB", made_size, (250, 3, 120)))
    mask = taken(encoded(grey())).picture.original
    with Image.open(io.BytesIO(base)) as image:
        before = np.asarray(image.convert("RGBA" if channels == 4 else "RGB"))
    after = pixels(lay_over(base, made, mask, Limits()))
    inside = np.asarray(grey()) > 0
    np.testing.assert_array_equal(after[~inside], before[~inside])
    assert (after[inside][:, :3] == (250, 3, 120)).all()


def test_an_image_lying_on_its_side_is_laid_over_upright_and_without_loss():
    exif = Image.Exif()
    exif[0x0112] = 6
    base = encoded(Image.fromarray(noise()), "JPEG", exif=exif, quality=80)
    mask = taken(encoded(grey((75, 97))), size=(75, 97)).picture.original
    with Image.open(io.BytesIO(base)) as image:
        before = np.asarray(image.transpose(Image.Transpose.ROTATE_270))
    after = pixels(lay_over(base, encoded(Image.new("RGB", (75, 97))), mask, Limits()))
    inside = np.asarray(grey((75, 97))) > 0
    np.testing.assert_array_equal(after[~inside], before[~inside])


def test_a_soft_edge_is_a_mixture():
    base = encoded(Image.new("RGB", SIZE, (0, 0, 0)))
    made = encoded(Image.new("RGB", SIZE, (200, 200, 200)))
    mask = taken(encoded(grey(level=128))).picture.original
    assert set(pixels(lay_over(base, made, mask, Limits())).ravel()) == {0, 100}


def test_what_a_server_made_is_refused_as_any_output_is():
    mask = taken(encoded(grey())).picture.original
    with pytest.raises(StudioError) as refused:
        lay_over(encoded(Image.fromarray(noise())), b"no image", mask, Limits())
    assert refused.value.code == "not_allowed_format"


def test_pictures_for_a_graph_have_its_size_and_the_mask_inverted_in_alpha():
    base = encoded(Image.fromarray(noise()))
    mask = taken(encoded(grey())).picture.original
    same = fit(base, mask, SIZE, {"source_image": True, "mask": True})
    picture, hole = pixels(same["source_image"]), pixels(same["mask"])
    np.testing.assert_array_equal(picture[..., :3], noise())
    np.testing.assert_array_equal(picture[..., 3], 255 - np.asarray(grey()))
    np.testing.assert_array_equal(hole[..., 0], np.asarray(grey()))
    np.testing.assert_array_equal(hole[..., 3], 255 - np.asarray(grey()))
    small = fit(base, mask, (96, 72), {"source_image": False, "mask": False})
    assert pixels(small["source_image"]).shape == (72, 96, 3)
    assert pixels(small["mask"]).shape == (72, 96)
