"""Searching finds what a person may see, by words and by id, and nothing that is put away."""

import pytest

from characters import describing
from people import managing
from tests.people.asking import signed_in
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus


def ids(cast, role, query):
    answer = signed_in(cast.person(role), api=True).get("/api/v1/search", {"q": query})
    assert answer.status_code == 200
    return {kind: {row["id"] for row in rows} for kind, rows in answer.json().items()}


def test_a_member_finds_their_own_and_an_admin_everybodys(cast):
    ours, theirs = cast.ours, cast.theirs
    assert ids(cast, "creator", "light")["projects"] == {ours.project.pk}
    assert ids(cast, "admin", "LIGHT")["projects"] == {ours.project.pk, theirs.project.pk}
    assert ids(cast, "reviewer", "jane")["characters"] == {ours.ready.pk}
    assert ids(cast, "outsider", "jane")["characters"] == {theirs.ready.pk}
    assert ids(cast, "idle", "jane") == {"projects": set(), "characters": set(), "variants": set()}


def test_every_word_has_to_be_found_and_an_id_is_a_word_too(cast):
    hero = cast.ours.hero
    ImageVariant.objects.filter(pk=hero.pk).update(prompt="a red coat in the rain")
    assert ids(cast, "creator", "rain red")["variants"] == {hero.pk}
    assert ids(cast, "creator", "rain blue")["variants"] == set()
    assert hero.pk in ids(cast, "creator", f"#{hero.pk}")["variants"]
    assert ids(cast, "outsider", f"#{hero.pk}")["variants"] == set()


def test_a_prompt_that_not_everybody_may_read_is_not_searched(cast):
    hero = cast.ours.hero
    withheld = {"status_id": VariantStatus.QUARANTINED, "is_hero": False}
    ImageVariant.objects.filter(pk=hero.pk).update(prompt="mauve", **withheld)
    assert ids(cast, "creator", "mauve")["variants"] == set()


def test_what_is_put_away_is_not_found(cast):
    describing.archive_character(cast.creator, cast.ours.draft)
    assert ids(cast, "creator", "joan")["characters"] == set()
    managing.archive_project(cast.admin, cast.theirs.project)
    assert ids(cast, "outsider", "jane") == {
        "projects": set(), "characters": set(), "variants": set(),
    }  # fmt: skip
    assert cast.ours.trashed.pk not in ids(cast, "creator", f"#{cast.ours.trashed.pk}")["variants"]


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=%20", "?q=%00", f"?q={'x' * 201}", "?q=x&limit=0"]
)
def test_a_query_that_says_nothing_is_refused(api, cast, query):
    answer = api(cast.admin).get(f"/api/v1/search{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_query")
