"""Nearest vectors of one face model, kept in memory as one matrix. Pure; reads no rows.

The whole matrix is looked at: nothing near is ever missed. Keys and groups are the caller's.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from qa.similarity import EUCLIDEAN, Vector, held, scores

Keys = NDArray[np.int64]
Matrix = NDArray[np.float32]

SPARE = 32  # looked at beyond what is asked for: float32 may swap neighbours, float64 decides
FIRST_ROWS = 1024


class VectorIndex:
    """Vectors of one model by key, each in a group; not for several threads at once."""

    def __init__(self, metric: str, dimensions: int, rows: int = FIRST_ROWS) -> None:
        self._metric = metric
        self._dimensions = dimensions
        self._count = 0
        self._places: dict[int, int] = {}
        self._keys: Keys = np.empty(0, np.int64)
        self._groups: NDArray[np.int32] = np.empty(0, np.int32)  # by their codes
        self._codes: dict[int, int] = {}
        self._vectors: Matrix = np.empty((0, dimensions), np.float32)
        # What a product with the query is corrected by: half the square of each length where
        # distance counts, the inverse of it where the angle does.
        self._corrections: Matrix = np.empty(0, np.float32)
        self._grow(rows)

    def __len__(self) -> int:
        return self._count

    def put(self, keys: Sequence[int], groups: Sequence[int], vectors: Matrix) -> None:
        """Add rows of `vectors`, shape (N, dimensions), or replace those of the same key."""
        if vectors.shape != (len(keys), self._dimensions):
            raise ValueError(f"vectors of shape {vectors.shape} do not belong into this index")
        new = dict.fromkeys(key for key in keys if key not in self._places)
        if self._count + len(new) > len(self._keys):
            self._grow(max(self._count + len(new), 2 * len(self._keys)))
        for key in new:
            self._places[key] = self._count
            self._count += 1
        places = [self._places[key] for key in keys]
        self._keys[places] = keys
        self._groups[places] = [self._codes.setdefault(g, len(self._codes)) for g in groups]
        self._vectors[places] = vectors
        squares = np.einsum("ij,ij->i", vectors, vectors)
        self._corrections[places] = self._corrected(squares)

    def nearest(
        self, query: Vector, count: int, groups: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Keys and likenesses of the nearest, best first; of these groups only, unless None.

        Raises ValueError for a vector of other dimensions.
        """
        if query.shape != (self._dimensions,):
            raise ValueError(f"a vector of shape {query.shape} cannot be compared")
        if not self._count:
            return []
        ranks = self._vectors[: self._count] @ query.astype(np.float32)
        if self._metric == EUCLIDEAN:
            ranks -= self._corrections[: self._count]
        else:
            ranks *= self._corrections[: self._count]
        if groups is not None:
            handicaps = np.full(len(self._codes), -np.inf, np.float32)
            handicaps[[self._codes[group] for group in groups if group in self._codes]] = 0
            ranks += handicaps[self._groups[: self._count]]
        wanted = min(count + SPARE, self._count)
        places = np.argpartition(ranks, self._count - wanted)[self._count - wanted :]
        places = places[ranks[places] > -np.inf]
        exact = scores(self._metric, query, self._vectors[places])
        keys = self._keys[places]
        best = np.lexsort((keys, -exact))[:count]
        return [(int(keys[place]), held(exact[place])) for place in best]

    def _corrected(self, squares: Matrix) -> Matrix:
        if self._metric == EUCLIDEAN:
            return np.asarray(squares / 2, np.float32)
        lengths = np.sqrt(squares)
        return np.where(lengths > 0, 1 / np.maximum(lengths, np.finfo(np.float32).tiny), 0)

    def _grow(self, rows: int) -> None:
        """Room for so many rows; pages that nothing was written to take no memory."""
        for name in ("_keys", "_groups", "_vectors", "_corrections"):
            old = getattr(self, name)
            larger = np.empty((rows, *old.shape[1:]), old.dtype)
            larger[: self._count] = old[: self._count]
            setattr(self, name, larger)
