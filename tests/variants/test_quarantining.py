"""Quarantine: for good, by admins, with a reason; the bytes are theirs alone from then on."""

import pytest

from characters.approving import ReasonNeeded
from jobs.models import JobStatus
from studio.lib.errors import Forbidden, IllegalMove
from tests import make
from variants import (
    ordering,
    quarantining,
    regenerating,
    reviewing,
    tagging,
    trashing,
    undoing,
)
from variants.errors import Withheld
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus


@pytest.fixture
def hero(db, creator, character):
    make.ready(creator, character)
    (variant,) = make.generated(creator, character, 1)
    reviewing.shortlist(creator, variant)
    return reviewing.approve(creator, variant)


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


def test_a_withheld_hero_is_a_hero_no_more(admin, hero):
    quarantining.quarantine(admin, hero, "takedown 12")
    row = fresh(hero)
    assert (row.state, row.is_hero, row.shortlisted) == (VariantStatus.QUARANTINED, False, False)
    decision = row.decisions.first()
    assert (decision.decided_by, decision.note) == (admin, "takedown 12")
    quarantining.quarantine(admin, hero, "again")
    assert row.decisions.filter(verb="quarantine").count() == 1


def test_it_takes_an_admin_and_a_reason(admin, creator, hero):
    with pytest.raises(Forbidden):
        quarantining.quarantine(creator, hero, "takedown 12")
    with pytest.raises(ReasonNeeded):
        quarantining.quarantine(admin, hero, "  ")
    assert fresh(hero).is_hero


def test_there_is_no_way_back(admin, creator, hero):
    quarantining.quarantine(admin, hero, "takedown 12")
    for decide in (reviewing.approve, reviewing.reject, reviewing.reconsider):
        with pytest.raises(IllegalMove, match="withheld by ada"):
            decide(creator, hero)
    with pytest.raises(Withheld):
        reviewing.shortlist(creator, hero)
    with pytest.raises(Withheld):
        tagging.tag(creator, hero, ["x"])
    with pytest.raises(Withheld):
        trashing.trash(creator, hero)
    with pytest.raises(Withheld):
        regenerating.regenerate(creator, hero)
    with pytest.raises(Withheld):
        undoing.undo(creator, hero)
    assert fresh(hero).state is VariantStatus.QUARANTINED
    trashing.trash(admin, hero)
    assert fresh(hero).is_trashed


def test_what_is_in_the_trash_is_withheld_too(admin, creator, character):
    make.ready(creator, character)
    (variant,) = make.generated(creator, character, 1)
    trashing.trash(creator, variant)
    quarantining.quarantine(admin, variant, "takedown 12")
    assert fresh(variant).state is VariantStatus.QUARANTINED
    with pytest.raises(Withheld):
        trashing.restore(creator, variant)


def test_what_waits_is_cancelled_with_it(admin, creator, character):
    make.ready(creator, character)
    (variant,) = ordering.order(creator, character, make.wish(1)).variants
    quarantining.quarantine(admin, variant, "takedown 12")
    row = fresh(variant)
    assert (row.state, row.job.state) == (VariantStatus.QUARANTINED, JobStatus.CANCELLED)


def test_its_bytes_are_there_for_admins_alone(admin, creator, hero, page, api):
    quarantining.quarantine(admin, hero, "takedown 12")
    for person, status in ((creator, 404), (admin, 200)):
        shown = page(person)
        for path in (
            f"/media/variants/{hero.pk}/w256/",
            f"/media/variants/{hero.pk}/display/",
            f"/variants/{hero.pk}/download/",
        ):
            assert shown.get(path).status_code == status, path
        for path in (
            f"/api/v1/variants/{hero.pk}/file",
            f"/api/v1/variants/{hero.pk}/renditions/w512",
        ):
            assert api(person).get(path).status_code == status, path
    url = f"/api/v1/characters/{hero.character_id}/variants/{hero.pk}"
    body = api(creator).get(url).json()
    assert (body["file_url"], body["thumbnails"]) == (None, {})
    assert "/media/variants/" not in page(creator).get(f"/variants/{hero.pk}/").content.decode()
    seeds = api(creator).get(f"/api/v1/characters/{hero.character_id}/scene-seeds").json()
    assert seeds["results"] == []
