"""Undoing and redoing a person's own decisions, step by step, at most `MAX_STEPS` back.

A step is undone as one: an approval brings the hero back that it displaced. What somebody else
has changed meanwhile is left as it is, and the refusal says who did; of a batch the rest is undone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from characters.models import Character
from people.access import require
from people.models import User
from studio.lib.errors import Conflict, Forbidden, StudioError
from variants.deciding import (
    BACK_AND_FORTH,
    Step,
    check_revision,
    facts,
    last_decision,
    outranks,
    refuse_withheld,
    state_of,
    write,
)
from variants.decisions import ReviewDecision, ReviewStep
from variants.errors import ChangedMeanwhile, HeroChanged, NothingToDo, NotYours, UndoLimit
from variants.gating import pass_variant
from variants.models import ImageVariant
from variants.reviewing import hero_beside, is_of_another_source
from variants.vocabulary import MOVES, VariantStatus, Verb

MAX_STEPS = 50
NEEDS = {Verb.TRASH: "variant.delete", Verb.RESTORE: "variant.delete"}


@dataclass(frozen=True)
class Seen:
    """The variant that was looked at, and its revision; without one it is not asked for."""

    variant: ImageVariant
    revision: int | None


@dataclass
class Undone:
    """What an undo or a redo did: the step, the variants that changed, and the refusals."""

    step: ReviewStep
    changed: list[ImageVariant] = field(default_factory=list)
    refused: dict[int, StudioError] = field(default_factory=dict)


def undo(actor: User, variant: ImageVariant, *, revision: int | None = None) -> Undone:
    """Undo the last decision about a variant, which has to be one's own.

    Raises NotYours (409) or Forbidden `decided_by_creator` for somebody else's, ChangedMeanwhile
    (409) with who changed it, UndoLimit, NothingToDo, StaleRevision.
    """
    _check_seen(variant, revision)
    step = ReviewStep.objects.filter(decisions__variant=variant, undone_at=None).first()
    if step is None:
        raise NothingToDo("There is no decision about it that could be undone.", **facts(variant))
    _check_own(actor, step, variant)
    return undo_step(actor, step, Seen(variant, revision))


def undo_last(actor: User, character: Character) -> Undone:
    """Undo one's last decision about anything of a character."""
    step = mine(actor, character).filter(undone_at=None).first()
    if step is None:
        raise NothingToDo(f"There is nothing of yours to undo on {character.name}.")
    return undo_step(actor, step)


def redo(actor: User, variant: ImageVariant, *, revision: int | None = None) -> Undone:
    """Redo what one undid last about a variant."""
    _check_seen(variant, revision)
    step = _redoable(ReviewStep.objects.filter(made_by=actor, decisions__variant=variant))
    if step is None:
        raise NothingToDo("There is nothing of yours to redo on it.", **facts(variant))
    return redo_step(actor, step, Seen(variant, revision))


def redo_last(actor: User, character: Character) -> Undone:
    """Redo what one undid last about anything of a character."""
    step = _redoable(mine(actor, character))
    if step is None:
        raise NothingToDo(f"There is nothing of yours to redo on {character.name}.")
    return redo_step(actor, step)


def mine(actor: User, character: Character) -> QuerySet[ReviewStep]:
    """A person's steps on a character, newest first, without those that cannot come back."""
    rows = ReviewStep.objects.filter(decisions__variant__character=character, made_by=actor)
    return rows.filter(redo_lost=False).distinct()


def undo_step(actor: User, step: ReviewStep, seen: Seen | None = None) -> Undone:
    """Take a step back, all of it that nobody has changed meanwhile."""
    for character in _characters(step):
        later = mine(actor, character).filter(pk__gte=step.pk).values("pk")[: MAX_STEPS + 1]
        if len(later) > MAX_STEPS:
            raise UndoLimit(
                f"Undo goes back {MAX_STEPS} steps, and this one is further back. Decide anew "
                "instead.",
                limit=MAX_STEPS,
            )
    return _turn(actor, step, Verb.UNDO, seen)


def redo_step(actor: User, step: ReviewStep, seen: Seen | None = None) -> Undone:
    """Take a step again that was undone."""
    if step.redo_lost:
        raise NothingToDo("Something else was decided since it was undone.")
    return _turn(actor, step, Verb.REDO, seen)


def _redoable(rows: QuerySet[ReviewStep]) -> ReviewStep | None:
    undone = rows.filter(undone_at__isnull=False, redo_lost=False)
    return undone.order_by("-undone_at", "pk").first()


def _turn(actor: User, step: ReviewStep, verb: Verb, seen: Seen | None) -> Undone:
    with transaction.atomic():
        _lock_characters(step)
        if seen:
            _check_seen(seen.variant, seen.revision)
        _claim(step, verb)
        done = Undone(step)
        for decisions in _pieces(step, reverse=verb is Verb.UNDO):
            try:
                with transaction.atomic():
                    changed = [_put(actor, step, one, verb) for one in decisions]
            except StudioError as error:
                done.refused |= {one.variant_id: error for one in decisions}
            else:
                done.changed += changed
        if not done.changed:
            raise next(iter(done.refused.values()), _gone())
    return done


def _gone() -> Conflict:
    return NothingToDo("What it was about is deleted for good.")


def _characters(step: ReviewStep) -> QuerySet[Character]:
    return Character.objects.filter(variants__decisions__step=step).distinct().order_by("pk")


def _lock_characters(step: ReviewStep) -> None:
    ids = list(_characters(step).values_list("pk", flat=True))
    list(Character.objects.select_for_update().filter(pk__in=ids).order_by("pk").values("pk"))


def _claim(step: ReviewStep, verb: Verb) -> None:
    """Two who undo the same step at once: one of them does."""
    rows = ReviewStep.objects.filter(pk=step.pk, undone_at__isnull=verb is Verb.UNDO)
    if not rows.update(undone_at=Now() if verb is Verb.UNDO else None):
        about = step.decisions.select_related("variant").first()
        known = facts(about.variant) if about else {}
        raise ChangedMeanwhile(f"It has been {verb.label} already.", **known)


def _pieces(step: ReviewStep, *, reverse: bool) -> list[list[ReviewDecision]]:
    """The step's decisions in the order of turning; a hero goes with what displaced it."""
    rows = step.decisions.exclude(verb__in=BACK_AND_FORTH).select_related(
        "variant__character__project"
    )
    pieces: dict[int | None, list[ReviewDecision]] = {}
    for row in rows.order_by("-pk" if reverse else "pk"):
        key = row.replaced_id if row.verb == Verb.REPLACED else row.variant_id
        pieces.setdefault(key, []).append(row)
    return list(pieces.values())


def _put(actor: User, step: ReviewStep, decision: ReviewDecision, verb: Verb) -> ImageVariant:
    """Put one variant back to what it was before (or after) a decision."""
    variant = decision.variant
    # Read again: another decision of this step may have changed it.
    variant.refresh_from_db()
    require(actor, NEEDS.get(Verb(step.verb), "variant.review"), variant)
    refuse_withheld(variant)
    here, there = decision.after, decision.before
    if verb is Verb.REDO:
        here, there = there, here
    _check_unchanged(step, variant, here)
    to = _reachable(variant, there)
    if to.get("status") == VariantStatus.APPROVED.label:
        _check_may_be_hero(variant)
        if is_of_another_source(variant):
            to["recheck"] = True
    write(Step(actor, verb, step), variant, verb, to, replaced=decision.replaced)
    return variant


def _check_unchanged(step: ReviewStep, variant: ImageVariant, here: Mapping[str, Any]) -> None:
    now = state_of(variant, here)
    later = ReviewStep.objects.filter(decisions__variant=variant, undone_at=None, pk__gt=step.pk)
    if later.exists() or (now != here and now != _reached(here)):
        raise ChangedMeanwhile(
            f"Candidate {variant.pk} changed meanwhile: {last_decision(variant)}.",
            **facts(variant),
        )


def _reached(there: Mapping[str, Any]) -> dict[str, Any]:
    """Where an undo leads that cannot lead back into editing: to a candidate."""
    if there.get("status") == VariantStatus.EDITING.label:
        return {**there, "status": VariantStatus.GENERATED.label}
    return dict(there)


def _reachable(variant: ImageVariant, there: Mapping[str, Any]) -> dict[str, Any]:
    if "status" not in there:
        return dict(there)
    wanted = VariantStatus[there["status"].upper()]
    direct = wanted is variant.state or wanted in MOVES.get(variant.state, frozenset())
    return dict(there) if direct else _reached(there)


def _check_may_be_hero(variant: ImageVariant) -> None:
    """Consent may have been revoked, and somebody else may have chosen another hero."""
    pass_variant(variant)
    if hero := hero_beside(variant):
        raise HeroChanged(
            f"Candidate {hero.pk} is the {hero.variant_type_id} hero now: {last_decision(hero)}.",
            hero=hero.pk,
            **facts(hero),
        )


def _check_seen(variant: ImageVariant, revision: int | None) -> None:
    """Asked before a step is chosen, and again by whoever holds the character."""
    if revision is None:
        return
    fresh = ImageVariant.objects.filter(pk=variant.pk).first()
    if fresh is None:
        raise _gone()
    check_revision(fresh, revision)


def _check_own(actor: User, step: ReviewStep, variant: ImageVariant) -> None:
    chooser = step.made_by
    if chooser == actor:
        return
    if chooser and outranks(chooser, actor):
        raise Forbidden(
            f"The last decision is {chooser.username}'s, and creators have the final word.",
            code="decided_by_creator",
        )
    raise NotYours(
        f"The last decision is not yours: {last_decision(variant)}. Decide anew instead.",
        **facts(variant),
    )
