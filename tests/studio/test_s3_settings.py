"""STORAGE_URL: what it says becomes options, and what makes no sense stops the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from studio.lib.env import s3_options, s3_origins


def test_a_bucket_alone_is_enough():
    options = s3_options("s3://pictures")
    assert options == {"bucket_name": "pictures", "location": "", "querystring_expire": 60}
    assert s3_origins(options) == ["https://pictures.s3.amazonaws.com"]


def test_everything_that_can_be_said():
    url = (
        "s3://pictures/studio/one/?endpoint_url=https%3A%2F%2Fs3.example.org%3A9000"
        "&region_name=eu-west-1&addressing_style=virtual"
    )
    options = s3_options(url)
    assert options["location"] == "studio/one"
    assert options["endpoint_url"] == "https://s3.example.org:9000"
    assert options["region_name"] == "eu-west-1"
    assert s3_origins(options) == ["https://pictures.s3.example.org:9000"]


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("s3://a?endpoint_url=http://127.0.0.1:9000", ["http://127.0.0.1:9000"]),
        (
            "s3://a?region_name=eu-west-1",
            ["https://a.s3.amazonaws.com", "https://a.s3.eu-west-1.amazonaws.com"],
        ),
        ("s3://a?addressing_style=path", ["https://s3.amazonaws.com"]),
    ],
)
def test_images_may_come_from_where_they_are_signed_for(url, origins):
    assert s3_origins(s3_options(url)) == origins


@pytest.mark.parametrize(
    "url",
    [
        "pictures",
        "s3://",
        "https://pictures/",
        "s3://key:secret@pictures",
        "s3://pictures?file_overwrite=no",
        "s3://pictures?region_name=",
        "s3://pictures?endpoint_url=127.0.0.1:9000",
        "s3://pictures?addressing_style=odd",
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(url):
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL"):
        s3_options(url)
