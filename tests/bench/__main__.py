"""`python -m tests.bench AREA`: measures one area on data of its own and prints its table."""

import argparse
import importlib
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django
from django.core.management import call_command

from tests.bench.rows import table
from tests.bench.servers import own_database, private_redis

AREAS = ("crowd", "engine", "events", "faces", "gallery", "ingest", "pages", "qa", "search")
ROUNDS = 7


def main() -> int:
    """Set up a studio of our own, measure, print; 0 also where a goal was missed."""
    arguments = _parser().parse_args()
    given = os.environ.get("DATABASE_URL", "")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="likeness-bench-")))
        database = f"sqlite:///{folder / 'studio.sqlite3'}"
        if given.startswith("postgres"):
            database = stack.enter_context(own_database(given))
        os.environ.update(
            DATABASE_URL=database,
            REDIS_URL=stack.enter_context(private_redis()),
            VAR_DIR=str(folder),
            STUDIO_WORKERS="none",
            COMFYUI_URLS="",
            LOG_LEVEL="WARNING",
            DJANGO_SETTINGS_MODULE="studio.settings",
            OMP_NUM_THREADS="1",
            OPENBLAS_NUM_THREADS="1",
            VIPS_CONCURRENCY="1",
            BENCH_COMFYUI=arguments.comfyui,
            BENCH_DEVICE=arguments.device,
        )
        django.setup()
        call_command("migrate", verbosity=0)
        area = importlib.import_module(f"tests.bench.{arguments.area}")
        rounds = 1 if arguments.quick else arguments.rounds
        rows = area.measure(rounds, quick=arguments.quick, folder=folder)
    kind = "PostgreSQL" if given.startswith("postgres") else "SQLite"
    sys.stdout.write(f"\n{arguments.area}, on {kind}, {rounds} rounds\n\n{table(rows)}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("--quick", action="store_true", help="only see that everything runs")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="the median is of so many")
    parser.add_argument(
        "--comfyui", metavar="URL", default="", help="engine: a real server for the sandbox"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="faces: where")
    return parser


if __name__ == "__main__":
    sys.exit(main())
