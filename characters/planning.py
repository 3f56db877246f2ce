"""What is to become of each file of a dropped folder: names and hashes in, a plan out.

`Jane/ref.png` is a source image of a character named Jane, and two folders are two characters. It
reads no pixels and writes nothing.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from characters.errors import TooManyEntries
from characters.imports import EntryStatus, Existing
from characters.models import Character, SourceImage
from people.models import Project
from studio.lib.scans.refusing import EXTENSIONS

MAX_ENTRIES = 5000
MAX_NAME = 120
MAX_PATH = 1000
ALLOWED = frozenset(name for names in EXTENSIONS.values() for name in names)
_JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Found:
    """A file as its folder lists it; without a hash it is not compared with others."""

    path: str
    size_bytes: int
    sha256: str = ""


@dataclass(frozen=True)
class Planned:
    """One file with what is to become of it; `code` is empty where nothing is in the way."""

    found: Found
    path: str
    folder: str = ""
    name: str = ""
    status: EntryStatus = EntryStatus.PLANNED
    code: str = ""
    sentence: str = ""
    character: Character | None = field(default=None, compare=False)

    @property
    def is_open(self) -> bool:
        return self.status is EntryStatus.PLANNED


def plan(
    project: Project, found: Sequence[Found], existing: Existing, max_bytes: int
) -> list[Planned]:
    """A plan for every file, in the order given. Raises TooManyEntries."""
    if len(found) > MAX_ENTRIES:
        raise TooManyEntries(
            f"That are {len(found):,} files; at most {MAX_ENTRIES:,} are imported at once. Send "
            "the folder in parts.",
            limit=MAX_ENTRIES,
            actual=len(found),
        )
    entries = [_alone(file, max_bytes) for file in found]
    entries = _told_apart(entries)
    entries = _one_a_folder(entries)
    entries = _new_pictures(project, entries)
    return _beside_those_there(project, entries, existing)


def _alone(found: Found, max_bytes: int) -> Planned:
    """What the file's own path and size say."""
    path = unicodedata.normalize("NFC", found.path).replace("\\", "/")
    shown = "".join(letter if letter.isprintable() else "?" for letter in path[:MAX_PATH])
    entry = Planned(found, shown)
    parts = path.split("/")
    if _is_unsafe(path, parts):
        return _refused(entry, "bad_path", "The path leads outside the folder or is no path.")
    if any(part.startswith(".") or part.lower() in _JUNK for part in parts):
        return _left_out(entry, "hidden", "A file of the system, not a picture.")
    name = parts[-2] if len(parts) > 1 else ""
    entry = replace(entry, folder="/".join(parts[:-1]), name=name[:MAX_NAME])
    if not name:
        return _refused(
            entry, "no_folder", "It is in no folder. Put it into one named after the character."
        )
    if len(name) > MAX_NAME:
        return _refused(
            entry, "name_too_long", f"A character's name has at most {MAX_NAME} characters."
        )
    extension = parts[-1].rpartition(".")[2].lower() if "." in parts[-1] else ""
    if extension not in ALLOWED:
        return _refused(entry, "type_refused", "Only PNG, JPEG and WebP files are imported.")
    if found.size_bytes > max_bytes:
        return _refused(entry, "too_large", f"It is larger than {max_bytes / 2**20:g} MB.")
    return entry if found.size_bytes else _refused(entry, "empty", "The file is empty.")


def _is_unsafe(path: str, parts: list[str]) -> bool:
    return (
        not path.strip()
        or len(path) > MAX_PATH
        or path.startswith("/")
        or bool(_DRIVE.match(path))
        or any(part in ("", ".", "..") for part in parts)
        or not path.isprintable()
    )


def _told_apart(entries: list[Planned]) -> list[Planned]:
    """A path that is there twice counts once."""
    first = {entry.path.casefold(): number for number, entry in reversed([*enumerate(entries)])}
    return [
        entry
        if entry.code == "bad_path" or first[entry.path.casefold()] == number
        else _refused(entry, "duplicate_path", "This path is there twice.")
        for number, entry in enumerate(entries)
    ]


def _one_a_folder(entries: list[Planned]) -> list[Planned]:
    """Two pictures in one folder: nobody but a person knows which is the source."""
    counts = Counter(entry.folder for entry in entries if entry.is_open)
    return [
        _refused(
            entry,
            "two_sources",
            f"{entry.folder} holds {counts[entry.folder]} pictures. Leave the one that is the "
            "source.",
        )
        if entry.is_open and counts[entry.folder] > 1
        else entry
        for entry in entries
    ]


def _new_pictures(project: Project, entries: list[Planned]) -> list[Planned]:
    hashes = {entry.found.sha256 for entry in entries if entry.is_open and entry.found.sha256}
    there = SourceImage.objects.filter(character__project=project, sha256__in=hashes)
    known = dict(there.values_list("sha256", "character__name"))
    seen: dict[str, str] = {}
    return [_new(entry, known, seen) if entry.is_open else entry for entry in entries]


def _new(entry: Planned, known: dict[str, str], seen: dict[str, str]) -> Planned:
    """The entry, left out where its picture is known or was seen; it is seen from now on."""
    sha256 = entry.found.sha256
    if name := known.get(sha256):
        return _left_out(entry, "duplicate", f"{name} has this very picture already.")
    first = seen.setdefault(sha256, entry.path) if sha256 else entry.path
    if first != entry.path:
        return _left_out(entry, "duplicate", f"The same picture as {first}.")
    return entry


def _beside_those_there(
    project: Project, entries: list[Planned], existing: Existing
) -> list[Planned]:
    rows = Character.objects.filter(project=project, archived_at__isnull=True)
    there: dict[str, list[Character]] = {}
    for row in rows.select_related("project"):
        there.setdefault(row.name.casefold(), []).append(row)
    return [
        _beside(entry, there.get(entry.name.casefold(), []), existing) if entry.is_open else entry
        for entry in entries
    ]


def _beside(entry: Planned, same: list[Character], existing: Existing) -> Planned:
    if not same:
        return entry
    if existing is Existing.SKIP:
        return _left_out(entry, "exists", f"There is a character named {entry.name} already.")
    if existing is Existing.CREATE:
        sentence = f"Another character named {entry.name} is created."
        return replace(entry, code="exists", sentence=sentence)
    if len(same) > 1:
        return _refused(
            entry, "ambiguous", f"{len(same)} characters are named {entry.name}. Upload it by hand."
        )
    if same[0].is_locked:
        return _refused(
            entry, "locked", f"The baseline of {entry.name} is approved. Unlock it first."
        )
    sentence = f"It becomes the next source version of {same[0].name}."
    return replace(entry, code="exists", sentence=sentence, character=same[0])


def _refused(entry: Planned, code: str, sentence: str) -> Planned:
    return replace(entry, status=EntryStatus.REFUSED, code=code, sentence=sentence)


def _left_out(entry: Planned, code: str, sentence: str) -> Planned:
    return replace(entry, status=EntryStatus.SKIPPED, code=code, sentence=sentence)


def counted(entries: Iterable[Planned]) -> dict[str, int]:
    """How many are planned, refused and left out."""
    counts = Counter(entry.status for entry in entries)
    return {status.value: counts[status] for status in EntryStatus if counts[status]}
