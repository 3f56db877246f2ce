"""Reading a list of labelled pairs of pictures: `file1, file2, same`. Opens no picture.

Lists come from many hands: another separator, other headings or none, yes for 1. What cannot be
understood is counted with its line, never guessed.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from qa.errors import QAError

YES = frozenset({"1", "1.0", "true", "t", "yes", "y", "same", "match", "genuine", "positive"})
NO = frozenset(
    {"0", "0.0", "-1", "false", "f", "no", "n", "different", "diff", "differs", "not same"}
    | {"mismatch", "impostor", "imposter", "negative"}
)
# Headings, without case, spaces and punctuation.
FIRST = frozenset(
    {"file1", "filea", "filex", "image1", "img1", "path1", "imagea", "imga", "left", "first", "a"}
)
SECOND = frozenset(
    {"file2", "fileb", "filey", "image2", "img2", "path2", "imageb", "imgb", "right", "second", "b"}
)
ANSWER = frozenset(
    {"same", "issame", "label", "match", "ismatch", "decision", "target", "sameperson", "genuine"}
)
COLUMNS = 3


class BadPairs(QAError):
    """There is no list of pairs, or nothing in it can be understood."""

    code = "bad_pairs"


@dataclass(frozen=True)
class Pair:
    """Two pictures, and whether they show one person."""

    first: Path
    second: Path
    same: bool


@dataclass
class PairList:
    """What a list says; `odd` are the lines that could not be understood, with the reason."""

    pairs: list[Pair] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[Path]:
        """Every picture once, in the order of the list."""
        return list(dict.fromkeys(path for p in self.pairs for path in (p.first, p.second)))


def find_list(folder: Path) -> Path:
    """The list in a folder: `pairs.csv`, or the only CSV file there. Raises BadPairs."""
    if not folder.is_dir():
        raise BadPairs(f"{folder} is no folder.")
    if (folder / "pairs.csv").is_file():
        return folder / "pairs.csv"
    lists = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".tsv"))
    if len(lists) == 1:
        return lists[0]
    said = "is no list of pairs" if not lists else "are several CSV files"
    raise BadPairs(f"There {said} in {folder}: name the one to read with --pairs.")


def read_pairs(path: Path, folder: Path) -> PairList:
    """Read a list; names of files are below `folder` or beside the list. Raises BadPairs."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text("latin-1")
    except OSError as error:
        raise BadPairs(f"{path} cannot be read: {error.strerror}.") from error
    # Each line for itself: one stray quotation mark would else swallow the lines behind it.
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise BadPairs(f"{path.name} is empty.")
    separator = max(",;\t", key=lines[0][1].count)
    rows = [
        (number, [cell.strip() for cell in next(csv.reader([line], delimiter=separator))])
        for number, line in lines
    ]
    places = _columns(rows[0][1])
    found = PairList()
    for number, row in rows[1:] if places else rows:
        _take(found, number, row, places or (0, 1, 2), (folder, path.parent))
    if not found.pairs:
        raise BadPairs(
            f"No line of {path.name} could be understood as a pair. Write file1,file2,same, with 1 "
            f"for one person and 0 for two. {found.odd[0] if found.odd else ''}".strip()
        )
    return found


def _take(
    found: PairList,
    number: int,
    row: list[str],
    places: tuple[int, int, int],
    roots: tuple[Path, Path],
) -> None:
    if len(row) <= max(places) or not row[places[0]] or not row[places[1]]:
        found.odd.append(f"Line {number}: two files and an answer are needed.")
        return
    first, second, answer = (row[place] for place in places)
    said = " ".join(answer.lower().replace("_", " ").split())
    if said not in YES and said not in NO:
        found.odd.append(f"Line {number}: {answer[:40]!r} says neither same nor different.")
        return
    found.pairs.append(Pair(_below(first, roots), _below(second, roots), said in YES))


def _columns(head: list[str]) -> tuple[int, int, int] | None:
    """Which columns hold what; None when the first line is a pair already."""
    words = ["".join(ch for ch in cell.lower() if ch.isalnum()) for cell in head]
    places = [
        next((place for place, word in enumerate(words) if word in names), None)
        for names in (FIRST, SECOND, ANSWER)
    ]
    first, second, answer = places
    if first is None or second is None or answer is None:
        return None
    return first, second, answer


def _below(name: str, roots: tuple[Path, Path]) -> Path:
    """The file that a name means; the first place that was looked at when it is in none."""
    places = [root / name.replace("\\", "/") for root in roots]
    return next((place for place in places if place.is_file()), places[0])
