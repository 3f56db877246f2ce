"""Files: each row's are there, whole and unchanged, and no file is without a row for long."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from characters.receiving import file_columns, files_of
from studio import orphans
from studio.invariants.fault import Fault
from studio.lib.files import PART, digest, put_all, read, walk
from studio.lib.pictures import Limits, vet
from studio.naming import KINDS, ORIGINAL, Row, keys_of, owner, rows_in


def check(grace: timedelta, *, read_files: bool) -> Iterator[Fault]:
    """Faults of the storage, folder by folder. `read_files` hashes every file again.

    Raises OSError when the storage does not answer.
    """
    seen = set()
    for folder, names in walk():
        keys = {f"{folder}/{name}".lstrip("/") for name in names}
        if place := owner(folder):
            seen.add(place)
            yield from _folder(*place, keys, grace, read_files=read_files)
        elif folder.partition("/")[0] != orphans.SET_ASIDE:
            yield from _orphans(keys, grace, is_known=False)
    for kind, model in KINDS.items():
        characters = model.objects.exclude(sha256=None).order_by().values_list("character_id")
        for (character_id,) in characters.distinct():
            if (kind, character_id) not in seen:
                yield from _folder(kind, character_id, set(), grace, read_files=read_files)


def _folder(
    kind: str, character_id: int, keys: set[str], grace: timedelta, *, read_files: bool
) -> Iterator[Fault]:
    named: dict[str, list[tuple[Row, str]]] = {}
    for row in rows_in(kind, character_id):
        for name, key in keys_of(row).items():
            named.setdefault(key, []).append((row, name))
        if row.file_path != keys_of(row)[ORIGINAL]:
            yield Fault("wrong_key", f"{_what(row)} names {row.file_path}: not its own key.")
    for key, rows in named.items():
        yield from _file(key, rows, is_listed=key in keys, read_files=read_files)
    yield from _orphans(keys - set(named), grace, is_known=True)


def _file(
    key: str, rows: list[tuple[Row, str]], *, is_listed: bool, read_files: bool
) -> Iterator[Fault]:
    row, name = rows[0]
    if not is_listed and not default_storage.exists(key):  # it may have come after the listing
        yield Fault(
            "missing_file",
            f"{_what(row)} names {key}, which is not there.",
            partial(_restored, key, str(row.sha256)) if name == ORIGINAL else partial(_remade, row),
        )
        return
    if name == ORIGINAL and default_storage.size(key) != row.file_size_bytes:
        yield Fault("wrong_size", f"{_what(row)}: {key} is not {row.file_size_bytes} bytes long.")
    elif read_files:
        hashes = [_hash_of(row, name) for row, name in rows]
        if None not in hashes and digest(key) not in hashes:
            yield Fault(
                "damaged_file",
                f"{_what(row)}: the content of {key} has changed.",
                None if name == ORIGINAL else partial(_remade, row),
            )


def _hash_of(row: Row, name: str) -> str | None:
    """What a file should hash to; None for a rendition of before hashes were kept."""
    if name == ORIGINAL:
        return row.sha256
    return (row.rendition_hashes or {}).get(name)


def _orphans(keys: set[str], grace: timedelta, *, is_known: bool) -> Iterator[Fault]:
    oldest = timezone.now() - grace
    for key in sorted(keys):
        try:
            is_young = default_storage.get_modified_time(key) > oldest
        except FileNotFoundError:
            continue
        if is_young:
            continue
        if key.endswith(PART):
            yield Fault("stale_part", f"{key} was never finished.", partial(_delete, key))
        elif is_known:
            yield Fault(
                "orphan_file", f"No row names {key}.", partial(orphans.set_aside, key, grace)
            )
        else:
            yield Fault("unknown_file", f"{key} is of no kind that this version stores.")


def _delete(key: str) -> None:
    default_storage.delete(key)


def _restored(key: str, sha256: str) -> bool:
    """An original cannot be made again, but it may have been set aside. False when it is not."""
    return digest(f"{orphans.SET_ASIDE}/{key}") == sha256 and orphans.put_back(key)


def _remade(row: Row) -> bool:
    """Make the derived files again from the original. False when that is damaged itself."""
    original = read(keys_of(row)[ORIGINAL])
    if hashlib.sha256(original).hexdigest() != row.sha256:
        return False
    limits = Limits(max_bytes=len(original), max_pixels=settings.MAX_IMAGE_PIXELS)
    picture = vet(original, "", limits)
    put_all(files_of(row.KIND, row.character_id, picture))
    columns = file_columns(row.KIND, row.character_id, picture)
    changed = {name: columns[name] for name in ("display_ext", "rendition_hashes")}
    KINDS[row.KIND].objects.filter(character_id=row.character_id, sha256=row.sha256).update(
        **changed
    )
    return True


def _what(row: Row) -> str:
    return f"{type(row).__name__} {row.pk}"
