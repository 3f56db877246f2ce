"""The number of queries of a page does not grow with the number of rows on it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from characters.models import Character
from tests import make
from tests.people import world
from tests.people.asking import signed_in
from variants.models import ImageVariant, ReviewDecision, VariantStatus, VariantTag

FEW, MANY = 3, 30


@pytest.fixture
def studio(db):
    """A project that grows: `grow(n)` makes n of everything that is listed."""
    cast = world.build()
    grown = {"of": 0}

    def grow(to):
        with world.quick_validator():
            while grown["of"] < to:
                grown["of"] += 1
                _one_more(cast, grown["of"])
        return cast

    return grow


def _one_more(cast, number):
    side = cast.ours
    candidate = ImageVariant.objects.get(pk=side.candidate.pk)
    candidate.pk = candidate.id = None
    candidate._state.adding = True
    candidate.variant_type_id = "formal"
    candidate.save()
    gone = ImageVariant.objects.get(pk=side.trashed.pk)
    gone.pk = gone.id = None
    gone._state.adding = True
    gone.save()
    VariantTag.objects.create(variant_id=gone.pk, name="night")
    ReviewDecision.objects.create(
        variant_id=side.candidate.pk,
        verb="shortlist",
        from_status_id=VariantStatus.GENERATED,
        to_status_id=VariantStatus.GENERATED,
        decided_by=cast.creator,
    )
    made = make.character(cast.creator, side.project, name=f"N{number}")
    make.passed_source(cast.creator, made)
    hero = ImageVariant.objects.get(pk=side.hero.pk)
    hero.pk = hero.id = None
    hero._state.adding = True
    hero.character = made
    hero.save()
    make.source(cast.creator, Character.objects.get(pk=side.draft.pk))
    make.member(side.project, f"m{number}", "Reviewer")
    make.project(cast.admin, f"P{number}").memberships.create(user=cast.creator)


PLACES = {
    "home": "/",
    "projects": "/projects/",
    "project": "/projects/{project}/",
    "gallery": "/characters/{ready}/",
    "history": "/characters/{draft}/history/",
    "source": "/sources/{draft_source}/",
    "trash": "/characters/{ready}/trash/",
    "project trash": "/projects/{project}/trash/",
    "request": "/requests/{request}/",
    "variant": "/variants/{candidate}/",
    "jobs": "/jobs/",
    "tray": "/jobs/tray/",
    "form": "/characters/{ready}/generate/",
    "api projects": "/api/v1/projects",
    "api characters": "/api/v1/characters",
    "api variants": "/api/v1/characters/{ready}/variants",
    "api sources": "/api/v1/characters/{draft}/source-image/history",
    "api request": "/api/v1/requests/{request}",
    "api jobs": "/api/v1/jobs",
    "api trash": "/api/v1/projects/{project}/trash",
    "api seeds": "/api/v1/characters/{ready}/scene-seeds",
    "api workflows": "/api/v1/workflows",
}
MOST = 32


def test_no_page_and_no_list_asks_more_for_more_rows(studio):
    counts = {}
    for size in (FEW, MANY):
        cast = studio(size)
        names = cast.ours.names
        for name, path in PLACES.items():
            client = signed_in(cast.creator, api=name.startswith("api"))
            client.get(path.format(**names))  # caches that live as long as the process
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(path.format(**names)).status_code == 200
            counts.setdefault(name, []).append(len(captured))
    grown = {name: pair for name, pair in counts.items() if pair[0] < pair[1]}
    assert grown == {}
    assert {name: pair for name, pair in counts.items() if pair[1] > MOST} == {}
