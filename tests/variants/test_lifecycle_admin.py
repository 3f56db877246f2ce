"""Decisions in the admin go through the same steps, and say how many were done and refused."""

import pytest

from characters.models import SourceImage
from tests import make
from variants import reviewing, trashing
from variants.models import ImageVariant

URL = "/admin/variants/imagevariant/"


@pytest.fixture
def three(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def act(page, person, action, variants, **more):
    body = {"action": action, "_selected_action": [row.pk for row in variants], **more}
    return page(person).post(URL, body, follow=True).content.decode()


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


def test_counts_of_what_was_done_and_refused(page, admin, three):
    reviewing.approve(admin, three[0])
    html = act(page, admin, "trash", three, reason="blurred")
    assert "2 done." in html
    assert "1 refused." in html
    assert "It is the clothed hero" in html
    assert [fresh(row).is_trashed for row in three] == [False, True, True]
    assert fresh(three[1]).decisions.get().note == "blurred"
    assert "2 done." in act(page, admin, "restore", three[1:])


@pytest.mark.parametrize(
    ("action", "field", "value"),
    [
        ("shortlist", "shortlisted", True),
        ("reject", "status_id", 6),
        ("approve", "is_hero", True),
    ],
)
def test_decisions(page, admin, three, action, field, value):
    assert "1 done." in act(page, admin, action, three[:1])
    assert getattr(fresh(three[0]), field) == value
    assert three[0].decisions.get().decided_by == admin


def test_what_is_rejected_is_made_a_candidate_again(page, admin, three):
    reviewing.reject(admin, three[0])
    assert "1 done." in act(page, admin, "reconsider", three[:1])
    assert fresh(three[0]).state.label == "generated"


def test_withholding_takes_a_reason(page, admin, three):
    assert "1 refused." in act(page, admin, "quarantine", three[:1])
    assert "1 done." in act(page, admin, "quarantine", three[:1], reason="takedown 12")
    assert fresh(three[0]).state.label == "quarantined"


def test_the_trash_is_a_filter_and_tags_are_searched(page, admin, creator, three):
    trashing.trash(creator, three[0])
    shown = page(admin).get(f"{URL}?deleted_at__isempty=0").content.decode()
    assert f'value="{three[0].pk}"' in shown
    assert f'value="{three[1].pk}"' not in shown
    three[1].tags.create(name="night")
    shown = page(admin).get(f"{URL}?q=night").content.decode()
    assert f'value="{three[1].pk}"' in shown
    assert f'value="{three[2].pk}"' not in shown


def test_old_sources_go_to_the_trash(page, admin, creator, character):
    sources = [make.source(creator, character) for _ in range(2)]
    body = {"action": "trash", "_selected_action": [row.pk for row in sources]}
    answer = page(admin).post("/admin/characters/sourceimage/", body, follow=True)
    html = answer.content.decode()
    assert "1 done." in html
    assert "1 refused." in html
    assert SourceImage.objects.present().get() == sources[1]
