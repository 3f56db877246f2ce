"""`manage.py download_models`: puts the weights of a face model on disk; activates nothing."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from qa.downloading import download, take
from qa.errors import DownloadFailed, FaceModelMissing
from qa.weights import WEIGHTS, locate

FETCHED = [model for model, weights in WEIGHTS.items() if weights.url]


class Command(BaseCommand):
    help = "Put the weights of a face model into MODELS_DIR, with their checksum verified."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", nargs="?", choices=FETCHED, default=FETCHED[0])
        parser.add_argument("--from", dest="file", type=Path, help="a file instead of the internet")

    def handle(self, *args: Any, model: str, file: Path | None, **options: Any) -> None:
        weights = WEIGHTS[model]
        try:
            path = locate(weights, settings.MODELS_DIR)
        except FaceModelMissing:
            path = self._put(model, file)
        else:
            self.stdout.write("It is there already.")
        self.stdout.write(f"{model}: {path}. An admin makes it active in the admin.")

    def _put(self, model: str, file: Path | None) -> Path:
        try:
            if file is not None:
                return take(WEIGHTS[model], settings.MODELS_DIR, file, self._show)
            return download(WEIGHTS[model], settings.MODELS_DIR, self._show)
        except DownloadFailed as error:
            raise CommandError(error.sentence) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _show(self, done: int, total: int) -> None:
        self.stdout.write(f"\r{done * 100 // total} %", ending="\n" if done >= total else "")
        self.stdout.flush()
