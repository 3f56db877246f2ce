"""Whoever asks too often is told when it goes on; everybody else goes on."""

from uuid import uuid4

import pytest

from studio.lib import limiting
from studio.lib.errors import TooMany
from tests import make


@pytest.fixture
def two_a_minute(settings, monkeypatch):
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 2)
    own = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid4().hex}
    settings.CACHES = {**settings.CACHES, "rates": own}
    monkeypatch.setattr(limiting.time, "time", lambda: 1_000_000_010.0)


def ask(api, person, url, times=3):
    client = api(person)
    return [client.get(url) for _ in range(times)]


def test_searching_is_limited_for_each_person(two_a_minute, api, creator, reviewer):
    *fine, last = ask(api, creator, "/api/v1/search?q=x")
    assert [answer.status_code for answer in fine] == [200, 200]
    assert (last.status_code, last.json()["code"]) == (429, "throttled")
    assert 0 < int(last.headers["Retry-After"]) <= 60
    assert set(last.json()) >= {"code", "detail", "errors"}
    assert ask(api, reviewer, "/api/v1/search?q=x", 1)[0].status_code == 200


def test_uploads_are_limited_over_the_api_and_on_the_page_together(
    two_a_minute, api, page, creator, character
):
    url = f"/api/v1/characters/{character.pk}/source-image"
    assert [api(creator).post(url).status_code for _ in range(2)] == [400, 400]
    assert api(creator).get(url).status_code == 404
    refused = page(creator).post(f"/characters/{character.pk}/source/")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_asking_for_candidates_is_limited(two_a_minute, api, creator, character):
    url = f"/api/v1/characters/{character.pk}/variants/generate"
    wish = {"variant_type": "clothed", "workflow_id": make.workflow().pk}
    assert [api(creator).post(url, wish).status_code for _ in range(3)] == [409, 409, 429]


def test_the_next_minute_begins_anew(two_a_minute, monkeypatch):
    for _ in range(2):
        limiting.spend("search", 1)
    with pytest.raises(TooMany):
        limiting.spend("search", 1)
    monkeypatch.setattr(limiting.time, "time", lambda: 1_000_000_070.0)
    limiting.spend("search", 1)


def test_a_cache_that_is_away_stops_nobody(settings, two_a_minute):
    settings.CACHES = {
        **settings.CACHES,
        "rates": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
    }
    for _ in range(5):
        limiting.spend("search", 1)


THINGS = {
    "upload": [
        "/api/v1/characters/{c}/variants/{v}/reimport",
        "/api/v1/characters/{c}/reimport",
        "/api/v1/characters/{c}/variants",
        "/api/v1/projects/{p}/imports",
        "/api/v1/imports/999/files",
        "/variants/{v}/reimport/",
        "/characters/{c}/reimport/",
        "/characters/{c}/upload/",
        "/projects/{p}/import/",
    ],
    "export": [
        "/api/v1/characters/{c}/variants/{v}/export",
        "/api/v1/variants/export-batch",
        "/variants/{v}/export/",
        "/characters/{c}/export/",
    ],
    "generate": [
        "/api/v1/variants/generate-batch",
        "/api/v1/characters/{c}/variants/{v}/regenerate",
        "/api/v1/characters/{c}/variants/{v}/reproduce",
        "/api/v1/characters/{c}/images/v-{v}/inpaint",
        "/projects/{p}/generate/",
        "/variants/{v}/reproduce/",
        "/variants/{v}/inpaint/",
    ],
}


@pytest.mark.parametrize("thing", THINGS)
def test_every_way_in_and_out_is_limited(
    two_a_minute, monkeypatch, api, page, creator, character, thing
):
    make.ready(creator, character)
    (variant,) = make.generated(creator, character, 1)
    names = {"c": character.pk, "v": variant.pk, "p": character.project_id}
    for minute, address in enumerate(THINGS[thing]):
        monkeypatch.setattr(limiting.time, "time", lambda at=minute: 1_000_000_010.0 + 60 * at)
        url = address.format(**names)
        client = api(creator) if url.startswith("/api/") else page(creator)
        statuses = [client.post(url).status_code for _ in range(3)]
        assert 429 not in statuses[:2], url
        assert statuses[2] == 429, url


def test_an_archive_of_exports_is_limited_too(two_a_minute, api, creator):
    found = [answer.status_code for answer in ask(api, creator, "/api/v1/exports/zip?ids=9")]
    assert found == [404, 404, 429]
