"""A worker process of the product whose actors note when they begin (`dramatiq` loads this)."""

from studio.worker import broker  # first: it sets Django up

from jobs import actors  # isort: skip
from tests.bench import noting  # isort: skip

drain = actors.drain


def noting_drain(queue: str) -> int:
    noting.note("wake")
    return drain(queue)


actors.drain = noting_drain
__all__ = ["broker"]
