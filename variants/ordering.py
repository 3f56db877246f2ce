"""Ordering variants: everything is checked, N pending rows and their jobs are written at once."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F

from audit.recording import record
from characters.attesting import pass_gate
from characters.closing import archived
from characters.errors import NoSource, QAFailed, QAPending, SourceNotApproved
from characters.models import BaselineStatus, Character, ContentRating
from comfy_bridge.models import WorkflowVersion
from comfy_bridge.pool import mark_used
from jobs.asking import Ask, ask
from jobs.models import Job
from jobs.queues import require_room
from people.access import can, require
from people.models import Project, User
from qa.policy import Verdict
from studio.lib.errors import KeyReused, StudioError
from studio.lib.fault_points import fault_point
from variants import publishing
from variants.binding import prompt_for
from variants.errors import BadBatch, BatchRefused
from variants.gating import rating_from_source, rating_of
from variants.models import GenerationRequest, ImageVariant
from variants.options import Chosen, chosen, inherited
from variants.vocabulary import VariantType
from variants.waiting import needs_json
from variants.wishes import Wish, checked, composed, seeds_of, wish_again

MAX_BATCH = 2000


@dataclass(frozen=True)
class Ordered:
    """The request, its pending variants and their jobs, in the same order.

    `repeated` when the same Idempotency-Key had asked for them before.
    """

    request: GenerationRequest
    variants: list[ImageVariant]
    jobs: list[Job]
    repeated: bool = False


def refusal(actor: User, character: Character, *, override: bool = False) -> StudioError | None:
    """Why candidates cannot be asked for now, or None; the button says the same sentence."""
    source = character.current_source
    if away := archived(character):
        return away
    if source is None:
        return NoSource("There is no source image yet. Upload one first.")
    report = source.qa_report
    if report is None or report.finished_at is None:
        return QAPending("The automatic checks of the source image have not finished yet.")
    if failed_qa(character) and not _overridden(actor, character, override):
        return QAFailed(
            "The source image failed its automatic checks. Upload a better one, or ask an admin "
            "to override."
        )
    if character.baseline is not BaselineStatus.APPROVED:
        return SourceNotApproved("The baseline is not approved yet. Approve it first.")
    return None


def order(
    actor: User,
    character: Character,
    wish: Wish,
    *,
    override_qa: bool = False,
    idempotency_key: str = "",
) -> Ordered:
    """Ask for candidates of one character; see `order_batch`."""
    return order_batch(
        actor, [character], wish, override_qa=override_qa, idempotency_key=idempotency_key
    )


def order_batch(
    actor: User,
    characters: Sequence[Character],
    wish: Wish,
    *,
    override_qa: bool = False,
    idempotency_key: str = "",
) -> Ordered:
    """Write one request for `wish.count` candidates of each character, all of one project.

    All is written or nothing; the same key again answers the same rows. Raises the refusals of B6
    (no_source, qa_pending, qa_failed, source_not_approved), the gate's, 400s for an unknown type
    or workflow, a count outside 1 to 64, or a value out of range, and TooManyWaiting. Of several
    characters all that are refused are told at once: BatchRefused.
    """
    for character in characters:
        require(actor, "variant.generate", character)
    if idempotency_key and (earlier := _earlier(actor, idempotency_key, characters, wish)):
        return earlier
    _check_batch(characters, wish)
    variant_type, version = checked(wish)
    choice = chosen(wish.options)
    prompt = composed(wish, choice)
    with transaction.atomic():
        rows = Character.objects.select_for_update(of=("self",)).select_related(
            "project", "current_source__qa_report"
        )
        locked = list(rows.filter(pk__in=[character.pk for character in characters]).order_by("pk"))
        if idempotency_key and (earlier := _earlier(actor, idempotency_key, characters, wish)):
            return earlier
        require_room(actor, "comfy", wish.count * len(locked))
        fitting = Fitting(actor, wish, choice, variant_type, version, override_qa)
        fitting.check(locked)
        request = GenerationRequest.objects.create(
            project_id=locked[0].project_id,
            asked_by=actor,
            variant_type=variant_type,
            workflow_version=version,
            count=wish.count,
            prompt=wish.prompt,
            negative_prompt=wish.negative_prompt,
            params=dict(wish.values),
            bound=choice.bound(),
            content_rating_id=rating_of(variant_type, adult=wish.adult),
            **choice.columns(),
            idempotency_key=idempotency_key,
            overrode_qa=any(failed_qa(character) for character in locked),
        )
        mark_used(version)
        ratings = {character.pk: fitting.rating(character) for character in locked}
        variants = _variants(request, locked, wish, prompt, ratings)
        jobs = ask_for_work(request, variants)
        record(
            actor,
            "variant.generate",
            request,
            after={
                "characters": [character.pk for character in locked],
                "type": variant_type.name,
                "count": wish.count,
                "overrode_qa": request.overrode_qa,
            },
        )
        for character in locked:
            mine = [variant for variant in variants if variant.character_id == character.pk]
            publishing.variants_created(character, mine)
        fault_point("asking.written")
    fault_point("asking.committed")
    return Ordered(request, variants, jobs)


def new_key() -> str:
    """An idempotency key for a form, so that a double submit asks once."""
    return secrets.token_urlsafe(16)


def _check_batch(characters: Sequence[Character], wish: Wish) -> None:
    if not characters:
        raise BadBatch("Name at least one character.", field="character_ids")
    if len({character.project_id for character in characters}) > 1:
        raise BadBatch("All characters of one request are of one project.", field="character_ids")
    if wish.count * len(characters) > MAX_BATCH:
        raise BadBatch(
            f"At most {MAX_BATCH:,} candidates in one request.", field="count", limit=MAX_BATCH
        )


def may_override(actor: User, where: Project | Character) -> bool:
    """Whether the person may use sources in spite of their failed checks there."""
    return bool(can(actor, "variant.override_qa", where))


def _overridden(actor: User, character: Character, override: bool) -> bool:
    return override and may_override(actor, character)


def failed_qa(character: Character) -> bool:
    """Whether the checks of the current source have ended in a failure."""
    source = character.current_source
    report = source.qa_report if source else None
    return report is not None and report.verdict_id == Verdict.FAIL


@dataclass(frozen=True)
class Fitting:
    """Holds a wish against the characters it is for."""

    actor: User
    wish: Wish
    choice: Chosen
    variant_type: VariantType
    version: WorkflowVersion
    override_qa: bool

    def check(self, characters: Sequence[Character]) -> None:
        """Raise the refusal of one character, or BatchRefused with those of several."""
        refused = {}
        for character in characters:
            try:
                self._check(character)
            except StudioError as error:
                if len(characters) == 1:
                    raise
                refused[character] = error
        if refused:
            raise BatchRefused(
                f"{len(refused)} of {len(characters)} characters cannot be used now, so nothing "
                "was asked for.",
                refused=[
                    {"character": who.pk, "name": who.name, "code": why.code, "detail": str(why)}
                    for who, why in refused.items()
                ],
            )

    def rating(self, character: Character) -> ContentRating:
        """What candidates of this character are rated."""
        return rating_from_source(character, self.variant_type, adult=self.wish.adult)

    def _check(self, character: Character) -> None:
        if reason := refusal(self.actor, character, override=self.override_qa):
            raise reason
        pass_gate(character, self.rating(character))
        source = character.current_source
        if source is not None:
            wish = {**self.choice.bound(), **self.wish.by_binding()}
            prompt_for(self.version, source, b"", seed=0, key="check", wish=wish)


def _variants(
    request: GenerationRequest,
    characters: Sequence[Character],
    wish: Wish,
    prompt: str,
    ratings: Mapping[int, ContentRating],
) -> list[ImageVariant]:
    locked = seeds_of(wish) if wish.lock_seed else None
    return ImageVariant.objects.bulk_create(
        ImageVariant(
            character=character,
            variant_type=request.variant_type,
            workflow_id=request.workflow_version.workflow_id,
            workflow_version=request.workflow_version,
            request=request,
            source_image=character.current_source,
            prompt=prompt,
            negative_prompt=request.negative_prompt,
            seed=seed,
            **inherited(request),
            content_rating_id=ratings[character.pk],
            created_by=request.asked_by,
            # Left to the column's default, it would keep PostgreSQL from taking the rows as arrays.
            created_at=request.created_at,
            updated_at=request.created_at,
        )
        for character in characters
        for seed in locked or seeds_of(wish)
    )


def ask_for_work(request: GenerationRequest, variants: list[ImageVariant]) -> list[Job]:
    """A job for each pending variant of a request, in the caller's transaction.

    Its prompt id is drawn here, so that the answer to whoever asks can tell it; the first prompt
    that is sent for it takes that id (placing.py).
    """
    needs = needs_json(request.workflow_version, request.params)
    jobs = ask(
        request.project_id,
        request.asked_by,
        [
            Ask(
                kind="variant.generate",
                title=f"{variant.character.name} · {request.variant_type_id} · "
                f"{'edit' if variant.edit_type else 'candidate'} {number % request.count + 1}",
                args={"variant_id": variant.pk, "prompt_id": str(uuid.uuid4())},
                url=variant.get_absolute_url(),
                groups=[f"character-{variant.character_id}"],
                needs=needs,
            )
            for number, variant in enumerate(variants)
        ],
    )
    _point(variants, jobs)
    return jobs


def _point(variants: list[ImageVariant], jobs: list[Job]) -> None:
    """Let each variant name its job.

    Both were numbered in the same order, so that one UPDATE does for all of them, or for each
    stretch where somebody else's rows came in between.
    """
    stretches: dict[int, list[int]] = {}
    for variant, job in zip(variants, jobs, strict=True):
        variant.job = job
        stretches.setdefault(job.pk - variant.pk, []).append(variant.pk)
    for ahead, ids in stretches.items():
        ImageVariant.objects.filter(pk__in=ids).update(job=F("pk") + ahead)


def _earlier(actor: User, key: str, characters: Sequence[Character], wish: Wish) -> Ordered | None:
    """What the same key asked for before; KeyReused when that was something else."""
    rows = GenerationRequest.objects.select_related(
        "workflow_version", "variant_type", "scene", "environment", "aspect_ratio", "quality_mode"
    )
    request = rows.filter(asked_by=actor, idempotency_key=key).first()
    if request is None:
        return None
    variants = list(request.variants.select_related("job").order_by("id"))
    asked = replace(wish_again(request), seed=wish.seed, lock_seed=wish.lock_seed, adult=wish.adult)
    same = (
        asked == wish
        and request.rating is rating_of(request.variant_type, adult=wish.adult)
        and wish.seed in (None, *(variant.seed for variant in variants[:1]))
        and {variant.character_id for variant in variants} == {one.pk for one in characters}
    )
    if not same:
        raise KeyReused(f"This key stands for request {request.pk} already. Use a new one.")
    return Ordered(request, variants, [v.job for v in variants if v.job], repeated=True)
