"""Deciding about many variants in one go: each is done or refused; one undo takes it all back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from characters.models import Character
from people.models import User
from studio.lib.errors import NotFound, StudioError
from variants import reviewing, tagging, trashing
from variants.deciding import Step
from variants.decisions import ReviewStep
from variants.errors import BadBatch, OneHero, UnknownVerb
from variants.models import ImageVariant
from variants.vocabulary import Verb

MAX_IDS = 500


@dataclass(frozen=True)
class Choice:
    """What is decided, with what goes along with it.

    `revisions` are those that were looked at, `heroes` what was shown as the hero of its type, by
    the id of the variant; what is not said is not asked for.
    """

    verb: str
    reasons: Sequence[str] = ()
    note: str = ""
    tags: Sequence[str] = ()
    revisions: Mapping[int, int] = field(default_factory=dict)
    heroes: Mapping[int, int | None] = field(default_factory=dict)


@dataclass
class Batch:
    """What became of it, by id; `step` is what one undo takes back, None when nothing was done."""

    verb: str
    step: ReviewStep | None = None
    done: list[ImageVariant] = field(default_factory=list)
    refused: dict[int, StudioError] = field(default_factory=dict)


Decide = Callable[[User, ImageVariant, Choice, Step], ImageVariant]


def _approve(actor: User, variant: ImageVariant, choice: Choice, step: Step) -> ImageVariant:
    return reviewing.approve(
        actor,
        variant,
        revision=choice.revisions.get(variant.pk),
        seen_hero=choice.heroes.get(variant.pk, reviewing.UNSEEN),
        note=choice.note,
        within=step,
    )


def _reject(actor: User, variant: ImageVariant, choice: Choice, step: Step) -> ImageVariant:
    seen, why = choice.revisions.get(variant.pk), choice.reasons
    return reviewing.reject(
        actor, variant, revision=seen, reasons=why, note=choice.note, within=step
    )


def _shortlist(actor: User, variant: ImageVariant, choice: Choice, step: Step) -> ImageVariant:
    seen, on = choice.revisions.get(variant.pk), choice.verb == "shortlist"
    return reviewing.shortlist(actor, variant, on, revision=seen, note=choice.note, within=step)


def _reconsider(actor: User, variant: ImageVariant, choice: Choice, step: Step) -> ImageVariant:
    seen = choice.revisions.get(variant.pk)
    return reviewing.reconsider(actor, variant, revision=seen, note=choice.note, within=step)


def _tag(actor: User, variant: ImageVariant, choice: Choice, step: Step) -> ImageVariant:
    seen = choice.revisions.get(variant.pk)
    add, remove = (choice.tags, ()) if choice.verb == "tag" else ((), choice.tags)
    return tagging.tag(actor, variant, add, remove, revision=seen, within=step)


def _delete(actor: User, variant: ImageVariant, choice: Choice, step: Step) -> ImageVariant:
    seen = choice.revisions.get(variant.pk)
    return trashing.trash(actor, variant, revision=seen, note=choice.note, within=step)


def _restore(actor: User, variant: ImageVariant, choice: Choice, step: Step) -> ImageVariant:
    seen = choice.revisions.get(variant.pk)
    return trashing.restore(actor, variant, revision=seen, note=choice.note, within=step)


VERBS: dict[str, tuple[Verb, Decide]] = {
    "approve": (Verb.APPROVE, _approve),
    "reject": (Verb.REJECT, _reject),
    "shortlist": (Verb.SHORTLIST, _shortlist),
    "unshortlist": (Verb.UNSHORTLIST, _shortlist),
    "reconsider": (Verb.RECONSIDER, _reconsider),
    "tag": (Verb.TAG, _tag),
    "untag": (Verb.TAG, _tag),
    "delete": (Verb.TRASH, _delete),
    "restore": (Verb.RESTORE, _restore),
}


def decide(actor: User, ids: Sequence[int], choice: Choice) -> Batch:
    """Decide about variants of the person's projects; what is refused leaves the others alone.

    Raises UnknownVerb, BadBatch (400) for none or more than `MAX_IDS`, NotFound for an id that the
    person may not see (then nothing is done at all), and what is wrong with the reasons or tags.
    """
    if choice.verb not in VERBS:
        raise UnknownVerb(f"There is no {choice.verb!r} of many. Choose of {', '.join(VERBS)}.")
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise BadBatch("Choose at least one variant.", field="ids")
    if len(wanted) > MAX_IDS:
        raise BadBatch(f"At most {MAX_IDS} at once.", field="ids", limit=MAX_IDS)
    _check_choice(choice)
    rows = ImageVariant.objects.visible_to(actor).select_related("character__project", "job")
    found = {row.pk: row for row in rows.filter(pk__in=wanted)}
    if len(found) < len(wanted):
        raise NotFound("One of the variants does not exist, or is not yours to see.")
    return _decided(actor, [found[pk] for pk in wanted], choice)


def _check_choice(choice: Choice) -> None:
    """What is wrong for every variant is refused once."""
    if choice.verb == "reject":
        reviewing.known_reasons(choice.reasons)
    if choice.verb in ("tag", "untag") and not [tagging.clean(text) for text in choice.tags]:
        raise BadBatch("Name at least one tag.", field="tags")


def _decided(actor: User, rows: Sequence[ImageVariant], choice: Choice) -> Batch:
    verb, step_of = VERBS[choice.verb]
    batch = Batch(choice.verb)
    heroes: set[tuple[int, str]] = set()
    with transaction.atomic():
        _lock_characters(rows)
        # Outside the savepoints, so that a refusal does not take it along.
        batch.step = ReviewStep.objects.create(made_by=actor, verb=verb)
        step = Step(actor, verb, batch.step)
        for row in rows:
            kind = (row.character_id, row.variant_type_id)
            try:
                with transaction.atomic():
                    if verb is Verb.APPROVE and kind in heroes:
                        raise OneHero(f"Another {kind[1]} hero is in this batch already.")
                    batch.done.append(step_of(actor, row, choice, step))
                    heroes.add(kind)
            except StudioError as error:
                batch.refused[row.pk] = error
        if not batch.step.decisions.exists():
            batch.step.delete()
            batch.step = None
    return batch


def _lock_characters(rows: Sequence[ImageVariant]) -> None:
    """In one order, so that two batches at once do not wait for each other in a circle."""
    ids = {row.character_id for row in rows}
    list(Character.objects.select_for_update().filter(pk__in=ids).order_by("pk").values("pk"))
