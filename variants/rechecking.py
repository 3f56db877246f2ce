"""Stale heroes: marked when their source or their workflow's model is replaced, then kept or not.

What marks them is registered in `actors`; nothing is taken from a hero but a person's certainty.
"""

from django.db import transaction
from django.db.models import Q, QuerySet

from audit.recording import record
from characters.models import Character, SourceImage
from comfy_bridge.models import WorkflowVersion
from people.access import require
from people.models import User
from variants import publishing, retrying
from variants.deciding import Step, check_revision, facts, lock, one_step, write
from variants.errors import NothingToDo
from variants.models import ImageVariant
from variants.vocabulary import Verb


def source_replaced(character: Character, source: SourceImage) -> None:
    """Mark the heroes that were not made from this source (in the caller's transaction)."""
    heroes = ImageVariant.objects.filter(character=character)
    _mark(
        heroes.filter(~Q(source_image=source) | Q(source_image=None)), f"source v{source.version}"
    )


def workflow_renewed(version: WorkflowVersion, before: WorkflowVersion | None) -> None:
    """Mark the heroes of a workflow whose new version names other models."""
    if before is None or _models(version) == _models(before):
        return
    heroes = ImageVariant.objects.filter(workflow=version.workflow_id)
    _mark(heroes.exclude(workflow_version=version), str(version))


def keep(
    actor: User,
    variant: ImageVariant,
    *,
    revision: int | None = None,
    note: str = "",
    within: Step | None = None,
) -> ImageVariant:
    """A marked hero is still right; one that is not marked is left as it is."""
    require(actor, "variant.review", variant)
    with one_step(actor, Verb.KEEP, within) as step:
        variant = lock(variant)
        if not variant.recheck:
            return variant
        check_revision(variant, revision)
        write(step, variant, Verb.KEEP, {"recheck": False}, note=note)
    return variant


def recheck(actor: User, variant: ImageVariant, *, revision: int | None = None) -> None:
    """Run QA again, with the likeness to the source that is current now.

    The mark stays until somebody keeps the hero or chooses another. Raises NothingToDo without a
    current source.
    """
    with transaction.atomic():
        variant = lock(variant)
        check_revision(variant, revision)
        source = variant.character.current_source
        if source is None:
            raise NothingToDo("There is no source image to compare with.", **facts(variant))
        retrying.rerun_checks(actor, variant, against=source)


def reason(variant: ImageVariant) -> str:
    """Why a hero is marked, in words."""
    current = variant.character.current_source
    if current and variant.source_image_id != current.pk:
        return f"The source was replaced by v{current.version} since it was made."
    return "Its workflow has another model since it was made."


def _models(version: WorkflowVersion) -> set[tuple[str, str, str]]:
    return {(need["class"], need["input"], need["name"]) for need in version.needs["models"]}


def _mark(rows: QuerySet[ImageVariant], what: str) -> None:
    stale = rows.filter(is_hero=True, recheck=False).select_related("character__project")
    for hero in stale.order_by("pk"):
        # Not a decision about it: whoever looks at the hero has not missed anything of it.
        if ImageVariant.objects.filter(pk=hero.pk, is_hero=True).update(recheck=True):
            record(None, "variant.recheck_due", hero, after={"recheck": True}, reason=what)
            publishing.variant_changed(hero)
