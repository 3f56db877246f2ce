"""Images on S3: permission here, then a signed address for a minute that answers as we say."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests import make
from tests.people import world
from tests.people.asking import signed_in


@pytest.fixture
def cast(s3, db):
    return world.build()


def test_a_member_is_sent_to_a_signed_address_for_a_minute(cast):
    url = f"/media/variants/{cast.ours.candidate.pk}/w256/"
    answer = signed_in(cast.creator, api=False).get(url)
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "private, no-store"
    signed = answer.headers["Location"]
    assert parse_qs(urlsplit(signed).query)["X-Amz-Expires"] == ["60"]
    image = httpx.get(signed)
    assert image.content.startswith(b"RIFF")
    assert image.headers["Content-Type"] == "image/webp"
    assert image.headers["Content-Disposition"].startswith('inline; filename="variant-')
    assert image.headers["Cache-Control"] == "private, max-age=86400"


def test_a_download_comes_byte_for_byte_and_in_parts(cast):
    url = f"/api/v1/source-images/{cast.ours.source.pk}/renditions/original"
    signed = signed_in(cast.creator, api=False).get(url).headers["Location"]
    whole = httpx.get(signed)
    assert whole.content == make.portrait()
    assert whole.headers["Content-Disposition"].startswith('attachment; filename="source-')
    part = httpx.get(signed, headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, make.portrait()[:8])


def test_a_head_request_gets_an_address_that_is_signed_for_one(cast):
    url = f"/media/variants/{cast.ours.candidate.pk}/w256/"
    signed = signed_in(cast.creator, api=False).head(url).headers["Location"]
    assert httpx.head(signed).status_code == 200
    assert signed != signed_in(cast.creator, api=False).get(url).headers["Location"]


def test_without_the_permission_nothing_is_signed(cast):
    url = f"/media/variants/{cast.ours.candidate.pk}/w256/"
    assert signed_in(cast.outsider, api=False).get(url).status_code == 404
    original = f"/media/sources/{cast.ours.source.pk}/original/"
    assert signed_in(cast.reviewer, api=False).get(original).status_code == 403


def test_what_the_browser_has_is_not_sent_for_again(cast):
    variant = cast.ours.candidate
    tag = f'"{variant.sha256}-w256"'
    browser = signed_in(cast.creator, api=False)
    again = browser.get(f"/media/variants/{variant.pk}/w256/", headers={"If-None-Match": tag})
    assert again.status_code == 304
