"""`manage.py calibrate`: fits the bands of a face model to labelled pairs, or to decisions."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity import labelling
from qa import accuracy, calibrating, calibration, evaluating, plots
from qa.accuracy import Labels, Scores
from qa.errors import QAError
from qa.models import EmbeddingModel
from qa.pairs import find_list, read_pairs


class Command(BaseCommand):
    help = (
        "Fit the limits of match and check to labelled pairs (CSV: file1,file2,same), or to what "
        "the studio approved and rejected for identity drift; stores them with the face model."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", metavar="DIR")
        parser.add_argument(
            "--pairs", type=Path, help="the list; else pairs.csv, or the only CSV file in DIR"
        )
        parser.add_argument("--from-decisions", action="store_true", help="instead of a folder")
        parser.add_argument("--model", help="a face model by its name; else the active one")
        parser.add_argument("--picture", type=Path, help="where the plots go (PNG)")
        parser.add_argument("--dry-run", action="store_true", help="store nothing")

    def handle(self, *args: Any, folder: Path | None, **options: Any) -> None:
        if (folder is None) is not options["from_decisions"]:
            raise CommandError("Name a folder with labelled pairs, or say --from-decisions.")
        try:
            judge = evaluating.judge_named(options["model"])
            if folder is None:
                model = _model(judge.name)
                scores, same = labelling.labelled(model)
            else:
                scores, same, version = self._scored(folder, options["pairs"], judge)
                model = _model(judge.name, version)
            fit = calibration.fit(scores, same)
        except QAError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(
            f"{model}: match from {fit.match:.3f}, check from {fit.check:.3f}; AUC {fit.auc:.4f}, "
            f"Brier {fit.brier:.4f}; {fit.same} pairs of one person, {fit.different} of two."
        )
        path = options["picture"] or _place(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        title = f"{model}, {timezone.localdate():%d %B %Y}"
        plots.picture(fit, accuracy.cuts(scores, same), title).save(path, "PNG")
        self.stdout.write(f"The plots are in {path}.")
        if options["dry_run"]:
            self.stdout.write("Nothing is stored.")
            return
        calibrating.store(model, fit, "pairs" if folder else "decisions")
        self.stdout.write("The limits are stored; likenesses are judged again by them.")

    def _scored(
        self, folder: Path, pairs: Path | None, judge: evaluating.Judge
    ) -> tuple[Scores, Labels, str]:
        listed = read_pairs(pairs or find_list(folder), folder)
        scored = evaluating.score_pairs(listed, judge, settings.MODELS_DIR, self._tell)
        left = {**scored.left_out, "line not understood": len(listed.odd)}
        said = ", ".join(f"{count} × {reason}" for reason, count in left.items() if count)
        if said:
            self.stderr.write(f"Left out: {said}.")
        return *scored.arrays, scored.version

    def _tell(self, done: int, total: int) -> None:
        ending = "\n" if done == total else ""
        self.stderr.write(f"\rReading faces: {done} of {total} pictures", ending=ending)
        self.stderr.flush()


def _model(name: str, version: str = "") -> EmbeddingModel:
    """The row of a model, in the version that read the pictures."""
    rows = EmbeddingModel.objects.filter(name=name)
    if version:
        rows = rows.filter(version=version)
    row = rows.order_by("-is_active", "-pk").first()
    if row is None:
        raise CommandError(f"The studio has no face model {name} {version}: run migrate first.")
    return row


def _place(model: EmbeddingModel) -> Path:
    day = timezone.localdate().isoformat()
    return Path(settings.VAR_DIR) / "calibration" / f"{model.name}-{model.version}-{day}.png"
