"""Reviewing: approve as hero, reject, shortlist, make a candidate again.

Each decision is one transaction. `revision` is the one that was looked at: when the variant moved
on since, that is a StaleRevision (412) which says who chose what. `within` is the batch that the
decision is a part of.
"""

from collections.abc import Sequence

from people.access import require
from people.models import User
from studio.lib.fault_points import fault_point
from variants.deciding import (
    Step,
    check_edge,
    check_revision,
    facts,
    last_decision,
    lock,
    one_step,
    refuse_withheld,
    respect_creator,
    write,
)
from variants.errors import HeroChanged, NoFile, UnknownReason
from variants.gating import pass_variant
from variants.models import ImageVariant
from variants.vocabulary import RejectReason, VariantStatus, Verb

UNSEEN = -1


def approve(
    actor: User,
    variant: ImageVariant,
    *,
    revision: int | None = None,
    seen_hero: int | None = UNSEEN,
    note: str = "",
    within: Step | None = None,
) -> ImageVariant:
    """Make the variant the hero of its type; the previous hero returns to `generated`.

    `seen_hero` is the id of the hero that was shown beside it, None for none, UNSEEN not to ask
    (409 `hero_changed` when somebody chose another meanwhile). Approving the hero again changes
    nothing. A hero that was made from an earlier source is marked to be re-checked.
    """
    require(actor, "variant.review", variant)
    with one_step(actor, Verb.APPROVE, within) as step:
        variant = lock(variant)
        if variant.is_hero:
            return variant
        check_revision(variant, revision)
        if not variant.has_file:
            raise NoFile("There is no image to approve yet.", **facts(variant))
        check_edge(variant, VariantStatus.APPROVED)
        pass_variant(variant)
        hero = hero_beside(variant)
        _check_hero(variant, hero, seen_hero)
        if hero:
            respect_creator(actor, hero, Verb.APPROVE, "chose the present hero")
            to = _flagged({"status": VariantStatus.GENERATED.label}, hero)
            write(step, hero, Verb.REPLACED, to, replaced=variant)
        to = _flagged({"status": VariantStatus.APPROVED.label}, variant)
        if is_of_another_source(variant):
            to = {**to, "recheck": True}
        write(step, variant, Verb.APPROVE, to, note=note, replaced=hero)
        fault_point("reviewing.written")
    fault_point("reviewing.committed")
    return variant


def reject(
    actor: User,
    variant: ImageVariant,
    *,
    revision: int | None = None,
    reasons: Sequence[str] = (),
    note: str = "",
    within: Step | None = None,
) -> ImageVariant:
    """Reject a candidate, with reason tags and a note; rejecting twice changes nothing.

    Raises UnknownReason (400) for a reason that the studio does not have.
    """
    require(actor, "variant.review", variant)
    rows = known_reasons(reasons)
    with one_step(actor, Verb.REJECT, within) as step:
        variant = lock(variant)
        if variant.state is VariantStatus.REJECTED:
            return variant
        check_revision(variant, revision)
        to = {"status": VariantStatus.REJECTED.label}
        decision = write(step, variant, Verb.REJECT, to, note=note)
        decision.reasons.set(rows)
    return variant


def shortlist(
    actor: User,
    variant: ImageVariant,
    on: bool = True,
    *,
    revision: int | None = None,
    note: str = "",
    within: Step | None = None,
) -> ImageVariant:
    """Put a variant with an image on the shortlist, or take it off; twice changes nothing."""
    require(actor, "variant.review", variant)
    verb = Verb.SHORTLIST if on else Verb.UNSHORTLIST
    with one_step(actor, verb, within) as step:
        variant = lock(variant)
        if variant.shortlisted is on:
            return variant
        check_revision(variant, revision)
        refuse_withheld(variant)
        if on and not variant.has_file:
            raise NoFile("There is no image to put on the shortlist yet.", **facts(variant))
        if not on:
            respect_creator(actor, variant, Verb.SHORTLIST, "put it on the shortlist")
        write(step, variant, verb, {"shortlisted": on}, note=note)
    return variant


def reconsider(
    actor: User,
    variant: ImageVariant,
    *,
    revision: int | None = None,
    note: str = "",
    within: Step | None = None,
) -> ImageVariant:
    """Make a rejected or older version a candidate again; a candidate stays one."""
    require(actor, "variant.review", variant)
    with one_step(actor, Verb.RECONSIDER, within) as step:
        variant = lock(variant)
        if variant.state is VariantStatus.GENERATED:
            return variant
        check_revision(variant, revision)
        if variant.state is VariantStatus.APPROVED:
            respect_creator(actor, variant, Verb.APPROVE, "chose this hero")
        if variant.state is VariantStatus.REJECTED:
            respect_creator(actor, variant, Verb.REJECT, "rejected it")
        if not variant.has_file:
            raise NoFile("There is no image to decide on yet.", **facts(variant))
        to = _flagged({"status": VariantStatus.GENERATED.label}, variant)
        write(step, variant, Verb.RECONSIDER, to, note=note)
    return variant


def known_reasons(names: Sequence[str]) -> list[RejectReason]:
    """The reasons by name. Raises UnknownReason for one that is not in the table."""
    rows = list(RejectReason.objects.filter(name__in=[name for name in names if "\0" not in name]))
    unknown = sorted(set(names) - {row.name for row in rows})
    if unknown:
        choices = list(RejectReason.objects.order_by("pk").values_list("name", flat=True))
        raise UnknownReason(
            f"There is no reason {unknown[0]!r}. Choose of: {', '.join(choices)}.",
            field="reasons",
            choices=choices,
        )
    return rows


def hero_beside(variant: ImageVariant) -> ImageVariant | None:
    """The present hero of the variant's character and type."""
    rows = ImageVariant.objects.select_related("character__project")
    return rows.filter(
        character_id=variant.character_id, variant_type__name=variant.variant_type_id, is_hero=True
    ).first()


def is_of_another_source(variant: ImageVariant) -> bool:
    """Whether the source was replaced while the variant was no hero, so that nobody marked it."""
    current = variant.character.current_source_id
    return variant.source_image_id is not None and variant.source_image_id != current


def _flagged(to: dict[str, object], variant: ImageVariant) -> dict[str, object]:
    """A hero's mark to be re-checked ends with its being decided on anew."""
    return {**to, "recheck": False} if variant.recheck else to


def _check_hero(variant: ImageVariant, hero: ImageVariant | None, seen_hero: int | None) -> None:
    current = hero.pk if hero else None
    if seen_hero in (UNSEEN, current):
        return
    if hero is None:
        raise HeroChanged(
            f"There is no {variant.variant_type_id} hero any more. Decide again.", hero=None
        )
    raise HeroChanged(
        f"Candidate {hero.pk} is the {variant.variant_type_id} hero now: {last_decision(hero)}. "
        "Keep it, or decide again to replace it.",
        hero=hero.pk,
        **facts(hero),
    )
