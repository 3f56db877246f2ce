"""Finding the characters whose current source shows a face like a given one.

The vectors of one face model stay in the memory of the process that asks (a worker); each search
first takes in what changed. What the index says is checked against the rows before it is told.
"""

import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db.models import F

from characters.models import SourceImage, SourceImageQuerySet
from qa.index import VectorIndex
from qa.models import EmbeddingModel
from qa.similarity import Vector

AT_ONCE = 10_000  # rows that are read together
OVERLAP = timedelta(seconds=60)  # a transaction may end that long after the time in its rows
RELOAD_S = 3600.0  # so that what was deleted leaves the memory too


@dataclass(frozen=True)
class Found:
    """A current source image, and how like the given face its own is, 0..1."""

    source: SourceImage
    likeness: float


@dataclass
class _Kept:
    """The vectors of one model as this process knows them."""

    model_id: int
    index: VectorIndex
    seen: datetime | None = None
    loaded_at: float = 0.0


_lock = threading.Lock()
_kept: list[_Kept] = []  # of one model at a time: the active one


def nearest(
    model: EmbeddingModel,
    vector: Vector,
    count: int,
    *,
    projects: Collection[int] | None = None,
    besides: int | None = None,
) -> list[Found]:
    """The characters that look most like a face that `model` has read, best first.

    Only of these projects, unless None; without the character `besides`. What is put away or
    withheld is left out.
    """
    with _lock:
        wanted = 2 * count + 16
        while True:
            hits, whole = _hits(model, vector, wanted, projects)
            found = _present(model, hits, besides)
            if len(found) >= count or whole:
                return found[:count]
            wanted *= 4  # much of what was near is gone: look further


def refresh(model: EmbeddingModel) -> None:
    """Take in what changed, so that the next search has little to read."""
    with _lock:
        if _fits(model):
            _fresh(model)


def forget() -> None:
    """Let go of every vector in this process."""
    with _lock:
        _kept.clear()


def _hits(
    model: EmbeddingModel, vector: Vector, count: int, projects: Collection[int] | None
) -> tuple[list[tuple[int, float]], bool]:
    """Ids of sources with their likeness, best first; and whether there are no more."""
    if _fits(model):
        index = _fresh(model).index
        hits = index.nearest(vector, count, projects)
    else:
        hits, rows = [], _rows(model)
        if projects is not None:  # the rest need not be read
            rows = rows.filter(character__project__in=projects)
        for keys, groups, vectors in _blocks(rows):
            index = VectorIndex(model.metric, model.dimensions, len(keys))
            index.put(keys, groups, vectors)
            hits += index.nearest(vector, count, projects)
        hits = sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:count]
    return hits, len(hits) < count


def _present(
    model: EmbeddingModel, hits: list[tuple[int, float]], besides: int | None
) -> list[Found]:
    """What is still so in the rows, in the order of the hits."""
    rows = _rows(model).findable()
    if besides is not None:
        rows = rows.exclude(character__pk=besides)
    rows = rows.select_related("character__project").defer("embedding__vector")
    there = rows.in_bulk([key for key, _ in hits])
    return [Found(there[key], likeness) for key, likeness in hits if key in there]


def _fits(model: EmbeddingModel) -> bool:
    """Whether the vectors may stay in memory; else each search reads them anew, block by block."""
    known = next((kept for kept in _kept if kept.model_id == model.pk), None)
    count = len(known.index) if known else _rows(model).count()
    return count * model.dimensions * 4 <= settings.FACE_INDEX_MB * 2**20


def _fresh(model: EmbeddingModel) -> _Kept:
    """The index of the model, with what changed since the last search."""
    now = time.monotonic()
    kept = _kept[0] if _kept else None
    if kept is None or kept.model_id != model.pk or now - kept.loaded_at > RELOAD_S:
        _kept.clear()  # first, so that there are never two in memory
        rows = _rows(model)
        kept = _Kept(model.pk, VectorIndex(model.metric, model.dimensions, max(1, rows.count())))
        kept.loaded_at = now
        _kept.append(kept)
    else:
        rows = _rows(model)
        if kept.seen is not None:
            rows = rows.filter(updated_at__gte=kept.seen - OVERLAP)
    for keys, groups, vectors in _blocks(rows, kept):
        kept.index.put(keys, groups, vectors)
    return kept


def _rows(model: EmbeddingModel) -> SourceImageQuerySet:
    """The current sources whose face the model has read."""
    return SourceImage.objects.filter(character__current_source=F("pk"), embedding__model=model)


def _blocks(
    rows: SourceImageQuerySet, kept: _Kept | None = None
) -> Iterator[tuple[list[int], list[int], np.ndarray]]:
    """Ids, projects and vectors of the rows, some at a time; `kept` remembers the newest change."""
    last = 0
    columns = ("pk", "character__project_id", "embedding__vector", "updated_at")
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").values_list(*columns)[:AT_ONCE]):
        last = chunk[-1][0]
        if kept is not None:
            newest = max(row[3] for row in chunk)
            kept.seen = max(kept.seen, newest) if kept.seen else newest
        matrix = np.frombuffer(b"".join(bytes(row[2]) for row in chunk), "<f4")
        vectors = matrix.reshape(len(chunk), -1).astype(np.float32)
        yield [row[0] for row in chunk], [row[1] for row in chunk], vectors
