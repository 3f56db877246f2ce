"""Deciding: one compare-and-set write, one decision row and one audit row for each change.

The verbs that people know stand in `reviewing`, `trashing` and other gerunds; each calls `write`
with the fields that change. What is written in one go is a step, which `undoing` undoes.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.timesince import timesince
from django.utils.timezone import now

from audit.recording import record
from characters.models import Character
from people.models import User
from studio.lib.errors import Conflict, Forbidden, IllegalMove
from studio.lib.states import move
from variants import publishing
from variants.decisions import ReviewDecision, ReviewStep, VariantTag
from variants.errors import StaleRevision, VariantGone, Withheld
from variants.models import ImageVariant
from variants.vocabulary import MOVES, VariantStatus, Verb

Fields = Mapping[str, Any]
FLAGS = ("shortlisted", "recheck")
LASTING = (Verb.QUARANTINE,)
BACK_AND_FORTH = (Verb.UNDO, Verb.REDO)
_EVENTS = {"approved": "variant.approved", "rejected": "variant.rejected"}


class Step:
    """What one person decides in one go: the row is made with the first decision."""

    def __init__(self, actor: User, verb: Verb, row: ReviewStep | None = None) -> None:
        self.actor = actor
        self.verb = verb
        self.row = row

    def opened(self, character_id: int) -> ReviewStep | None:
        """The step's row, None for what cannot be undone.

        What the person had undone on this character cannot be redone after a new decision.
        """
        if self.verb in LASTING or self.verb in BACK_AND_FORTH:
            return self.row
        if self.row is None:
            self.row = ReviewStep.objects.create(made_by=self.actor, verb=self.verb)
        undone = ReviewStep.objects.filter(
            made_by=self.actor, undone_at__isnull=False, redo_lost=False
        )
        here = ReviewDecision.objects.filter(variant__character=character_id, step__in=undone)
        ReviewStep.objects.filter(pk__in=here.values("step")).update(redo_lost=True)
        return self.row


@contextmanager
def one_step(actor: User, verb: Verb, within: Step | None = None) -> Iterator[Step]:
    """A transaction that is one step of the person, or a part of the batch that is."""
    with transaction.atomic():
        yield within or Step(actor, verb)


def lock(variant: ImageVariant, *, trashed: bool | None = False) -> ImageVariant:
    """The variant as it is now; decisions on one character queue for its row.

    Raises VariantGone when it is in the trash meanwhile; with `trashed`, when it is not there any
    more; with None, only when it is gone for good.
    """
    Character.objects.select_for_update().get(pk=variant.character_id)
    rows = ImageVariant.objects.select_related("character__project", "job__kind")
    fresh = rows.filter(pk=variant.pk).first()
    if fresh is None:
        raise VariantGone("It was deleted for good meanwhile, so there is nothing to decide.")
    if trashed is not None and fresh.is_trashed is not trashed:
        happened = last_decision(fresh)
        raise VariantGone(
            f"It was deleted meanwhile, so there is nothing to decide: {happened}."
            if fresh.is_trashed
            else f"It is not in the trash any more: {happened}.",
            **facts(fresh),
        )
    return fresh


def refuse_withheld(variant: ImageVariant) -> None:
    """Raise Withheld (409) when the variant is quarantined: nothing is done with it any more."""
    if variant.state is VariantStatus.QUARANTINED:
        raise Withheld(f"It is withheld: {last_decision(variant)}.", **facts(variant))


def check_revision(variant: ImageVariant, revision: int | None) -> None:
    """Raise StaleRevision (412) when the variant moved on since it was looked at."""
    if revision is not None and revision != variant.revision:
        raise StaleRevision(
            f"It changed meanwhile: {last_decision(variant)}. Look again and decide anew.",
            **facts(variant),
        )


def check_edge(variant: ImageVariant, to: VariantStatus) -> None:
    """Raise IllegalMove (409) with the state and who brought it there."""
    if to not in MOVES.get(variant.state, frozenset()):
        state = variant.state.label
        raise IllegalMove(
            f"It is {state} ({last_decision(variant)}), so it cannot become {to.label}.",
            **facts(variant),
        )


def facts(variant: ImageVariant) -> dict[str, Any]:
    """What a refusal says beside its sentence: the state, the revision, and who decided last."""
    decision = variant.decisions.select_related("decided_by").first()
    who = decision.decided_by.username if decision and decision.decided_by else None
    return {"state": variant.state.label, "revision": variant.revision, "by": who}


def last_decision(variant: ImageVariant) -> str:
    """Who decided last and how long ago, in words."""
    decision = variant.decisions.select_related("decided_by").first()
    if decision is None:
        return f"it is {variant.state.label}"
    who = decision.decided_by.username if decision.decided_by else "somebody"
    return f"{decision.get_verb_display()} by {who} {_age(decision.created_at)} ago"


def _age(at: datetime) -> str:
    passed_s = int((now() - at).total_seconds())
    return f"{max(passed_s, 0)} s" if passed_s < 60 else timesince(at, depth=1)


def respect_creator(actor: User, variant: ImageVariant, verb: Verb, what: str) -> None:
    """A reviewer does not undo what a creator or an admin decided last by `verb` (403)."""
    decision = variant.decisions.filter(verb=verb).select_related("decided_by").first()
    chooser = decision.decided_by if decision else None
    if chooser and outranks(chooser, actor):
        raise Forbidden(
            f"{chooser.username} {what}, and creators have the final word.",
            code="decided_by_creator",
        )


def outranks(chooser: User, actor: User) -> bool:
    """Whether the chooser has the final word over the actor."""
    return chooser.is_maker and not actor.is_maker


def state_of(variant: ImageVariant, names: Iterable[str]) -> dict[str, Any]:
    """The present values of the fields that decisions change: status, flags, tags, trashed."""
    values: dict[str, Any] = {
        "status": variant.state.label,
        "shortlisted": variant.shortlisted,
        "recheck": variant.recheck,
        "trashed": variant.is_trashed,
    }
    return {name: variant.tag_names if name == "tags" else values[name] for name in names}


def write(
    step: Step,
    variant: ImageVariant,
    verb: Verb,
    to: Fields,
    *,
    note: str = "",
    replaced: ImageVariant | None = None,
) -> ReviewDecision:
    """Change a locked variant, with its decision, audit row and event.

    Raises IllegalMove when its status has no such way, Conflict when the row has moved on.
    """
    before = state_of(variant, to)
    seen = variant.state
    status = VariantStatus[to["status"].upper()] if "status" in to else seen
    _compare_and_set(variant, status, to)
    row = step.opened(variant.character_id)
    decision = ReviewDecision.objects.create(
        variant=variant,
        step=row,
        verb=verb,
        from_status_id=seen,
        to_status_id=status,
        before=before,
        after=dict(to),
        decided_by=step.actor,
        note=note,
        replaced=replaced,
    )
    record(
        step.actor,
        f"variant.{verb}",
        variant,
        before=before,
        after={**to, "replaced": replaced.pk if replaced else None},
        reason=note,
    )
    _tell(variant, to)
    return decision


def _compare_and_set(variant: ImageVariant, status: VariantStatus, to: Fields) -> None:
    changes: dict[str, Any] = {name: to[name] for name in FLAGS if name in to}
    changes["revision"] = F("revision") + 1
    if "trashed" in to:
        keep = timedelta(days=settings.TRASH_DAYS)
        changes["deleted_at"] = Now() if to["trashed"] else None
        changes["purge_at"] = Now() + keep if to["trashed"] else None
    rows = ImageVariant.objects.filter(pk=variant.pk, revision=variant.revision)
    if status is variant.state:
        if not rows.update(**changes):
            raise _outrun(variant)
    else:
        check_edge(variant, status)
        changes["is_hero"] = status is VariantStatus.APPROVED
        try:
            move(rows, MOVES, field="status", seen=variant.state, to=status, **changes)
        except Conflict as error:
            raise _outrun(variant) from error
    if "tags" in to:
        VariantTag.objects.filter(variant=variant).exclude(name__in=to["tags"]).delete()
        VariantTag.objects.bulk_create(
            [VariantTag(variant=variant, name=name) for name in to["tags"]], ignore_conflicts=True
        )
    variant.refresh_from_db(
        fields=["status", "is_hero", "revision", "deleted_at", "purge_at", "updated_at", *FLAGS]
    )


def _outrun(variant: ImageVariant) -> Conflict:
    return Conflict(f"It changed meanwhile: {last_decision(variant)}.", **facts(variant))


def _tell(variant: ImageVariant, to: Fields) -> None:
    if "trashed" in to:
        tell = publishing.variant_withdrawn if to["trashed"] else publishing.variant_restored
        tell(variant)
    else:
        publishing.variant_changed(variant, _EVENTS.get(to.get("status", ""), "variant.status"))
