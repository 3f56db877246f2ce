"""The baseline: approve, reject, unlock. Every transition is recorded with who, when and why."""

from django.db import transaction

from audit.recording import record
from characters import publishing
from characters.attesting import gate
from characters.closing import facts
from characters.errors import ContentRefused, NoBaseImage, QAFailed, QAPending
from characters.models import (
    BASELINE_MOVES,
    BaselineDecision,
    BaselineStatus,
    Character,
    SourceImage,
)
from people.access import require
from people.models import User
from qa.policy import Verdict
from studio.lib.errors import IllegalMove, StudioError
from studio.lib.states import move, words


class ReasonNeeded(StudioError):
    code = "reason_needed"


def approve_baseline(
    actor: User, character: Character, *, override: bool = False, reason: str = ""
) -> Character:
    """Approve the current source image and lock the appearance; twice changes nothing.

    Needs finished QA; a failed one needs `override`, a permission, with a reason.
    """
    require(actor, "baseline.decide", character)
    with transaction.atomic():
        character = _locked(character)
        if character.baseline is BaselineStatus.APPROVED:
            return character
        _source(character, "approve")
        refusal = approve_refusal(character)
        overrode = isinstance(refusal, QAFailed) and override
        if overrode:
            _check_override(actor, character, reason)
        elif refusal:
            raise refusal
        _decide(actor, character, BaselineStatus.APPROVED, reason, overrode=overrode)
    return character


def reject_baseline(actor: User, character: Character, reason: str) -> Character:
    """Reject the current source image; it needs a replacement."""
    require(actor, "baseline.decide", character)
    if not reason.strip():
        raise ReasonNeeded("Say in a few words why the image is rejected.", field="reason")
    with transaction.atomic():
        character = _locked(character)
        _source(character, "reject")
        _decide(actor, character, BaselineStatus.REJECTED, reason)
    return character


def unlock_baseline(actor: User, character: Character, reason: str = "") -> Character:
    """Take the approval back, so that the source and the appearance can be changed."""
    require(actor, "baseline.decide", character)
    with transaction.atomic():
        character = _locked(character)
        if character.baseline is BaselineStatus.DRAFT:
            return character
        _decide(actor, character, BaselineStatus.DRAFT, reason)
    return character


def _locked(character: Character) -> Character:
    return Character.objects.select_for_update(of=("self",)).get(pk=character.pk)


def _source(character: Character, verb: str) -> SourceImage:
    if character.current_source is None:
        raise NoBaseImage(
            f"Cannot {verb} baseline: character does not have a base image. Upload one first."
        )
    return character.current_source


def approve_refusal(character: Character, *, attested: bool | None = None) -> StudioError | None:
    """Why the baseline cannot be approved now, or None; the button says the same sentence.

    `attested` says whether a statement is in force, where the caller has just looked.
    """
    source = _source(character, "approve")
    verdict = gate(character, source.rating, source=source.rating, attested=attested)
    if not verdict:
        return ContentRefused(verdict.sentence, code=verdict.code)
    report = source.qa_report
    if report is None or report.finished_at is None:
        return QAPending("The automatic checks have not finished. Wait, or run them again.")
    if report.verdict_id == Verdict.FAIL:
        return QAFailed(
            "The automatic checks failed: see the findings. Upload a better image, or ask an "
            "admin to override."
        )
    return None


def _check_override(actor: User, character: Character, reason: str) -> None:
    require(actor, "baseline.override_qa", character)
    if not reason.strip():
        raise ReasonNeeded("Say why the failed checks are overridden.", field="reason")


def _decide(
    actor: User, character: Character, to: BaselineStatus, reason: str, *, overrode: bool = False
) -> None:
    seen = character.baseline
    if to not in BASELINE_MOVES.get(seen, frozenset()):
        said = facts(character)
        by = f" (by {said['by']})" if said["by"] else ""
        raise IllegalMove(
            f"The baseline is {words(seen)}{by}, so it cannot become {words(to)}.", **said
        )
    move(
        Character.objects.filter(pk=character.pk),
        BASELINE_MOVES,
        field="baseline_status",
        seen=seen,
        to=to,
    )
    character.baseline_status_id = to
    BaselineDecision.objects.create(
        character=character,
        from_status_id=seen,
        to_status_id=to,
        source=character.current_source,
        decided_by=actor,
        reason=reason,
        overrode_qa=overrode,
    )
    record(
        actor,
        f"baseline.{to.label}",
        character,
        before={"baseline": seen.label},
        after={"baseline": to.label, "overrode_qa": overrode},
        reason=reason,
    )
    publishing.source_changed(character, "baseline.changed", status=to.label)
