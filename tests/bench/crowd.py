"""`script/bench crowd`: many reviewers browse while creators upload and ask for candidates.

On the production processes behind nginx. Server, ComfyUI and crowd share one machine, so the
crowd that a studio's server must bear is scaled by its cores.
"""

import asyncio
import os
import shutil
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from characters.models import Character
from people.models import ADMIN, CREATOR, REVIEWER, User
from script.launch.production import PATH
from tests import make
from tests.bench import gallery_rows
from tests.bench.crowding import Crowd, Seen
from tests.bench.rounds import p95
from tests.bench.rows import Row
from tests.fakes.sandbox import start_sandbox
from tests.production.topology import Topology

FULL_CORES = 8
PAGE_MS = 400
CREATORS = 10


@dataclass(frozen=True)
class Size:
    """How many come, how much they do in a minute, for how long."""

    reviewers: int
    uploads_a_minute: float
    jobs_a_minute: float
    minutes: float
    characters: int
    variants: int

    def scaled(self, share: float) -> "Size":
        """A part of the crowd, for as long."""
        return replace(
            self,
            reviewers=max(1, round(self.reviewers * share)),
            uploads_a_minute=self.uploads_a_minute * share,
            jobs_a_minute=self.jobs_a_minute * share,
        )


FULL = Size(
    reviewers=200, uploads_a_minute=50, jobs_a_minute=20, minutes=30, characters=20, variants=500
)
QUICK = Size(
    reviewers=10, uploads_a_minute=20, jobs_a_minute=20, minutes=0.1, characters=2, variants=70
)


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area; there are no rounds, for nothing is compared."""
    if not os.environ["DATABASE_URL"].startswith("postgres"):
        sys.exit("The crowd comes to production: DATABASE_URL=postgres://… script/bench crowd")
    if not shutil.which("nginx", path=PATH):
        sys.exit("The crowd comes through nginx, and there is none (apt-get install nginx-light).")
    cores = os.cpu_count() or 1
    size = QUICK if quick else FULL.scaled(min(1.0, cores / FULL_CORES))
    with _production(folder) as studio:
        admin = make.user("crowd-admin", ADMIN)
        project = make.project(admin, "Crowd")
        creators = [make.member(project, f"creator {n}", CREATOR) for n in range(CREATORS)]
        reviewers = [make.member(project, f"reviewer {n}", REVIEWER) for n in range(size.reviewers)]
        characters = [_character(creators[0], n, size) for n in range(size.characters)]
        crowd = Crowd(
            studio.address,
            reviewers,
            creators,
            project.pk,
            [character.pk for character in characters],
            make.workflow().pk,
        )
        seen = asyncio.run(crowd.come(size.minutes * 60, size.uploads_a_minute, size.jobs_a_minute))
        studio.until(studio.is_idle, "the last jobs", within_s=600)
        integrity = studio.manage("check_integrity")
        studio.end("production")
    return list(_rows(seen, size, cores, integrity.stdout.strip()))


@contextmanager
def _production(folder: Path) -> Iterator[Topology]:
    """The processes of the Procfile, on the data of this benchmark, and one sandbox."""
    with start_sandbox(step_ms=30) as sandbox:
        ours = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
        studio = Topology(folder, sandbox.url, STUDIO_WORKERS="none", LOG_LEVEL="WARNING", **ours)
        try:
            studio.prepare()
            studio.run()
            studio.until(studio.online, "the sweeper to find the sandbox")
            yield studio
        finally:
            studio.close()


def _character(creator: User, number: int, size: Size) -> Character:
    character = make.character(creator, creator.projects.get(), name=f"Jane {number}")
    make.ready(creator, character)
    gallery_rows.grow(creator, character, size.variants)
    copies = character.variants.exclude(pk=min(character.variants.values_list("pk", flat=True)))
    copies.update(job=None, request=None)  # which belong to the one that was copied
    return character


def _rows(seen: Seen, size: Size, cores: int, integrity: str) -> Iterator[Row]:
    took_ms = [ms for each in seen.pages_ms.values() for ms in each]
    yield Row(
        f"{size.reviewers} reviewers on {cores} cores, {size.minutes:g} min: {len(took_ms)} pages",
        _ms(took_ms),
        goal=f"p95 under {PAGE_MS} ms",
        met=p95(took_ms) < PAGE_MS,
    )
    for name, each in sorted(seen.pages_ms.items()):
        yield Row(f"page: {name}, {len(each)} times", _ms(each))
    yield Row(f"{len(seen.images_ms)} thumbnails", _ms(seen.images_ms))
    yield Row(f"{len(seen.uploads_ms)} uploads of 2 MP", _ms(seen.uploads_ms))
    yield Row(f"{len(seen.asked_ms)} requests of one candidate", _ms(seen.asked_ms))
    yield Row(
        "answers that were no success",
        ", ".join(f"{count} × {code}" for code, count in sorted(seen.refused.items())) or "none",
        goal="no 5xx",
        met=not any(code >= 500 for code in seen.refused),
    )
    yield Row(
        f"sockets still open of {size.reviewers}",
        f"{seen.sockets}, {seen.events} events heard",
        goal="all",
        met=seen.sockets == size.reviewers,
    )
    yield Row(
        "check_integrity",
        integrity.splitlines()[-1],
        goal="clean",
        met=integrity == "Everything holds.",
    )


def _ms(values: Sequence[float]) -> str:
    if not values:
        return "none"
    return f"{statistics.median(values):.0f} ms, p95 {p95(values):.0f} ms"
