"""The likeness of approved images over time, and the first of them outside the band of a match."""

import pytest

from qa.inspection import open_report
from tests import make
from tests.faces import give_face, vector
from variants import reviewing, trashing, undoing
from variants.models import ImageVariant


@pytest.fixture
def owner(creator, character):
    return make.ready(creator, character)


def measured(creator, owner, *scores):
    """Variants with these likenesses, each approved after the other."""
    made = make.generated(creator, owner, len(scores))
    for variant, score in zip(made, scores, strict=True):
        variant.qa_report = open_report(owner.project_id, "variant")
        variant.save(update_fields=["qa_report"])
        give_face(variant, vector(score), likeness=score)
        reviewing.approve(creator, variant)
    return made


def drift(client, owner):
    return client.get(f"/api/v1/characters/{owner.pk}/drift").json()


def test_every_image_that_was_approved_is_a_point_in_its_order(creator, owner, api):
    made = measured(creator, owner, 0.8, 0.6, 0.45, 0.55, 0.3)
    said = drift(api(creator), owner)
    assert [point["likeness"] for point in said["points"]] == [0.8, 0.6, 0.45, 0.55, 0.3]
    bands = ["match", "match", "check", "match", "differs"]
    assert [point["likeness_band"] for point in said["points"]] == bands
    assert said["first_outside"] == made[2].pk
    assert (said["match_from"], said["check_from"]) == (0.5, 0.4)
    assert "vector" not in str(said)


def test_what_was_taken_back_rejected_or_deleted_is_no_point(creator, owner, api):
    kept, rejected, deleted, undone = measured(creator, owner, 0.8, 0.75, 0.7, 0.6)
    undoing.undo(creator, ImageVariant.objects.get(pk=undone.pk))
    reviewing.approve(creator, kept)
    reviewing.reject(creator, rejected)
    trashing.trash(creator, deleted)
    assert [point["variant"] for point in drift(api(creator), owner)["points"]] == [kept.pk]


def test_what_another_model_measured_is_counted_and_left_out(creator, owner, api):
    made = measured(creator, owner, 0.8, 0.7)
    ImageVariant.objects.filter(pk=made[0].pk).update(embedding=None, likeness=None)
    said = drift(api(creator), owner)
    assert (len(said["points"]), said["unmeasured"]) == (1, 1)


def test_the_page_draws_it_and_says_it_in_a_table(creator, reviewer, owner, page):
    made = measured(creator, owner, 0.8, 0.45)
    html = page(reviewer).get(f"/characters/{owner.pk}/drift/").content.decode()
    assert html.count('<circle class="chart-dot') == 2
    assert '<title id="chart-title">' in html
    assert "<desc" in html
    assert "0.450" in html
    assert f"The first outside is candidate {made[1].pk}" in html
    assert "the first outside" in html


def test_without_approved_images_there_is_nothing_to_draw(creator, owner, page):
    html = page(creator).get(f"/characters/{owner.pk}/drift/").content.decode()
    assert "Nothing to draw yet" in html
