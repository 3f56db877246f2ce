"""Scoring labelled pairs of pictures with one face model, as the product itself would see them.

Reads files and asks face children; knows no rows of anybody's, and works without a database.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from django.db import DatabaseError

from qa import accuracy
from qa.errors import FaceChildDied, UnknownFaceModel, UnreadableImage
from qa.faces import FaceChild
from qa.models import EmbeddingModel
from qa.pairs import PairList
from qa.readings import FaceReading
from qa.similarity import SHIPPED, Vector, score

TRUE_ACCEPTS = 0.95
MISSING, UNREADABLE, NO_FACE = "missing file", "unreadable file", "no face"

Tell = Callable[[int, int], object]


@dataclass(frozen=True)
class Judge:
    """A face model with its metric, and the likeness from which it says "the same person"."""

    name: str
    metric: str
    match: float


@dataclass
class Scored:
    """Scores with their answers; `left_out` counts pairs by reason, `several` pictures."""

    scores: list[float] = field(default_factory=list)
    same: list[bool] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    several: int = 0
    version: str = ""

    @property
    def arrays(self) -> tuple[accuracy.Scores, accuracy.Labels]:
        return np.array(self.scores, np.float64), np.array(self.same, np.bool_)


def judge_named(name: str | None) -> Judge:
    """The model of that name, the studio's active one for None; its thresholds as calibrated.

    Where there is no database, or none that was set up, with the thresholds that it ships with.
    Raises UnknownFaceModel.
    """
    try:
        rows = EmbeddingModel.objects.filter(**{"name": name} if name else {"is_active": True})
        row = rows.order_by("-is_active", "-pk").first()
    except DatabaseError:
        row = None
    if row is not None:
        return Judge(row.name, row.metric, row.thresholds["match"])
    name = name or next(iter(SHIPPED))
    if name not in SHIPPED:
        known = ", ".join(SHIPPED)
        raise UnknownFaceModel(f"There is no face model called {name!r}: choose of {known}.")
    metric, match = SHIPPED[name]
    return Judge(name, metric, match)


def score_pairs(
    listed: PairList, judge: Judge, models_dir: Path, tell: Tell, workers: int = 1
) -> Scored:
    """Read each picture once, then score every pair whose two faces were found.

    Where several faces are found, the largest counts. `tell(done, total)` hears of each picture.
    Raises FaceModelMissing, UnknownFaceModel.
    """
    found = Scored()
    files = listed.files
    vectors: dict[Path, Vector] = {}
    lacks: dict[Path, str] = {}
    for path, reading in zip(
        files, _readings(files, judge, models_dir, tell, workers), strict=True
    ):
        if isinstance(reading, str):
            lacks[path] = reading
            continue
        found.version = reading.version
        found.several += len(reading.faces) > 1
        if reading.vector is None:
            lacks[path] = NO_FACE
        else:
            vectors[path] = reading.vector
    for path, reason in lacks.items():
        found.lacking.setdefault(reason, []).append(str(path))
    for pair in listed.pairs:
        lack = lacks.get(pair.first) or lacks.get(pair.second)
        if lack:
            found.left_out[lack] += 1
            continue
        found.scores.append(score(judge.metric, vectors[pair.first], vectors[pair.second]))
        found.same.append(pair.same)
    return found


def _readings(
    files: Sequence[Path], judge: Judge, models_dir: Path, tell: Tell, workers: int
) -> list[FaceReading | str]:
    """What was seen in each file, or the reason why nothing was."""
    with ExitStack() as stack:
        idle: SimpleQueue[FaceChild] = SimpleQueue()
        for _ in range(workers):
            idle.put(stack.enter_context(closing(FaceChild(models_dir))))

        def read(path: Path) -> FaceReading | str:
            if not path.is_file():
                return MISSING
            child = idle.get()
            try:
                return child.read(path.read_bytes(), judge.name)
            except (UnreadableImage, FaceChildDied, OSError):
                return UNREADABLE
            finally:
                idle.put(child)

        pool = stack.enter_context(ThreadPoolExecutor(workers))
        readings = []
        for done, reading in enumerate(pool.map(read, files), 1):
            readings.append(reading)
            tell(done, len(files))
        return readings
