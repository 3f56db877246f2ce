"""`script/bench ingest`: from bytes to renditions and files, beside libvips doing the same.

Both sides hash, strip by the product's scan, decode once, make three WebP thumbnails and store
the same five files the same way, each on one core. Only the product decodes in a limited child.
"""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pyvips

from studio.lib.files import put_all
from studio.lib.pictures import SCANS, ImageRefused, Picture, close_decoder
from studio.lib.rendering import Order, render
from studio.lib.scans.structure import Structure
from tests.bench import vips_ingest
from tests.bench.ingest_pictures import SORTS, Sort, damaged
from tests.bench.rounds import in_turns, one_core
from tests.bench.rows import Row, least
from tests.bench.servers import ROOT, ended
from tests.bench.taking_in import LIMITS, files, store, vetted

USUAL = SORTS[1]


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    count = 1 if quick else 3
    rows, refused = [], []
    with one_core():
        for sort in SORTS:
            data = sort.data()
            rows += _beside_libvips(sort, data, rounds, count)
            refused += [_refused(sort, broken) for broken in damaged(sort, data)]
        rows += [_refusals(refused), *_besides(USUAL.data(), folder, rounds, count)]
        close_decoder()  # the next one may use every core
    file = folder / "picture"
    file.write_bytes(USUAL.data())
    return [*rows, _two_workers(file, rounds, 2 if quick else 20)]


def _beside_libvips(sort: Sort, data: bytes, rounds: int, count: int) -> list[Row]:
    picture = vetted(data)

    def peer() -> list[tuple[str, bytes]]:
        """What libvips makes takes the places of the product's own files."""
        hashlib.sha256(data).hexdigest()
        structure = SCANS[sort.kind](data, LIMITS)
        made = vips_ingest.renditions(data, sort.kind)
        keys = [key for key, _ in files(picture)]
        return list(zip(keys, [data, structure.image, *made], strict=True))

    found = in_turns(
        rounds,
        {
            "product": lambda: _each(count, lambda: vetted(data)),
            "libvips": lambda: _each(count, peer),
            "product, stored": lambda: _each(count, lambda: store(vetted(data))),
            "libvips, stored": lambda: _each(count, lambda: put_all(peer())),
        },
    )
    return [
        least(
            f"{sort.name}, {what}",
            f"{1 / found.median(mine):.1f} a second",
            f"{1 / found.median(other):.1f} a second (libvips)",
            found.ratio(other, mine),
            0.8,
        )
        for what, mine, other in (
            ("in memory", "product", "libvips"),
            ("with its files", "product, stored", "libvips, stored"),
        )
    ]


def _refused(sort: Sort, data: bytes) -> tuple[bool, bool]:
    """Whether the product refuses a damaged file, and whether libvips does."""
    mine = other = False
    try:
        vetted(data)
    except ImageRefused:
        mine = True
    try:
        vips_ingest.renditions(data, sort.kind)
    except pyvips.Error:
        other = True
    return mine, other


def _refusals(refused: list[tuple[bool, bool]]) -> Row:
    return Row(
        f"{len(refused)} damaged files",
        f"{sum(mine for mine, _ in refused)} refused",
        f"{sum(other for _, other in refused)} refused (libvips)",
        goal="all that libvips refuses",
        met=all(mine or not other for mine, other in refused),
    )


def _besides(data: bytes, folder: Path, rounds: int, count: int) -> list[Row]:
    """What the product does more than others would: the child, and the proof of each file."""
    picture, structure = vetted(data), SCANS[USUAL.kind](data, LIMITS)
    found = in_turns(
        rounds,
        {
            "child": lambda: _each(count, lambda: vetted(data)),
            "here": lambda: _each(count, lambda: _rendered_here(data, structure)),
            "proven": lambda: _each(count, lambda: store(picture)),
            "plain": lambda: _each(count, lambda: _written(picture, folder)),
        },
    )
    return [
        Row(
            f"{USUAL.name}: {what}",
            f"{found.median(mine) * 1e3:.1f} ms",
            f"{found.median(other) * 1e3:.1f} ms ({how})",
            found.ratio(mine, other),
        )
        for what, mine, how, other in (
            ("decoding in the limited child", "child", "in the same process", "here"),
            ("five files synced, read back and hashed", "proven", "only written", "plain"),
        )
    ]


def _rendered_here(data: bytes, structure: Structure) -> None:
    hashlib.sha256(data).hexdigest()
    SCANS[USUAL.kind](data, LIMITS)
    order = Order(
        structure.format,
        structure.width,
        structure.height,
        structure.orientation,
        structure.is_16_bit,
        structure.is_lossless,
        structure.is_one_scan,
    )
    render(order, structure.image, structure.icc)


def _written(picture: Picture, folder: Path) -> None:
    for number, (_, data) in enumerate(files(picture)):
        (folder / f"plain-{number}").write_bytes(data)


def _two_workers(file: Path, rounds: int, count: int) -> Row:
    """Two processes with a decoding child each, beside one."""
    command = [sys.executable, "-m", "tests.bench.ingest_worker", str(file)]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                ended(
                    subprocess.Popen(
                        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                    )
                )
            )
            for _ in range(2)
        ]
        _seconds(workers, 1)
        found = in_turns(
            rounds,
            {
                "one": lambda: _seconds(workers[:1], count) / count,
                "two": lambda: _seconds(workers, count) / count / 2,
            },
        )
    return least(
        f"{USUAL.name}, two worker processes",
        f"{1 / found.median('two'):.1f} a second",
        f"{1 / found.median('one'):.1f} a second (one)",
        found.ratio("one", "two"),
        1.7,
    )


def _seconds(workers: "list[subprocess.Popen[bytes]]", count: int) -> float:
    """Seconds until each of them, at the same time, has taken in `count` pictures."""
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"%d\n" % count)
        worker.stdin.flush()
    return max(float(worker.stdout.readline()) for worker in workers if worker.stdout)


def _each(count: int, take: Callable[[], object]) -> float:
    """Seconds a time."""
    begun = time.monotonic()
    for _ in range(count):
        take()
    return (time.monotonic() - begun) / count
