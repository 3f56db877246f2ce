"""`manage.py evaluate_identity DIR`: how well a face model tells the people of a folder apart."""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from qa import accuracy, evaluating
from qa.errors import QAError
from qa.evaluating import TRUE_ACCEPTS, Judge, Scored
from qa.pairs import PairList, find_list, read_pairs

SHOWN = 5


class Command(BaseCommand):
    help = (
        "Score labelled pairs of pictures (CSV: file1,file2,same) and print AUC, accuracy, and "
        "false accepts at 95 % true accepts."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--pairs", type=Path, help="the list; else pairs.csv, or the only CSV file in DIR"
        )
        parser.add_argument("--model", help="a face model by its name; else the active one")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        parser.add_argument(
            "--workers", type=int, default=min(4, os.cpu_count() or 1), help="face readers at once"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            listed = read_pairs(options["pairs"] or find_list(folder), folder)
            judge = evaluating.judge_named(options["model"])
            workers = max(1, options["workers"])
            scored = evaluating.score_pairs(listed, judge, settings.MODELS_DIR, self._tell, workers)
        except QAError as error:
            raise CommandError(error.sentence) from error
        self._explain(listed, scored)
        figures = _figures(listed, judge, scored)
        if options["json"]:
            self.stdout.write(json.dumps(figures, indent=2))
        else:
            self.stdout.write(_table(figures))

    def _tell(self, done: int, total: int) -> None:
        ending = "\n" if done == total else ""
        self.stderr.write(f"\rReading faces: {done} of {total} pictures", ending=ending)
        self.stderr.flush()

    def _explain(self, listed: PairList, scored: Scored) -> None:
        """What was left out, by name; some of it, for a list can be long."""
        said = {"line not understood": listed.odd, **scored.lacking}
        for reason, items in said.items():
            for item in items[:SHOWN]:
                self.stderr.write(f"{reason}: {item}")
            if len(items) > SHOWN:
                self.stderr.write(f"{reason}: and {len(items) - SHOWN} more")


def _figures(listed: PairList, judge: Judge, scored: Scored) -> dict[str, Any]:
    """The figures by name. Raises CommandError where no pair of both sorts could be scored."""
    scores, same = scored.arrays
    counts = {
        "model": judge.name,
        "version": scored.version,
        "pairs": len(listed.pairs),
        "scored": len(scores),
        "same": int(same.sum()),
        "different": int((~same).sum()),
        "left_out": {
            "odd_rows": len(listed.odd),
            "missing_file": scored.left_out[evaluating.MISSING],
            "unreadable_file": scored.left_out[evaluating.UNREADABLE],
            "no_face": scored.left_out[evaluating.NO_FACE],
        },
        "pictures": len(listed.files),
        "pictures_with_several_faces": scored.several,
    }
    try:
        at_model = accuracy.cut_at(scores, same, judge.match)
        best = accuracy.best_cut(scores, same)
        accepting = accuracy.cut_accepting(scores, same, TRUE_ACCEPTS)
        area = accuracy.auc(scores, same)
    except ValueError as error:
        raise CommandError(
            f"Of {counts['pairs']} pairs {counts['same']} of one person and {counts['different']} "
            "of two people could be scored: some of both sorts are needed."
        ) from error
    return counts | {
        "auc": area,
        "threshold": judge.match,
        "accuracy": at_model.accuracy,
        "true_accepts": at_model.true_accepts,
        "false_accepts": at_model.false_accepts,
        "best_threshold": best.threshold,
        "best_accuracy": best.accuracy,
        "threshold_at_95": accepting.threshold,
        "false_accepts_at_95": accepting.false_accepts,
    }


def _table(figures: dict[str, Any]) -> str:
    left = ", ".join(f"{n} {why.replace('_', ' ')}" for why, n in figures["left_out"].items())
    lines = """\
Model          {model} {version}
Pairs          {pairs}, scored {scored} ({same} same, {different} different)
Left out       {left}
Pictures       {pictures}, {pictures_with_several_faces} with several faces (the largest counts)
AUC            {auc:.4f}
Accuracy       {accuracy:.4f} at the model's threshold {threshold:.3f} \
(true accepts {true_accepts:.4f}, false accepts {false_accepts:.4f})
Best accuracy  {best_accuracy:.4f} at {best_threshold:.3f} (in hindsight)
False accepts  {false_accepts_at_95:.4f} at 95 % true accepts (threshold {threshold_at_95:.3f})"""
    return lines.format(left=left, **figures)
