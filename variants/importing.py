"""Taking edited and hand-made variants in: validated, stored, a new version, its checks asked for.

What went out is never changed. Which variant a file is an edit of is told by `matching`.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from audit.recording import record
from characters.attesting import pass_gate
from characters.closing import refuse_archived
from characters.models import Character
from characters.receiving import file_columns, files_of
from people.access import require
from people.models import User
from qa.inspection import open_report
from studio.lib.figures import UPLOADS_REFUSED
from studio.lib.files import put_all
from studio.lib.pictures import ImageRefused, Limits, Picture, vet
from variants import checking, publishing
from variants.deciding import check_revision
from variants.errors import SizeDiffers, Unchanged, UnknownVariantType, VariantGone
from variants.exporting import bring_back
from variants.exports import VariantExport
from variants.gating import pass_variant, rating_from_source
from variants.lineage import inherited, next_in_family
from variants.models import ImageVariant
from variants.vocabulary import Provenance, VariantStatus, VariantType


@dataclass(frozen=True)
class Upload:
    """A file as it came: its bytes, its name for display, and what it may be at most."""

    data: bytes
    name: str
    limits: Limits


@dataclass(frozen=True)
class Returned:
    """The new version, and what a person should know of it (another format, say)."""

    variant: ImageVariant
    notes: list[str]


def reimport(
    actor: User,
    variant: ImageVariant,
    upload: Upload,
    *,
    keep_size: bool = False,
    revision: int | None = None,
) -> Returned:
    """Make an edited file the next version of the variant's family; the variant stays untouched.

    What was out of the variant counts as returned. Raises ImageRefused (the validator's codes),
    SizeDiffers unless `keep_size`, Unchanged for a picture that the family has already, and
    StaleRevision when the variant is not at `revision` any more.
    """
    require(actor, "variant.import", variant)
    refuse_archived(variant.character)
    pass_variant(variant)
    picture = _vetted(actor, variant.character, upload)
    _refuse_unchanged(variant, picture)
    if not keep_size and (picture.width, picture.height) != (variant.width, variant.height):
        raise SizeDiffers(
            f"It was {variant.width} × {variant.height} pixels and is now {picture.width} × "
            f"{picture.height}. Export it in the first size, or keep the new one anyway.",
            field="file",
            expected=[variant.width, variant.height],
            actual=[picture.width, picture.height],
        )
    put_all(files_of(ImageVariant.KIND, variant.character_id, picture))
    with transaction.atomic():
        character = _locked(variant.character)
        fresh = _present(variant)
        check_revision(fresh, revision)
        pass_variant(fresh)
        _refuse_unchanged(fresh, picture)
        made = _written(
            actor,
            character,
            picture,
            provenance=Provenance.MANUALLY_EDITED,
            parent_variant=fresh,
            edited_source=fresh.edited_source,
            content_rating=fresh.content_rating,
            **next_in_family(fresh),
            **inherited(fresh),
        )
        bring_back(actor, fresh, made)
        record(
            actor,
            "variant.reimport",
            made,
            before={"parent": fresh.pk, "version": fresh.version},
            after={"version": made.version, "sha256": made.sha256},
        )
        publishing.variant_changed(fresh)
        publishing.variants_created(character, [made])
    return Returned(made, _notes(variant, picture))


def upload_variant(
    actor: User, character: Character, upload: Upload, variant_type: str
) -> ImageVariant:
    """Take in a variant that was made elsewhere; it is reviewed beside the rest.

    Raises UnknownVariantType, Archived, the gate's refusal, ImageRefused.
    """
    require(actor, "variant.import", character)
    refuse_archived(character)
    kind = VariantType.objects.filter(name=variant_type, archived_at__isnull=True).first()
    if kind is None:
        raise UnknownVariantType(
            f"There is no variant type {variant_type[:200]!r} in this studio.",
            field="variant_type",
        )
    pass_gate(character, rating_from_source(character, kind))
    picture = _vetted(actor, character, upload)
    put_all(files_of(ImageVariant.KIND, character.pk, picture))
    with transaction.atomic():
        character = _locked(character)
        rating = rating_from_source(character, kind)
        pass_gate(character, rating)
        made = _written(
            actor,
            character,
            picture,
            provenance=Provenance.MANUAL_UPLOAD,
            variant_type=kind,
            content_rating_id=rating,
            source_image=character.current_source,
        )
        after = {"type": kind.name, "sha256": made.sha256}
        record(actor, "variant.upload", made, after=after)
        publishing.variants_created(character, [made])
    return made


def _vetted(actor: User, character: Character, upload: Upload) -> Picture:
    try:
        return vet(upload.data, upload.name, upload.limits)
    except ImageRefused as refusal:
        record(actor, "variant.refused", character, after={"code": refusal.code})
        UPLOADS_REFUSED.labels(refusal.code).inc()
        raise


def _locked(character: Character) -> Character:
    """The character as it is now; what is decided about its variants queues for its row."""
    rows = Character.objects.select_for_update(of=("self",)).select_related(
        "project", "current_source"
    )
    fresh = rows.get(pk=character.pk)
    refuse_archived(fresh)
    return fresh


def _present(variant: ImageVariant) -> ImageVariant:
    rows = ImageVariant.objects.present().select_related("character__project", "root")
    fresh = rows.filter(pk=variant.pk).exclude(status_id=VariantStatus.QUARANTINED).first()
    if fresh is None or not fresh.has_file:
        raise VariantGone("It was deleted or withheld meanwhile, so nothing can follow it.")
    return fresh


def _refuse_unchanged(variant: ImageVariant, picture: Picture) -> None:
    """A file, or a picture apart from its metadata, that the family has already."""
    shown = hashlib.sha256(picture.display.data).hexdigest()
    went_out = VariantExport.objects.filter(variant=variant, sha256=picture.sha256)
    same = Q(sha256=picture.sha256) | Q(rendition_hashes__display=shown)
    first = variant.root_id or variant.pk
    family = ImageVariant.objects.filter(Q(pk=first) | Q(root=first)).filter(same).present()
    known = family.order_by("pk").first()
    if known is None and not went_out.exists():
        return
    known = known or variant
    raise Unchanged(
        f"This is the picture of version {known.version} (candidate {known.pk}), unchanged. "
        "Save the edit first, then send the edited file.",
        field="file",
        variant=known.pk,
        version=known.version,
    )


def _written(actor: User, character: Character, picture: Picture, **columns: Any) -> ImageVariant:
    made = ImageVariant.objects.create(
        character=character,
        status_id=VariantStatus.GENERATED,
        provider="",
        original_name=picture.name,
        created_by=actor,
        qa_report=open_report(character.project_id, "variant"),
        **columns,
        **file_columns(ImageVariant.KIND, character.pk, picture),
    )
    checking.ask_for_checks(actor, made)
    return made


def _notes(variant: ImageVariant, picture: Picture) -> list[str]:
    notes = []
    if picture.format != variant.format:
        notes.append(f"It was {variant.format} and came back as {picture.format}.")
    if (picture.width, picture.height) != (variant.width, variant.height):
        notes.append(
            f"It was {variant.width} × {variant.height} pixels and is now {picture.width} × "
            f"{picture.height}."
        )
    return notes
