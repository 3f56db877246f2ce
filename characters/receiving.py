"""Receiving a source image: checked, stored, made the current version, its checks asked for."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from audit.recording import record
from characters import publishing
from characters.attesting import admit_source
from characters.closing import refuse_locked
from characters.models import (
    BASELINE_MOVES,
    BaselineDecision,
    BaselineStatus,
    Character,
    ContentRating,
    SourceImage,
)
from jobs.asking import Ask, ask
from jobs.models import Job
from people.access import require
from people.models import Project, User
from qa.inspection import open_report
from studio.lib.fault_points import fault_point
from studio.lib.figures import UPLOADS_REFUSED
from studio.lib.files import original_key, put_all, rendition_key
from studio.lib.pictures import ImageRefused, Limits, Picture, vet
from studio.lib.states import check_move

Replaced = Callable[[Character, SourceImage], None]

# Called in the transaction that replaces a source by another, with the new one. An app above
# registers here what that means to what was made from the old one.
ON_REPLACED: list[Replaced] = []


@dataclass(frozen=True)
class Received:
    """The new current version and the two jobs that check it."""

    source: SourceImage
    qa: Job
    embedding: Job


def receive_source(
    actor: User,
    character: Character,
    data: bytes,
    name: str,
    limits: Limits,
    *,
    rating: ContentRating = ContentRating.GENERAL,
) -> Received:
    """Make `data` the character's current source image.

    Raises ImageRefused (the validator's codes), AppearanceLocked while the baseline is approved,
    Archived, ContentRefused (the gate's codes).
    Files are written before the transaction, rows inside it, messages after it.
    """
    require(actor, "source.upload", character)
    refuse_locked(character)
    admit_source(character, rating)
    return take(actor, character, vetted(actor, character, data, name, limits), rating)


def vetted(
    actor: User, about: Character | Project, data: bytes, name: str, limits: Limits
) -> Picture:
    """The file as a Picture; a refusal (ImageRefused) is recorded about whom it was meant for."""
    try:
        return vet(data, name, limits)
    except ImageRefused as refusal:
        record(actor, "source.refused", about, after={"code": refusal.code})
        UPLOADS_REFUSED.labels(refusal.code).inc()
        raise


def take(
    actor: User,
    character: Character,
    picture: Picture,
    rating: ContentRating = ContentRating.GENERAL,
) -> Received:
    """Store a vetted picture and make it the current source; the refusals of `receive_source`."""
    require(actor, "source.upload", character)
    refuse_locked(character)
    admit_source(character, rating)
    fault_point("receiving.vetted")
    put_all(files_of(SourceImage.KIND, character.pk, picture))
    fault_point("receiving.stored")
    with transaction.atomic():
        character = Character.objects.select_for_update().get(pk=character.pk)
        refuse_locked(character)
        admit_source(character, rating)
        before = character.current_source
        last = character.sources.aggregate(last=Max("version"))["last"] or 0
        source = SourceImage.objects.create(
            character=character,
            version=last + 1,
            original_name=picture.name,
            content_rating_id=rating,
            created_by=actor,
            qa_report=open_report(character.project_id, "source"),
            **file_columns(SourceImage.KIND, character.pk, picture),
        )
        _become_draft(actor, character, source)
        qa, embedding = ask_for_checks(actor, source)
        record(
            actor,
            "source.upload",
            source,
            before={"version": before.version, "sha256": before.sha256} if before else {},
            after={"version": source.version, "sha256": source.sha256},
        )
        if before is not None:
            for tell in ON_REPLACED:
                tell(character, source)
        publishing.source_changed(character, "source.replaced", version=source.version)
        fault_point("receiving.written")
    fault_point("receiving.committed")
    return Received(source, qa, embedding)


def rerun_checks(actor: User, source: SourceImage) -> Received:
    """Run QA and embedding of the current source again, as new jobs with a new report."""
    require(actor, "source.rerun_qa", source)
    with transaction.atomic():
        source = SourceImage.objects.select_for_update().get(pk=source.pk)
        source.qa_report = open_report(source.project_id, "source", source.qa_report)
        source.embedding = None
        source.save(update_fields=["qa_report", "embedding"])
        qa, embedding = ask_for_checks(actor, source)
        record(actor, "source.rerun_qa", source)
        publishing.source_changed(source.character, "source.checking")
    return Received(source, qa, embedding)


def ask_for_checks(actor: User | None, source: SourceImage) -> tuple[Job, Job]:
    """Ask for the QA and the embedding job of a source (inside the caller's transaction)."""
    asks = [_check_of(source, "source.qa", "QA"), _check_of(source, "source.embed", "Face")]
    qa, embedding = ask(source.project_id, actor, asks)
    source.qa_job, source.embedding_job = qa, embedding
    source.save(update_fields=["qa_job", "embedding_job"])
    return qa, embedding


def ask_for_faces(actor: User, source: SourceImage) -> Job:
    """Ask for the embedding job alone (inside the caller's transaction)."""
    (job,) = ask(source.project_id, actor, [_check_of(source, "source.embed", "Face")])
    source.embedding_job = job
    source.save(update_fields=["embedding_job"])
    return job


def _check_of(source: SourceImage, kind: str, word: str) -> Ask:
    character = source.character
    return Ask(
        kind=kind,
        title=f"{word} · {character.name} v{source.version}",
        args={"source_id": source.pk, "report_id": source.qa_report_id},
        url=character.get_absolute_url(),
        groups=[f"character-{character.pk}"],
        priority=1,
    )


def files_of(kind: str, character_id: int, picture: Picture) -> list[tuple[str, bytes]]:
    """Storage keys and bytes of an image: the original, the display file, the thumbnails."""
    renditions = [picture.display, *picture.thumbnails]
    return [
        (
            original_key(kind, character_id, picture.sha256, picture.format),
            picture.original,
        ),
        *(
            (rendition_key(kind, character_id, picture.sha256, item.name, item.ext), item.data)
            for item in renditions
        ),
    ]


def file_columns(kind: str, character_id: int, picture: Picture) -> dict[str, object]:
    """The file columns of a row that names a stored picture."""
    return {
        "file_path": original_key(kind, character_id, picture.sha256, picture.format),
        "sha256": picture.sha256,
        "file_size_bytes": picture.size_bytes,
        "width": picture.width,
        "height": picture.height,
        "format": picture.format,
        "display_ext": picture.display.ext,
        "rendition_hashes": {
            item.name: hashlib.sha256(item.data).hexdigest()
            for item in (picture.display, *picture.thumbnails)
        },
    }


def _become_draft(actor: User, character: Character, source: SourceImage) -> None:
    seen = character.baseline
    character.current_source = source
    character.baseline_status_id = BaselineStatus.DRAFT
    if seen is not BaselineStatus.DRAFT:
        check_move(BASELINE_MOVES, seen, BaselineStatus.DRAFT)
        BaselineDecision.objects.create(
            character=character,
            from_status_id=seen,
            to_status_id=BaselineStatus.DRAFT,
            source=source,
            decided_by=actor,
            reason=f"Source image v{source.version} uploaded.",
        )
    character.save(update_fields=["current_source", "baseline_status"])
