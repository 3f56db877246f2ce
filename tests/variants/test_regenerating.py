"""The same recipe again: new seeds or a given one, from the source that is current now."""

import pytest

from audit.models import AuditEvent
from characters import approving
from studio.lib.errors import Forbidden
from tests import make, make_masks
from variants import inpainting, ordering, regenerating, reviewing, trashing
from variants.errors import NotEditable, NothingToDo, StaleRevision
from variants.inpainting import Edit
from variants.masking import GivenMask
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


def inpainted(creator, variant, **fields):
    edit = Edit(prompt="a scarf", mask=GivenMask(make_masks.png()), **fields)
    return inpainting.inpaint(creator, variant, edit).variants[0]


def test_what_was_inpainted_is_inpainted_again_with_the_same_mask(creator, variant):
    edit = inpainted(creator, variant, negative_prompt="wool")
    ordered = regenerating.regenerate(creator, ImageVariant.objects.get(pk=edit.pk))
    (again,) = ordered.variants
    assert again.seed != edit.seed
    assert (again.mask, again.edited_image, again.edit_type) == (edit.mask, variant, "inpaint")
    assert (again.prompt, again.negative_prompt) == ("a scarf", "wool")
    assert (again.root, again.version) == (variant, edit.version + 1)
    event = AuditEvent.objects.get(verb="variant.regenerate")
    assert (event.object_pk, event.after["request"]) == (str(edit.pk), ordered.request.pk)
    named = regenerating.regenerate(creator, edit, seed=7, count=2).variants
    assert [row.seed for row in named] == [7, 8]


def test_what_was_inpainted_on_a_source_is_inpainted_on_that_source_again(creator, variant):
    edit = inpainted(creator, variant.source_image, variant_type="formal")
    (again,) = regenerating.regenerate(creator, edit).variants
    assert (again.edited_source, again.variant_type_id) == (variant.source_image, "formal")


def test_an_edit_whose_image_is_gone_says_so(creator, variant):
    edit = inpainted(creator, variant)
    trashing.purge(creator, variant)
    with pytest.raises(NotEditable, match="is gone") as refused:
        regenerating.regenerate(creator, ImageVariant.objects.get(pk=edit.pk))
    assert refused.value.status == 409


@pytest.mark.parametrize(
    ("provenance", "word"), [("manually_edited", "imported again"), ("manual_upload", "uploaded")]
)
def test_what_was_made_elsewhere_says_why_there_is_no_recipe(creator, variant, provenance, word):
    ImageVariant.objects.filter(pk=variant.pk).update(request=None, provenance=provenance)
    with pytest.raises(NothingToDo, match=word) as refused:
        regenerating.regenerate(creator, ImageVariant.objects.get(pk=variant.pk))
    assert refused.value.extra["state"] == "generated"


def test_the_same_key_asks_and_is_recorded_once(creator, variant):
    for row in (variant, inpainted(creator, variant)):
        first, again = (
            regenerating.regenerate(creator, row, idempotency_key=f"k{row.pk}") for _ in range(2)
        )
        assert first.request == again.request
    assert AuditEvent.objects.filter(verb="variant.regenerate").count() == 2


def test_as_many_again_as_the_request_had(page, creator, variant):
    assert page(creator).post(f"/variants/{variant.pk}/more/").status_code == 302
    assert ImageVariant.objects.count() == 4
    assert AuditEvent.objects.get(verb="variant.regenerate").after["count"] == 2
