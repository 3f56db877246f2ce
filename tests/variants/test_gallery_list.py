"""The whole list of a gallery as ids, and the cards that are asked for by id."""

import re

import pytest

from tests import make
from variants import gallery, reviewing, trashing


@pytest.fixture
def five(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 5)


@pytest.fixture
def home(character):
    return character.get_absolute_url()


def ids_of(rows):
    return [row.pk for row in rows]


def test_it_has_every_id_in_the_order_of_the_address(page, creator, home, five):
    browser = page(creator)
    assert browser.get(f"{home}list/").json()["ids"] == ids_of(reversed(five))
    assert browser.get(f"{home}list/?sort=oldest&limit=2").json()["ids"] == ids_of(five)
    reviewing.reject(creator, five[1])
    assert browser.get(f"{home}list/?status=rejected").json()["ids"] == [five[1].pk]
    assert browser.get(f"{home}list/?status=nonsense").status_code == 400


def test_each_id_has_its_revision_and_its_type(page, creator, home, five):
    reviewing.shortlist(creator, five[0])
    said = page(creator).get(f"{home}list/?sort=oldest").json()
    five[0].refresh_from_db()
    assert said["revisions"] == [five[0].revision, *[row.revision for row in five[1:]]]
    assert [said["names"][number] for number in said["types"]] == ["clothed"] * 5


def test_what_does_not_fit_has_a_list_of_its_own(page, creator, home, five, monkeypatch):
    monkeypatch.setattr(gallery, "LISTED", 3)
    browser = page(creator)
    first = browser.get(f"{home}list/?type=clothed").json()
    rest = browser.get(f"{home}list/{first['next']}").json()
    assert first["ids"] + rest["ids"] == ids_of(reversed(five))
    assert "type=clothed" in first["next"]
    assert rest["next"] == ""
    by_seed = browser.get(f"{home}list/?sort=seed").json()
    assert len(by_seed["ids"]) == 3
    assert by_seed["next"]


def test_cards_come_in_the_order_asked_for_and_what_has_gone_is_left_out(page, creator, home, five):
    trashing.trash(creator, five[2])
    asked = ",".join(str(row.pk) for row in (five[3], five[2], five[0], five[3]))
    html = page(creator).get(f"{home}cards/?ids={asked},x,99999999").text
    shown = [int(pk) for pk in re.findall(r'<article id="variant-(\d+)"', html)]
    assert shown == ids_of([five[3], five[0]])


def test_cards_of_another_character_do_not_come(page, creator, character, five):
    other = make.character(creator, character.project, name="Jill")
    html = page(creator).get(f"{other.get_absolute_url()}cards/?ids={five[0].pk}").text
    assert html == ""
