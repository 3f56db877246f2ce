"""A file's name is kept for display only, and may leave the format out but not contradict it."""

import pytest

from studio.lib.pictures import ImageRefused, clean_name, vet
from tests import make_pictures as make


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("portrait.png", "portrait.png"),
        ("/etc/cron.d/portrait.png", "portrait.png"),
        ("..\\..\\windows\\portrait.png", "portrait.png"),
        ("a/b\\c.png", "c.png"),
        ("por\0trait\r\n.png", "portrait.png"),
        ("\u202egnp.portrait\u202c.png", "gnp.portrait.png"),
        ("zero\u200bwidth.png", "zerowidth.png"),
        ("e\u0301t\u00e9.png", "\u00e9t\u00e9.png"),
        ("\ud800lone.png", "lone.png"),
        ("  spaced.png  ", "spaced.png"),
        ("x" * 500 + ".png", "x" * 116 + ".png"),
        ("x" * 500, "x" * 120),
        ("x." + "y" * 500, ("x." + "y" * 500)[:120]),
        ("folder/", ""),
        ("...", "..."),
        ("", ""),
        ("<script>.png", "<script>.png"),
    ],
)
def test_a_name_is_cleaned_for_display(given, kept):
    assert clean_name(given) == kept
    assert len(clean_name(given)) <= 120


@pytest.mark.parametrize(
    "name", ["x.jpg", "x.JPEG", "x.JPE", "x.jfif", "x", "", "...", "x.", "Dr. No", "..", "a/b"]
)
def test_a_jpeg_may_be_called(name):
    assert vet(make.good("jpeg"), name).format == "jpeg"


@pytest.mark.parametrize(
    "name",
    [
        "x.png.exe",
        "x.png\u202e.exe",
        "x.php",
        "x.png:stream",
        "x.svg",
        "x.png;.html",
        "x." + "y" * 400,
        "x.\uff50\uff4e\uff47",
        "v1.2",
    ],
)
def test_an_unknown_extension_is_refused(name):
    with pytest.raises(ImageRefused) as refused:
        vet(make.good(), name)
    assert refused.value.code == "bad_extension"


def test_the_picture_carries_the_cleaned_name():
    assert vet(make.good(), "C:\\photos\\Jane\0.PNG").name == "Jane.PNG"


def test_a_picture_by_another_name_is_told_its_own():
    with pytest.raises(ImageRefused) as refused:
        vet(make.good("webp"), "x.jfif")
    assert refused.value.extra | {"field": ""} == {"field": "", "limit": "jfif", "actual": "webp"}
    assert ".webp" in refused.value.sentence
