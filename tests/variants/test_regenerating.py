"""The same recipe again: new seeds or a given one, from the source that is current now."""

import pytest

from audit.models import AuditEvent
from characters import approving
from studio.lib.errors import Forbidden
from tests import make
from variants import ordering, regenerating, reviewing
from variants.errors import NothingToDo, StaleRevision
from variants.models import ImageVariant


@pytest.fixture
def variant(db, creator, character):
    make.ready(creator, character)
    made = make.generated(creator, character, 2)
    return ImageVariant.objects.get(pk=made[0].pk)


def test_a_rejected_one_is_generated_again_with_a_new_seed(creator, variant):
    reviewing.reject(creator, variant)
    ordered = regenerating.regenerate(creator, variant)
    (again,) = ordered.variants
    assert again.seed != variant.seed
    assert (again.variant_type_id, again.workflow_id) == (
        variant.variant_type_id,
        variant.workflow_id,
    )
    assert (again.prompt, again.negative_prompt) == (variant.prompt, variant.negative_prompt)
    assert (again.root_id, again.parent_variant_id, again.version) == (None, None, 1)
    assert len(ordered.jobs) == 1
    event = AuditEvent.objects.get(verb="variant.regenerate")
    assert (event.object_pk, event.after["request"]) == (str(variant.pk), ordered.request.pk)


def test_the_same_values_go_along_and_a_seed_can_be_named(creator, character):
    make.ready(creator, character)
    flow = make.workflow("sd_img2img").pk
    wish = make.wish(1, workflow_id=flow, prompt="in a red coat", values={"denoise": 0.4})
    (variant,) = ordering.order(creator, character, wish).variants
    ordered = regenerating.regenerate(creator, variant, seed=7, count=2)
    assert [row.seed for row in ordered.variants] == [7, 8]
    assert ordered.request.params == {"denoise": 0.4}
    assert ordered.request.prompt == "in a red coat"


def test_it_comes_from_the_present_source(creator, variant):
    make.ready(creator, approving.unlock_baseline(creator, variant.character))
    (again,) = regenerating.regenerate(creator, ImageVariant.objects.get(pk=variant.pk)).variants
    assert again.source_image.version == 2


def test_what_was_not_generated_has_no_recipe(creator, variant):
    ImageVariant.objects.filter(pk=variant.pk).update(request=None)
    with pytest.raises(NothingToDo):
        regenerating.regenerate(creator, ImageVariant.objects.get(pk=variant.pk))


def test_a_stale_look_asks_for_nothing(creator, reviewer, variant):
    seen = variant.revision
    reviewing.reject(reviewer, variant)
    with pytest.raises(StaleRevision):
        regenerating.regenerate(creator, ImageVariant.objects.get(pk=variant.pk), revision=seen)
    assert ImageVariant.objects.count() == 2


def test_reviewers_do_not_generate(reviewer, variant):
    with pytest.raises(Forbidden):
        regenerating.regenerate(reviewer, variant)
