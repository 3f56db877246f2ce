"""Asking for an edit of an image: what is written, what is inherited, and every refusal."""

import pytest

from characters.models import ContentRating
from comfy_bridge.models import ComfyServer, ServerStatus
from jobs.models import Job
from studio.lib.errors import Forbidden, NotFound, StudioError
from studio.lib.files import read
from tests import make, make_masks
from variants import inpainting
from variants.inpainting import Edit
from variants.masking import GivenMask
from variants.masks import ImageMask
from variants.models import GenerationRequest, ImageVariant
from variants.vocabulary import EnvironmentPreset, ScenePreset, VariantStatus, VariantType

pytestmark = pytest.mark.django_db


def edit(**fields):
    fields = {"prompt": "a red scarf", "mask": GivenMask(make_masks.png()), **fields}
    return Edit(**fields)


@pytest.fixture
def variant(creator, character):
    make.ready(creator, character)
    (made,) = make.generated(creator, character, 1)
    return made


def test_an_edit_of_a_variant_is_its_child_and_the_next_of_its_family(creator, variant):
    before = ImageVariant.objects.filter(pk=variant.pk).values().get()
    ordered = inpainting.inpaint(creator, variant, edit(count=3))
    assert [row.version for row in ordered.variants] == [2, 3, 4]
    for row in ordered.variants:
        assert (row.root, row.parent_variant, row.edited_source) == (variant, variant, None)
        assert (row.edit_type, row.edit_prompt, row.prompt) == ("inpaint", *["a red scarf"] * 2)
        assert (row.state, row.provenance, row.has_file) == (
            VariantStatus.PENDING,
            "generated",
            False,
        )
    assert len({row.seed for row in ordered.variants}) == 3
    assert ImageVariant.objects.filter(pk=variant.pk).values().get() == before
    again = inpainting.inpaint(creator, ordered_with_file(ordered.variants[0], variant), edit())
    assert (again.variants[0].root, again.variants[0].version) == (variant, 5)


def ordered_with_file(row, like):
    """The pending edit as if it had been made: with the image of another."""
    columns = ("file_path", "sha256", "file_size_bytes", "width", "height", "format", "display_ext")
    ImageVariant.objects.filter(pk=row.pk).update(
        status_id=VariantStatus.GENERATED, **{name: getattr(like, name) for name in columns}
    )
    row.refresh_from_db()
    return row


def test_an_edit_of_a_source_begins_a_family_of_the_type_that_was_named(creator, character):
    make.ready(creator, character)
    source = character.current_source
    ordered = inpainting.inpaint(creator, source, edit(variant_type="formal", seed=7, count=2))
    for row in ordered.variants:
        assert (row.edited_source, row.source_image) == (source, source)
        assert (row.parent_variant, row.root, row.version) == (None, None, 1)
        assert row.variant_type_id == "formal"
    assert [row.seed for row in ordered.variants] == [7, 8]


def test_an_edit_keeps_what_was_decided_about_its_image(creator, variant):
    variant.scene = ScenePreset.objects.first()
    variant.environment = EnvironmentPreset.objects.first()
    variant.outfit = "a long coat"
    variant.kind = "portfolio"
    variant.save()
    (row,) = inpainting.inpaint(creator, variant, edit()).variants
    assert (row.scene, row.environment) == (variant.scene, variant.environment)
    assert (row.outfit, row.kind) == ("a long coat", "portfolio")
    assert row.source_image == variant.source_image
    assert row.content_rating_id == variant.content_rating_id == ContentRating.GENERAL


def test_an_edit_of_a_type_that_is_rated_higher_meanwhile_is_refused(creator, variant):
    VariantType.objects.filter(name="clothed").update(content_rating=ContentRating.ADULT)
    with pytest.raises(Forbidden):
        inpainting.inpaint(creator, variant, edit())
    assert GenerationRequest.objects.filter(prompt="a red scarf").count() == 0


def test_the_mask_is_stored_once_with_its_coverage_and_can_be_used_again(creator, variant):
    inpainting.inpaint(creator, variant, edit())
    inpainting.inpaint(creator, variant, edit(prompt="a blue scarf"))
    mask = ImageMask.objects.get()
    assert mask.edited_variant == variant
    assert mask.coverage == pytest.approx(150 * 150 / 512**2)
    assert make_masks.pixels(read(mask.file_path), "L").sum() == 150 * 150 * 255
    assert read(mask.rendition_path("w256"))
    stored = edit(mask=GivenMask(stored_id=mask.pk))
    (row,) = inpainting.inpaint(creator, variant, stored).variants
    assert row.mask == mask
    assert ImageMask.objects.count() == 1


def test_a_stored_mask_of_another_character_is_not_there(creator, project, variant):
    inpainting.inpaint(creator, variant, edit())
    other = make.ready(creator, make.character(creator, project, name="Joan"))
    stored = edit(mask=GivenMask(stored_id=ImageMask.objects.get().pk))
    with pytest.raises(NotFound):
        inpainting.inpaint(creator, other.current_source, stored)


def test_the_same_key_gives_the_same_rows(creator, variant):
    first = inpainting.inpaint(creator, variant, edit(count=2), idempotency_key="once")
    again = inpainting.inpaint(creator, variant, edit(count=2), idempotency_key="once")
    assert again.request == first.request
    assert again.variants == first.variants
    assert again.jobs == first.jobs
    assert GenerationRequest.objects.filter(idempotency_key="once").count() == 1
    assert Job.objects.filter(args__variant_id=first.variants[0].pk).count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "a blue scarf"},
        {"count": 3},
        {"mask": GivenMask(make_masks.png(box=(1, 1, 9, 9)))},
    ],
)
def test_a_key_that_stands_for_something_else_is_refused(creator, variant, other):
    inpainting.inpaint(creator, variant, edit(), idempotency_key="once")
    with pytest.raises(StudioError) as refused:
        inpainting.inpaint(creator, variant, edit(**other), idempotency_key="once")
    assert refused.value.code == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"prompt": "  "}, "bad_value"),
        ({"prompt": "x" * 4001}, "prompt_too_long"),
        ({"negative_prompt": "x" * 4001}, "prompt_too_long"),
        ({"count": 0}, "bad_count"),
        ({"count": 65}, "bad_count"),
        ({"seed": -1}, "bad_value"),
        ({"workflow_id": 999_999}, "unknown_workflow"),
        ({"variant_type": "formal"}, "bad_value"),
        ({"values": {"mask": "other.png"}}, "bad_value"),
        ({"mask": GivenMask(make_masks.png(size=(512, 511)))}, "mask_size"),
        ({"mask": GivenMask(make_masks.png(level=0))}, "mask_empty"),
        ({"mask": GivenMask(make.portrait())}, "mask_not_grey"),
        ({"mask": GivenMask(b"no image")}, "not_allowed_format"),
        ({"mask": GivenMask(b"")}, "empty"),
        ({"mask": GivenMask(stored_id=999_999)}, "not_found"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_written(creator, variant, asked, code):
    before = (ImageVariant.objects.count(), GenerationRequest.objects.count())
    with pytest.raises(StudioError) as refused:
        inpainting.inpaint(creator, variant, edit(**asked))
    assert refused.value.code == code
    assert (ImageVariant.objects.count(), GenerationRequest.objects.count()) == before
    assert ImageMask.objects.count() == 0


def test_a_workflow_that_reads_no_mask_is_refused(creator, variant):
    with pytest.raises(StudioError, match="takes no mask"):
        inpainting.inpaint(creator, variant, edit(workflow_id=make.workflow().pk))


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"status_id": VariantStatus.QUARANTINED}, "not_editable"),
        (dict.fromkeys(("file_path", "sha256", "file_size_bytes", "width", "height", "format"))
         | {"status_id": VariantStatus.PENDING}, "not_editable"),
    ],
)  # fmt: skip
def test_an_image_that_is_withheld_or_not_made_yet_is_not_edited(creator, variant, columns, code):
    ImageVariant.objects.filter(pk=variant.pk).update(**columns)
    variant.refresh_from_db()
    with pytest.raises(StudioError) as refused:
        inpainting.inpaint(creator, variant, edit())
    assert (refused.value.code, refused.value.status) == (code, 409)


def test_the_gaps_of_a_generation_are_gaps_of_an_edit(creator, character):
    make.source(creator, character)
    character.refresh_from_db()
    with pytest.raises(StudioError) as refused:
        inpainting.inpaint(creator, character.current_source, edit())
    assert refused.value.code == "qa_pending"
    make.passed_source(creator, character)
    with pytest.raises(StudioError) as refused:
        inpainting.inpaint(creator, character.current_source, edit())
    assert refused.value.code == "source_not_approved"
    assert ImageVariant.objects.count() == 0


def test_reviewers_and_outsiders_do_not_inpaint(reviewer, outsider, variant):
    with pytest.raises(Forbidden):
        inpainting.inpaint(reviewer, variant, edit())
    with pytest.raises(NotFound):
        inpainting.inpaint(outsider, variant, edit())


def online(*checkpoints, nodes=None):
    needed = set(make.workflow("sd_inpaint").latest().needs["nodes"])
    needed |= set(make.workflow("inpaint_modelfree").latest().needs["nodes"])
    capabilities = {
        "nodes": sorted(nodes or needed),
        "models": {"CheckpointLoaderSimple.ckpt_name": list(checkpoints)},
    }
    return ComfyServer.objects.create(
        name="gpu-1",
        url="http://127.0.0.1:9",
        status_id=ServerStatus.ONLINE,
        capabilities=capabilities,
    )


@pytest.mark.parametrize(
    ("checkpoints", "expected"),
    [
        ((), ("inpaint_modelfree", {})),
        (("sd15.safetensors",), ("sd_inpaint", {})),
        (("a.ckpt", "b.ckpt"), ("inpaint_modelfree", {})),
        (("a.ckpt", "b-Inpainting.ckpt"), ("sd_inpaint", {"checkpoint": "b-Inpainting.ckpt"})),
    ],
)
def test_without_a_workflow_it_is_the_first_that_a_server_can_run(
    creator, variant, checkpoints, expected
):
    online(*checkpoints)
    request = inpainting.inpaint(creator, variant, edit()).request
    assert (request.workflow_version.workflow.name, request.params) == expected


def test_of_several_checkpoints_it_is_the_one_that_made_the_image(creator, variant):
    online("a.ckpt", "b.ckpt")
    loader = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "b.ckpt"}}
    variant.generation_params = {"graph": {"1": loader}}
    variant.save()
    assert inpainting.inpaint(creator, variant, edit()).request.params == {"checkpoint": "b.ckpt"}


def test_with_no_server_to_ask_it_is_the_one_that_needs_no_model(creator, variant):
    request = inpainting.inpaint(creator, variant, edit()).request
    assert request.workflow_version.workflow.name == "inpaint_modelfree"


def test_the_same_again_has_new_seeds_and_the_same_mask(creator, variant):
    first = inpainting.inpaint(creator, variant, edit(count=2)).variants
    more = inpainting.again(creator, first[0]).variants
    assert {row.mask for row in more} == {first[0].mask}
    assert {row.seed for row in more}.isdisjoint({row.seed for row in first})
    assert [row.version for row in more] == [4, 5]
