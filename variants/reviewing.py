"""Reviewing: approve as hero, reject. Each decision is one transaction and one row."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timesince import timesince

from audit.recording import record
from characters.attesting import pass_gate
from characters.models import Character, ContentRating
from people.access import require
from people.models import ADMIN, CREATOR, User
from studio.lib.errors import Conflict, Forbidden
from studio.lib.fault_points import fault_point
from studio.lib.states import check_move, move
from variants import publishing
from variants.errors import HeroChanged, NoFile, StaleRevision, VariantGone
from variants.models import ImageVariant, ReviewDecision
from variants.vocabulary import MOVES, RejectReason, VariantStatus, Verb

UNSEEN = -1


def approve(
    actor: User,
    variant: ImageVariant,
    *,
    revision: int | None = None,
    seen_hero: int | None = UNSEEN,
    note: str = "",
) -> ImageVariant:
    """Make the variant the hero of its type; the previous hero returns to `generated`.

    `revision` is the one that was looked at (412 when it moved on); `seen_hero` is the id of the
    hero that was shown beside it, None for none, UNSEEN not to ask (409 `hero_changed` when
    somebody chose another meanwhile). Approving the hero again changes nothing.
    """
    require(actor, "variant.review", variant)
    with transaction.atomic():
        variant = _lock(variant)
        if variant.is_hero:
            return variant
        _check_revision(variant, revision)
        if not variant.has_file:
            raise NoFile("There is no image to approve yet.")
        check_move(MOVES, variant.state, VariantStatus.APPROVED)
        pass_gate(variant.character, ContentRating.of(variant.content_rating_id))
        hero = _hero(variant)
        _check_hero(variant, hero, seen_hero)
        if hero:
            _refuse_undoing(actor, hero)
            _decide(actor, hero, Verb.REPLACED, VariantStatus.GENERATED, replaced=variant)
        _decide(actor, variant, Verb.APPROVE, VariantStatus.APPROVED, note=note, replaced=hero)
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
) -> ImageVariant:
    """Reject a candidate, with reason tags and a note; rejecting twice changes nothing."""
    require(actor, "variant.review", variant)
    with transaction.atomic():
        variant = _lock(variant)
        if variant.state is VariantStatus.REJECTED:
            return variant
        _check_revision(variant, revision)
        decision = _decide(actor, variant, Verb.REJECT, VariantStatus.REJECTED, note=note)
        decision.reasons.set(RejectReason.objects.filter(name__in=reasons))
    return variant


def _lock(variant: ImageVariant) -> ImageVariant:
    """The variant as it is now; decisions on one character queue for its row.

    Raises VariantGone when it was deleted meanwhile.
    """
    Character.objects.select_for_update().get(pk=variant.character_id)
    rows = ImageVariant.objects.present().select_related("character__project")
    fresh = rows.filter(pk=variant.pk).first()
    if fresh is None:
        raise VariantGone("It was deleted meanwhile, so there is nothing to decide.")
    return fresh


def _hero(variant: ImageVariant) -> ImageVariant | None:
    return ImageVariant.objects.filter(
        character_id=variant.character_id, variant_type__name=variant.variant_type_id, is_hero=True
    ).first()


def _check_revision(variant: ImageVariant, revision: int | None) -> None:
    if revision is not None and revision != variant.revision:
        raise StaleRevision(
            f"It changed meanwhile: {last_decision(variant)}. Look again and decide anew.",
            state=variant.state.label,
            revision=variant.revision,
        )


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
    )


def last_decision(variant: ImageVariant) -> str:
    """Who decided last and how long ago, in words."""
    decision = variant.decisions.select_related("decided_by").first()
    if decision is None:
        return f"it is {variant.state.label}"
    who = decision.decided_by.username if decision.decided_by else "somebody"
    return f"{decision.get_verb_display()} by {who} {timesince(decision.created_at)} ago"


def _refuse_undoing(actor: User, hero: ImageVariant) -> None:
    """A reviewer does not displace what a creator or an admin chose."""
    if actor.roles & {ADMIN, CREATOR}:
        return
    decision = hero.decisions.filter(verb=Verb.APPROVE).select_related("decided_by").first()
    chooser = decision.decided_by if decision else None
    if chooser and chooser.roles & {ADMIN, CREATOR}:
        raise Forbidden(
            f"{chooser.username} chose the present hero, and creators have the final word.",
            code="decided_by_creator",
        )


def _decide(
    actor: User,
    variant: ImageVariant,
    verb: Verb,
    to: VariantStatus,
    *,
    note: str = "",
    replaced: ImageVariant | None = None,
) -> ReviewDecision:
    seen = variant.state
    changes: dict[str, Any] = {"is_hero": to is VariantStatus.APPROVED}
    try:
        move(
            ImageVariant.objects.filter(pk=variant.pk, revision=variant.revision),
            MOVES,
            field="status",
            seen=seen,
            to=to,
            revision=F("revision") + 1,
            **changes,
        )
    except Conflict as error:
        raise Conflict(
            f"It changed meanwhile: {last_decision(variant)}.", state=seen.label
        ) from error
    variant.status_id = to
    variant.is_hero = changes["is_hero"]
    variant.revision += 1
    decision = ReviewDecision.objects.create(
        variant=variant,
        verb=verb,
        from_status_id=seen,
        to_status_id=to,
        decided_by=actor,
        note=note,
        replaced=replaced,
    )
    record(
        actor,
        f"variant.{verb}",
        variant,
        before={"status": seen.label},
        after={"status": to.label, "replaced": replaced.pk if replaced else None},
        reason=note,
    )
    publishing.variant_changed(variant, _EVENTS.get(verb, "variant.status"))
    return decision


_EVENTS = {Verb.APPROVE: "variant.approved", Verb.REJECT: "variant.rejected"}
