"""Exporting variants for editing elsewhere, and taking that back.

The file that goes out is built from the stored one whenever it is asked for; the row says which
bytes that were. It is written before the transaction where an export directory is set.
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from audit.recording import record
from characters.models import Character
from characters.viewing import require_shown
from people.access import require
from people.models import User
from studio.lib.files import StorageFailed, read
from studio.lib.labels import labelled
from studio.lib.scans.refusing import EXTENSIONS, Format
from studio.lib.states import move
from variants import publishing
from variants.deciding import check_revision, facts, lock
from variants.errors import BadBatch, NoFile, NotExportable, NotOut, VariantGone
from variants.exports import VariantExport
from variants.gating import pass_variant
from variants.models import ImageVariant
from variants.provenance import label_of, sidecar
from variants.viewing import VariantViewing
from variants.vocabulary import MOVES, VariantStatus

EXPORTABLE = (
    VariantStatus.GENERATED,
    VariantStatus.EDITING,
    VariantStatus.APPROVED,
    VariantStatus.REJECTED,
)
MAX_BATCH = 200
FILE_NAME = re.compile(r"variant-(\d{1,18})-v\d+-x([0-9a-f]{12})")


@dataclass(frozen=True)
class _Given:
    """A file that is about to be given out, with its provenance; the bytes are built anew later."""

    variant: ImageVariant
    token: str
    name: str
    sha256: str
    size_bytes: int
    sidecar: dict[str, Any]
    paths: tuple[Path, ...]


def export(
    actor: User,
    variant: ImageVariant,
    folder: Path | None = None,
    *,
    revision: int | None = None,
) -> VariantExport:
    """Give out one variant at full resolution; see `export_many`."""
    seen = {} if revision is None else {variant.pk: revision}
    return export_many(actor, [variant], folder, seen)[0]


def export_many(
    actor: User,
    variants: Sequence[ImageVariant],
    folder: Path | None = None,
    revisions: Mapping[int, int] = MappingProxyType({}),
) -> list[VariantExport]:
    """Give out variants of any characters, all or none, at most `MAX_BATCH`.

    A candidate goes to `editing`; a hero or a rejected one keeps its status. Every one is out until
    it is re-imported or the edit is cancelled. With `folder`, file and sidecar are put there too.
    `revisions` are those that were looked at, by id. Raises NoFile, NotExportable, the gate's
    refusal, StaleRevision.
    """
    if not 1 <= len(variants) <= MAX_BATCH:
        raise BadBatch(
            f"Export 1 to {MAX_BATCH} variants in one go.", field="variant_ids", limit=MAX_BATCH
        )
    for variant in variants:
        require(actor, "variant.export", variant)
        _refuse(actor, variant)
    ids = sorted({variant.character_id for variant in variants})
    with _taken_back_on_failure() as written:
        given = [_built(actor, variant, folder, written) for variant in variants]
        with transaction.atomic():
            # Decisions on a character queue for its row, and so does a revoked attestation.
            list(Character.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
            made = [_record(actor, file, revisions) for file in given]
    return made


def cancel_edit(actor: User, variant: ImageVariant, *, revision: int | None = None) -> ImageVariant:
    """Nothing will come back: what is out counts as returned. Raises NotOut and VariantGone."""
    require(actor, "variant.export", variant)
    with transaction.atomic():
        fresh = lock(variant)
        check_revision(fresh, revision)
        if not bring_back(actor, fresh):
            raise NotOut(
                "It is not exported for editing, so there is nothing to cancel.", **facts(fresh)
            )
        record(actor, "variant.cancel_edit", fresh)
        publishing.variant_changed(fresh)
    return fresh


def bring_back(actor: User, variant: ImageVariant, became: ImageVariant | None = None) -> bool:
    """Close what is out of a variant and return it to `generated` (the caller holds its character).

    Whether anything was out; the caller records and tells it.
    """
    closed = variant.exports.out().update(returned_at=Now(), returned_by=actor, returned_as=became)
    is_editing = variant.state is VariantStatus.EDITING
    if is_editing:
        _move(variant, VariantStatus.GENERATED)
    return bool(closed) or is_editing


def file_of(actor: User, export: VariantExport) -> bytes:
    """The bytes that were given out, built again; refused as `check` says."""
    check(actor, export)
    return labelled(_stored(export.variant), label_of(export.variant, export.token))


def check(actor: User, export: VariantExport) -> None:
    """Whether it may be fetched now: by right, by the variant's state, by the gate."""
    require(actor, "variant.export", export.variant)
    _refuse(actor, export.variant)


def as_json(said: dict[str, Any]) -> bytes:
    """A sidecar as it is given out: sorted, so that every database gives the same bytes."""
    return json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False).encode()


def visible(user: User) -> QuerySet[VariantExport]:
    """The exports that the person may see, with what their files need."""
    rows = VariantExport.objects.visible_to(user).filter(variant__deleted_at__isnull=True)
    return rows.select_related("variant__character__project", "variant__root").order_by("pk")


def _refuse(actor: User, variant: ImageVariant) -> None:
    if variant.deleted_at is not None:
        raise VariantGone("It is in the trash. Restore it first.", **facts(variant))
    if not variant.has_file:
        raise NoFile("There is no image to export yet.", **facts(variant))
    if variant.state not in EXPORTABLE:
        raise NotExportable(
            f"It is {variant.state.label}, so it is not given out.", **facts(variant)
        )
    require_shown(VariantViewing(actor).variant(variant))
    pass_variant(variant)


def _stored(variant: ImageVariant) -> bytes:
    return read(str(variant.file_path))


@contextmanager
def _taken_back_on_failure() -> Iterator[list[Path]]:
    """The files that are listed go away again when the export does not come about."""
    written: list[Path] = []
    try:
        yield written
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise


def _built(actor: User, variant: ImageVariant, folder: Path | None, written: list[Path]) -> _Given:
    rows = ImageVariant.objects.for_cards().defer(None)
    rows = rows.select_related(
        "character__project", "root", "request", "source_image", "created_by"
    )
    found = rows.filter(pk=variant.pk).first()
    if found is None:
        raise VariantGone("It was deleted for good meanwhile.")
    variant = found
    token = secrets.token_hex(16)
    ext = EXTENSIONS[cast("Format", variant.format)][0]
    name = f"variant-{variant.pk}-v{variant.version}-x{token[:12]}.{ext}"
    data = labelled(_stored(variant), label_of(variant, token))
    sha256 = hashlib.sha256(data).hexdigest()
    said = sidecar(variant, actor, token=token, file_name=name, sha256=sha256, size=len(data))
    paths: tuple[Path, ...] = ()
    if folder:
        target = folder / f"character-{variant.character_id}" / name
        paths = (target, target.with_name(f"{name}.json"))
        for path, content in zip(paths, (data, as_json(said)), strict=True):
            _put_out(path, content)
            written.append(path)
    return _Given(variant, token, name, sha256, len(data), said, paths)


def _record(actor: User, given: _Given, revisions: Mapping[int, int]) -> VariantExport:
    variant = ImageVariant.objects.for_cards().filter(pk=given.variant.pk).first()
    if variant is None:
        raise VariantGone("It was deleted meanwhile.")
    check_revision(variant, revisions.get(variant.pk))
    _refuse(actor, variant)
    row = VariantExport.objects.create(
        variant=variant,
        token=given.token,
        file_name=given.name,
        sha256=given.sha256,
        file_size_bytes=given.size_bytes,
        sidecar=given.sidecar,
        export_path=str(given.paths[0]) if given.paths else "",
        exported_by=actor,
    )
    before = variant.state
    if before is VariantStatus.GENERATED:
        _move(variant, VariantStatus.EDITING)
    record(
        actor,
        "variant.export",
        variant,
        before={"status": before.label},
        after={"status": variant.state.label, "export": row.pk, "sha256": given.sha256},
    )
    publishing.variant_changed(variant)
    return row


def _move(variant: ImageVariant, to: VariantStatus) -> None:
    rows = ImageVariant.objects.filter(pk=variant.pk)
    move(rows, MOVES, field="status", seen=variant.state, to=to, revision=F("revision") + 1)
    variant.status_id = to
    variant.revision += 1


def _put_out(target: Path, data: bytes) -> None:
    """Write one file of the export directory, whole or not at all. Raises StorageFailed."""
    partial = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("xb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise StorageFailed(
            "The export directory did not take the file, so nothing was exported. Ask an admin to "
            "look at EXPORT_DIR."
        ) from error
