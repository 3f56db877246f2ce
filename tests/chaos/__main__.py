"""`python -m tests.chaos`: what script/chaos runs."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos import services
from tests.chaos.approving import WEB, approve_at_once, with_candidates
from tests.chaos.faults import WEIGHTS, WEIGHTS_OF_SERVICES, plan
from tests.chaos.load import Load
from tests.chaos.run import Run
from tests.chaos.studio import Studio

TOPOLOGIES = ("embedded", "production")
KINDS = (*WEIGHTS, *WEIGHTS_OF_SERVICES)


def main() -> int:
    """Break the product on purpose and prove that nothing was lost; 1 when anything was."""
    arguments = _parser().parse_args()
    if arguments.approvals:
        return 0 if _approve(arguments.approvals, arguments.candidates) else 1
    chosen = [arguments.topology] if arguments.topology else list(TOPOLOGIES)
    if "production" in chosen and (reason := services.missing()):
        print(f"production is not run: {reason}")
        chosen.remove("production")
    points = -(-arguments.points // max(len(chosen), 1))
    clean = [_run(name, points, arguments) for name in chosen]
    return 0 if clean and all(clean) else 1


def _run(topology: str, points: int, arguments: argparse.Namespace) -> bool:
    again = f"script/chaos --points {points} --seed {arguments.seed} --topology {topology}"
    more = f" --only {' '.join(arguments.only)}" if arguments.only else ""
    print(f"{topology}: {points} points; the same again: {again} --batch {arguments.batch}{more}")
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    began = time.monotonic()
    production = topology == "production"
    faults = plan(arguments.seed, points, production=production, only=arguments.only)
    with (
        Studio(folder, production=production) as studio,
        Load(studio, arguments.seed, arguments.in_flight) as load,
    ):
        outcome = Run(load, tell=print).go(faults, arguments.batch)
    minutes = (time.monotonic() - began) / 60
    print(f"{topology}, seed {arguments.seed}, {minutes:.1f} min")
    print(outcome.figures(load.ledger.answers))
    if outcome.wrong:
        print(f"The data and logs of this run are kept: {folder}")
    else:
        shutil.rmtree(folder)
    return not outcome.wrong


def _approve(rounds: int, candidates: int) -> bool:
    if reason := services.missing():
        print(f"not run: {reason}")
        return False
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        Studio(Path(folder), production=True, **WEB) as studio,
    ):
        character = with_candidates(studio, candidates)
        began = time.monotonic()
        found = asyncio.run(approve_at_once(studio, character, rounds, tell=print))
        minutes = (time.monotonic() - began) / 60
        integrity = studio.manage("check_integrity").stdout.strip()
    print(f"{found.rounds} rounds, {candidates} approvals at once over 20 connections each")
    print(f"{dict(found.told)}, wrong {len(found.wrong)}, {minutes:.1f} min; {integrity}")
    for sentence in found.wrong[:20]:
        print(f"    WRONG: {sentence}")
    return not found.wrong and integrity == "Everything holds."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="script/chaos", description=main.__doc__)
    parser.add_argument("--points", type=int, default=50, help="faults in all (default: 50)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="replays a run")
    parser.add_argument("--topology", choices=TOPOLOGIES, help="one alone (default: half each)")
    parser.add_argument(
        "--only", nargs="+", default=[], choices=KINDS, help="these kinds of faults alone"
    )
    parser.add_argument("--batch", type=int, default=25, help="points between two proofs")
    parser.add_argument("--in-flight", type=int, default=20, help="variants asked for at a time")
    parser.add_argument(
        "--approvals", type=int, default=0, metavar="ROUNDS",
        help="instead: so many rounds of approvals of different candidates at once",
    )  # fmt: skip
    parser.add_argument("--candidates", type=int, default=200, help="approved at once in a round")
    return parser


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main())
