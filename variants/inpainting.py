"""Asking for inpainted versions of an image: checked, the mask kept, rows and jobs written at once.

The image itself is never changed: what comes of it are new variants.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from audit.recording import record
from characters.models import Character, ContentRating, SourceImage
from characters.viewing import require_shown
from comfy_bridge.mask_places import reads_mask
from comfy_bridge.pool import mark_used
from jobs.queues import require_room
from people.access import require
from people.models import User
from studio.lib.errors import KeyReused
from studio.lib.masks import Mask
from variants import masking, options, publishing
from variants.binding import prompt_for
from variants.deciding import facts
from variants.errors import BadValue, NotEditable, UnknownVariantType
from variants.gating import pass_variant, rating_of_edit
from variants.images import Image, image_id, is_withheld
from variants.lineage import inherited, next_in_family
from variants.masking import GivenMask
from variants.masks import ImageMask
from variants.models import GenerationRequest, ImageVariant
from variants.ordering import Ordered, ask_for_work, failed_qa, refusal
from variants.viewing import VariantViewing
from variants.vocabulary import EditType, VariantType
from variants.wishes import Wish, checked, seeds_of
from variants.workflow_choice import choose


@dataclass(frozen=True)
class Edit:
    """What a person asks to have changed, and where.

    Without a workflow the first is taken that a server can run; `variant_type` is for a source
    image, which has none of its own.
    """

    prompt: str
    mask: GivenMask
    negative_prompt: str = ""
    count: int = 1
    seed: int | None = None
    workflow_id: int | None = None
    variant_type: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


def inpaint(
    actor: User,
    image: Image,
    edit: Edit,
    *,
    override_qa: bool = False,
    idempotency_key: str = "",
) -> Ordered:
    """Ask for `edit.count` new versions of an image of a character.

    All is written or nothing; the same key again answers the same rows. Raises Forbidden for an
    image that the person may not look at, the refusals of B6 and of the gate, of the mask
    (mask_size, mask_empty, mask_not_grey, the validator's), 400s for a prompt, count or value that
    does not fit, NotEditable, NoCapableServer and TooManyWaiting.
    """
    require(actor, "variant.inpaint", image.character)
    refuse_uneditable(image)
    require_shown(VariantViewing(actor).image(image))
    if not edit.prompt.strip():
        raise BadValue("Say what is to be there: the prompt is empty.", field="prompt")
    mask = masking.take(actor, image, edit.mask)
    if idempotency_key and (earlier := _earlier(actor, idempotency_key, image, edit, mask)):
        return earlier
    wish = _wish(image, edit)
    variant_type, version = checked(wish)
    if not reads_mask(version.graph, version.declared_bindings):
        raise BadValue(
            "This workflow takes no mask. Choose one that inpaints.", field="workflow_id"
        )
    prompt_for(version, image, b"", seed=0, key="check", wish=wish.by_binding(), mask=b"")
    masking.store(image, mask)
    with transaction.atomic():
        character = _locked(image.character_id)
        if idempotency_key and (earlier := _earlier(actor, idempotency_key, image, edit, mask)):
            return earlier
        fresh = _fresh(image)
        require_room(actor, "comfy", wish.count)
        if reason := refusal(actor, character, override=override_qa):
            raise reason
        rating = rating_of_edit(fresh, variant_type)
        request = GenerationRequest.objects.create(
            project_id=character.project_id,
            asked_by=actor,
            variant_type=variant_type,
            workflow_version=version,
            count=wish.count,
            prompt=wish.prompt,
            negative_prompt=wish.negative_prompt,
            params=dict(wish.values),
            content_rating_id=rating,
            **options.inherited(fresh),
            idempotency_key=idempotency_key,
            overrode_qa=failed_qa(character),
        )
        mark_used(version)
        row = masking.keep(actor, fresh, mask)
        variants = _variants(request, character, fresh, row, wish)
        jobs = ask_for_work(request, variants)
        record(
            actor,
            "variant.inpaint",
            request,
            after={
                "image": image_id(fresh),
                "mask": row.pk,
                "coverage": round(row.coverage, 4),
                "count": wish.count,
                "overrode_qa": request.overrode_qa,
            },
        )
        publishing.variants_created(character, variants)
    return Ordered(request, variants, jobs)


def again(
    actor: User,
    variant: ImageVariant,
    *,
    seed: int | None = None,
    count: int | None = None,
    idempotency_key: str = "",
) -> Ordered:
    """The same edit of the same image: as many as its request had or `count`, with new seeds or
    counted up from `seed`. Raises NotEditable when that image is gone, and as `inpaint`.
    """
    image, request = variant.edited_image, variant.request
    if image is None or request is None or variant.mask_id is None:
        raise NotEditable("The image that it was made from is gone, so it cannot be made again.")
    edit = Edit(
        prompt=request.prompt,
        mask=GivenMask(stored_id=variant.mask_id),
        negative_prompt=request.negative_prompt,
        count=request.count if count is None else count,
        seed=seed,
        workflow_id=request.workflow_version.workflow_id,
        variant_type=request.variant_type_id,
        values=request.params,
    )
    return inpaint(actor, image, edit, idempotency_key=idempotency_key)


def refuse_uneditable(image: Image) -> None:
    """Raise NotEditable for an image that is withheld or not made yet."""
    if is_withheld(image):
        raise NotEditable("This image is withheld, so it cannot be edited.")
    if isinstance(image, ImageVariant) and not image.has_file:
        raise NotEditable(
            f"Candidate {image.pk} has no image yet: it is {image.state.label}.",
            **facts(image),
        )


def _wish(image: Image, edit: Edit) -> Wish:
    values, workflow_id = dict(edit.values), edit.workflow_id
    if workflow_id is None:
        choice = choose(image, values)
        workflow_id = choice.version.workflow_id
        values |= choice.values
    return Wish(
        variant_type=_variant_type(image, edit.variant_type),
        workflow_id=workflow_id,
        count=edit.count,
        prompt=edit.prompt,
        negative_prompt=edit.negative_prompt,
        seed=edit.seed,
        values=values,
    )


def _variant_type(image: Image, named: str) -> str:
    """The edited variant's own; for a source the named one, else the first it may be."""
    if isinstance(image, ImageVariant):
        if named and named != image.variant_type_id:
            raise BadValue(
                f"An edit stays of the type of its image: {image.variant_type_id}.",
                field="variant_type",
            )
        return image.variant_type_id
    types = types_for(image)
    if not named and not types:
        raise UnknownVariantType(
            "There is no variant type that is rated as low as this image.", field="variant_type"
        )
    return named or types[0].name


def types_for(source: SourceImage) -> list[VariantType]:
    """What an edit of a source may become: the types that are not rated above it."""
    rows = VariantType.objects.filter(archived_at__isnull=True)
    limit = ContentRating.of(source.content_rating_id)
    return [row for row in rows if row.rating <= limit]


def _locked(character_id: int) -> Character:
    """The character as it is now; its versions are counted only by who holds its row."""
    rows = Character.objects.select_for_update(of=("self",)).select_related(
        "project", "current_source__qa_report"
    )
    return rows.get(pk=character_id)


def _fresh(image: Image) -> Image:
    """The image as it is now, held so that it is not purged meanwhile."""
    if isinstance(image, SourceImage):
        sources = SourceImage.objects.present().select_related("character__project")
        source = sources.filter(pk=image.pk).first()
        if source is None:
            raise NotEditable("This version of the source image was deleted meanwhile.")
        refuse_uneditable(source)
        return source
    rows = ImageVariant.objects.present().select_for_update(of=("self",))
    fresh = rows.select_related("character__project", "root").filter(pk=image.pk).first()
    if fresh is None:
        raise NotEditable(f"Candidate {image.pk} was deleted meanwhile.")
    refuse_uneditable(fresh)
    return fresh


def _variants(
    request: GenerationRequest, character: Character, image: Image, mask: ImageMask, wish: Wish
) -> list[ImageVariant]:
    columns: dict[str, Any] = {"variant_type": request.variant_type, **inherited(image)}
    columns["content_rating_id"] = request.content_rating_id
    if isinstance(image, ImageVariant):
        columns |= {"parent_variant": image, **next_in_family(image)}
    else:
        columns |= {"edited_source": image}
    rows = []
    for number, seed in enumerate(seeds_of(wish)):
        row = ImageVariant(
            character=character,
            workflow_id=request.workflow_version.workflow_id,
            workflow_version=request.workflow_version,
            request=request,
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            edit_prompt=request.prompt,
            edit_type=EditType.INPAINT,
            mask=mask,
            seed=seed,
            created_by=request.asked_by,
            **columns,
        )
        if row.root_id:
            row.version += number
        pass_variant(row)
        rows.append(row)
    return ImageVariant.objects.bulk_create(rows)


def _earlier(
    actor: User, key: str, image: Image, edit: Edit, mask: Mask | ImageMask
) -> Ordered | None:
    """What the same key asked for before; KeyReused when that was something else."""
    request = GenerationRequest.objects.filter(asked_by=actor, idempotency_key=key).first()
    if request is None:
        return None
    variants = list(
        request.variants.select_related("job", "mask", "parent_variant", "edited_source").order_by(
            "id"
        )
    )
    asked = (edit.prompt, edit.negative_prompt, edit.count)
    same = (request.prompt, request.negative_prompt, request.count) == asked and all(
        variant.edited_image == image
        and variant.mask is not None
        and variant.mask.sha256 == masking.sha256_of(mask)
        for variant in variants
    )
    if not same or edit.seed not in (None, variants[0].seed):
        raise KeyReused(f"This key stands for request {request.pk} already. Use a new one.")
    return Ordered(request, variants, [v.job for v in variants if v.job], repeated=True)
