"""Bytes we serve: permission first, our own type and name, and nothing that a browser would run."""

import re

import pytest

from people.models import ProjectMembership
from studio.lib.media import RENDITIONS
from tests import make
from tests.people.asking import signed_in
from variants.models import ImageVariant


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def addresses(side):
    """Address to whether it is a download, of every rendition of a source and a variant."""
    source, variant = side.source.pk, side.candidate.pk
    found = {f"/media/sources/{source}/original/": True, f"/variants/{variant}/download/": True}
    found |= {f"/api/v1/source-images/{source}/renditions/original": True}
    found |= {f"/api/v1/variants/{variant}/file": True}
    for name in RENDITIONS:
        found[f"/media/sources/{source}/{name}/"] = False
        found[f"/media/variants/{variant}/{name}/"] = False
        found[f"/api/v1/source-images/{source}/renditions/{name}"] = False
        found[f"/api/v1/variants/{variant}/renditions/{name}"] = False
    return found


def test_every_rendition_has_our_type_our_name_and_no_powers(cast):
    for url, is_download in addresses(cast.ours).items():
        answer = signed_in(cast.creator, api=False).get(url)
        assert answer.status_code == 200, url
        headers = answer.headers
        body = body_of(answer)
        assert headers["Content-Type"] in ("image/png", "image/webp")
        magic = {"image/png": b"\x89PNG", "image/webp": b"RIFF"}[headers["Content-Type"]]
        assert body.startswith(magic)
        assert int(headers["Content-Length"]) == len(body)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "private, max-age=86400"
        assert "Set-Cookie" not in headers
        kind, name = re.fullmatch(
            r'(inline|attachment); filename="([\x20-\x7e]+)"', headers["Content-Disposition"]
        ).groups()
        assert (kind == "attachment") is is_download
        assert re.fullmatch(r"[a-z]+-[a-z0-9-]+\.(png|webp)", name)


def test_a_rendition_that_the_browser_has_is_not_sent_again(cast):
    for url in addresses(cast.ours):
        browser = signed_in(cast.creator, api=False)
        tag = browser.get(url).headers["ETag"]
        assert re.fullmatch(r'"[0-9a-f]{64}(-\w+)?"', tag)
        again = browser.get(url, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"].startswith("private")
        assert browser.get(url, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_known_tag_is_no_way_past_the_permission(cast):
    for url in addresses(cast.ours):
        tag = signed_in(cast.creator, api=False).get(url).headers["ETag"]
        asked = signed_in(cast.outsider, api=False).get(url, headers={"If-None-Match": tag})
        assert asked.status_code == 404, url


def test_the_original_of_a_source_is_for_makers_and_byte_for_byte(cast):
    url = f"/media/sources/{cast.ours.source.pk}/original/"
    assert signed_in(cast.reviewer, api=False).get(url).status_code == 403
    for person in (cast.creator, cast.admin):
        answer = signed_in(person, api=False).get(url)
        assert body_of(answer) == make.portrait()
    shown = signed_in(cast.reviewer, api=False).get(url.replace("original", "display"))
    assert body_of(shown)[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../../secret_key",
        "%2e%2e%2fsecret",
        "display%00",
        "display.png",
        "w256/../../x",
        "w9999",
        "W256",
        "original%20",
        "-",
    ],
)
def test_a_rendition_is_one_of_a_short_list_and_never_a_path(cast, name):
    browser = signed_in(cast.admin, api=False)
    source, variant = cast.ours.source.pk, cast.ours.candidate.pk
    for url in (
        f"/media/sources/{source}/{name}/",
        f"/media/variants/{variant}/{name}/",
        f"/api/v1/source-images/{source}/renditions/{name}",
        f"/api/v1/variants/{variant}/renditions/{name}",
    ):
        assert browser.get(url).status_code == 404, url


def test_the_original_of_a_variant_is_no_rendition(cast):
    browser = signed_in(cast.admin, api=False)
    variant = cast.ours.candidate.pk
    assert browser.get(f"/media/variants/{variant}/original/").status_code == 404
    assert browser.get(f"/api/v1/variants/{variant}/renditions/original").status_code == 404


def test_nothing_under_the_media_root_has_an_address(cast, settings):
    browser = signed_in(cast.admin, api=False)
    key = cast.ours.source.file_path
    assert (settings.MEDIA_ROOT / key).is_file()
    for base in ("/media/", "/", "/static/", "/static/../media/", "/var/media/"):
        assert browser.get(base + key).status_code == 404, base


def test_without_a_file_there_is_no_image(cast):
    browser = signed_in(cast.admin, api=False)
    for variant in (cast.ours.waiting, cast.ours.failed):
        for url in (
            f"/media/variants/{variant.pk}/display/",
            f"/variants/{variant.pk}/download/",
            f"/api/v1/variants/{variant.pk}/file",
        ):
            assert browser.get(url).status_code == 404


def test_a_missing_file_and_the_trash_answer_not_found(cast, settings):
    browser = signed_in(cast.admin, api=False)
    (settings.MEDIA_ROOT / cast.ours.candidate.file_path).unlink()
    assert browser.get(f"/variants/{cast.ours.candidate.pk}/download/").status_code == 404
    ImageVariant.objects.filter(pk=cast.ours.candidate.pk).update(
        deleted_at="2026-01-01T00:00Z", purge_at="2026-01-31T00:00Z"
    )
    for path in ("/variants/{}/download/", "/api/v1/variants/{}/file"):
        assert browser.get(path.format(cast.ours.candidate.pk)).status_code == 404


def test_who_leaves_the_project_sees_no_image_any_more(cast):
    browser = signed_in(cast.reviewer, api=False)
    url = f"/media/sources/{cast.ours.source.pk}/display/"
    assert browser.get(url).status_code == 200
    ProjectMembership.objects.filter(user=cast.reviewer).delete()
    assert browser.get(url).status_code == 404
