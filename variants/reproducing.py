"""Asking for a variant's recipe to be run again exactly, and the report of how near it came."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from audit.recording import record
from characters.models import Character
from comfy_bridge.models import WorkflowVersion
from jobs.asking import Ask, ask
from jobs.queues import require_room
from people.access import require
from people.models import User
from qa.distances import cosine_distance
from variants import publishing
from variants.deciding import check_revision, facts, lock
from variants.errors import NotReproducible
from variants.exports import Reproduction
from variants.gating import pass_variant
from variants.models import GenerationRequest, ImageVariant
from variants.options import COLUMNS as OPTIONS
from variants.ordering import refusal
from variants.recipes import models_of
from variants.vocabulary import Provenance, VariantStatus
from variants.waiting import needs_json

# What the new row takes over besides the recorded graph; everything else it gets when it is made.
COPIED = (
    "character",
    "variant_type",
    "workflow",
    "workflow_version",
    "kind",
    "source_image",
    "edited_source",
    "parent_variant",
    "prompt",
    "negative_prompt",
    "edit_prompt",
    "edit_type",
    "mask",
    "seed",
    *OPTIONS,
    "content_rating",
    "provider",
)


@dataclass(frozen=True)
class Report:
    """How far a reproduction is from its original; None where something is not measured (yet)."""

    reproduction: Reproduction
    identity: float | None
    identity_model: str

    @property
    def variant(self) -> ImageVariant:
        return self.reproduction.variant

    @property
    def original(self) -> ImageVariant:
        return self.reproduction.original

    @property
    def is_finished(self) -> bool:
        return self.reproduction.compared_at is not None

    @property
    def is_same_graph(self) -> bool | None:
        made = self.variant.generation_params.get("graph_hash")
        return made == self.original.generation_params.get("graph_hash") if made else None

    @property
    def is_cached(self) -> bool:
        return bool(self.variant.generation_params.get("cached"))

    @property
    def sentence(self) -> str:
        """What a person should make of the numbers."""
        row = self.reproduction
        if self.variant.state in (VariantStatus.FAILED, VariantStatus.CANCELLED):
            return f"It was not made: {self.variant.error or self.variant.state.label}."
        if not self.is_finished:
            return "It is not compared yet."
        if row.pixel_max is None:
            return "The two have different sizes, so they are not compared pixel by pixel."
        said = (
            "Every pixel is the same."
            if row.pixel_max == 0
            else f"{row.pixel_share or 0:.1%} of the pixels differ, by {row.pixel_max:g} at most."
        )
        if self.is_cached:
            said += (
                " The server gave what it had kept and computed nothing anew; after its memory is "
                "freed the recipe is really run again."
            )
        return said


def reproduce(actor: User, original: ImageVariant, *, revision: int | None = None) -> ImageVariant:
    """A new pending variant that runs the original's recorded graph, linked to it.

    Its server is preferred. Raises NotReproducible, VariantGone, StaleRevision, the refusals of B6
    and the gate's.
    """
    require(actor, "variant.reproduce", original)
    with transaction.atomic():
        original = lock(original)
        check_revision(original, revision)
        version = _version_of(original)
        before = original.request
        rows = Character.objects.select_related("project", "current_source__qa_report")
        character = rows.get(pk=original.character_id)
        require_room(actor, "comfy", 1)
        if reason := refusal(actor, character):
            raise reason
        pass_variant(original)
        request = GenerationRequest.objects.create(
            project_id=character.project_id,
            asked_by=actor,
            variant_type=original.variant_type,
            workflow_version=version,
            count=1,
            prompt=original.prompt,
            negative_prompt=original.negative_prompt,
            params=(before.params if before else {}) | models_of(original),
            bound=before.bound if before else {},
            content_rating_id=original.content_rating_id,
            **{name: getattr(original, name) for name in OPTIONS},
        )
        made = ImageVariant.objects.create(
            request=request,
            created_by=actor,
            **{name: getattr(original, name) for name in COPIED},
            **_place(original),
        )
        Reproduction.objects.create(variant=made, original=original)
        title = f"{character.name} · candidate {original.pk} again"
        (made.job,) = ask(
            character.project_id,
            actor,
            [
                Ask(
                    kind="variant.generate",
                    title=title,
                    args={"variant_id": made.pk},
                    url=made.get_absolute_url(),
                    groups=[f"character-{character.pk}"],
                    needs=needs_json(version, request.params),
                )
            ],
        )
        made.save(update_fields=["job"])
        record(actor, "variant.reproduce", original, after={"variant": made.pk})
        publishing.variants_created(character, [made])
    return made


def _version_of(original: ImageVariant) -> WorkflowVersion:
    """The version that made it. Raises NotReproducible where there is nothing to run again."""
    is_made_here = original.provenance == Provenance.GENERATED
    if not (is_made_here and original.has_file and original.generation_params.get("graph")):
        raise NotReproducible(
            "It was not generated here, so there is no recipe to run again.", **facts(original)
        )
    if original.workflow_version is None or original.source_image is None:
        raise NotReproducible("Its workflow or its source image is gone.", **facts(original))
    return original.workflow_version


def reports(variant: ImageVariant) -> list[Report]:
    """The report of this reproduction, and those of every one of this original, newest first."""
    return [report_of(row) for row in rows_about(variant)]


def rows_about(variant: ImageVariant) -> QuerySet[Reproduction]:
    """This reproduction, and every one of this original, newest first; without the trash."""
    rows = Reproduction.objects.filter(Q(variant=variant) | Q(original=variant)).filter(
        variant__deleted_at__isnull=True, original__deleted_at__isnull=True
    )
    return rows.select_related(
        "variant__embedding__model", "original__embedding__model", "variant__job"
    )


def report_of(row: Reproduction) -> Report:
    """What the row says, and the distance of the two faces where both were read by one model."""
    mine, theirs = row.variant.embedding, row.original.embedding
    if mine is None or theirs is None or mine.model_id != theirs.model_id:
        return Report(row, None, "")
    return Report(row, cosine_distance(mine.values, theirs.values), str(mine.model))


def _place(original: ImageVariant) -> dict[str, Any]:
    """An edit's repetition is of the edit's family; a first version begins its own."""
    if original.root_id is None:
        return {}
    last = ImageVariant.objects.filter(root=original.root_id).aggregate(last=Max("version"))
    return {"root_id": original.root_id, "version": last["last"] + 1}
