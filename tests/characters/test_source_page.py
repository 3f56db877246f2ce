"""The large view of a source image: its version, its checks, where it comes from."""

import pytest
from django.utils import timezone

from characters.models import SourceImage
from tests import make


@pytest.fixture
def sources(creator, character):
    return [make.passed_source(creator, character, data=None) for _ in range(2)]


def shown(browser, source):
    return browser.get(f"/sources/{source.pk}/").content.decode()


def test_it_says_where_the_image_comes_from_and_leads_to_its_neighbours(page, reviewer, sources):
    first, second = sources
    html = shown(page(reviewer), first)
    assert f'data-copy="{first.sha256}"' in html
    assert 'data-copy="portrait.png"' in html
    assert f'href="/sources/{second.pk}/" rel="prev"' in html
    assert "Current" not in html
    assert "Current" in shown(page(reviewer), second)


def test_its_panel_and_the_history_lead_to_it(page, reviewer, character, sources):
    first, second = sources
    browser = page(reviewer)
    address = f'href="/sources/{second.pk}/"'
    assert address in browser.get(f"/characters/{character.pk}/source/panel/").content.decode()
    history = browser.get(f"/characters/{character.pk}/history/").content.decode()
    assert address in history
    assert f'href="/sources/{first.pk}/"' in history


def test_a_withheld_one_shows_neither_image_nor_prompt(page, creator, sources):
    held = SourceImage.objects.filter(pk=sources[1].pk)
    held.update(quarantined_at=timezone.now(), prompt="a lamp in the fog")
    html = shown(page(creator), sources[1])
    assert "Withheld" in html
    assert "a lamp in the fog" not in html
    assert f"/media/sources/{sources[1].pk}/" not in html


def test_one_in_the_trash_has_no_page(page, creator, sources):
    SourceImage.objects.filter(pk=sources[0].pk).update(
        deleted_at=timezone.now(), purge_at=timezone.now()
    )
    assert page(creator).get(f"/sources/{sources[0].pk}/").status_code == 404
