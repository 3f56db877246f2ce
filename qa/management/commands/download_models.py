"""`manage.py download_models`: puts the weights of a face model on disk; activates nothing."""

import shutil
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from qa.downloading import address, download, take
from qa.errors import DownloadFailed, FaceModelMissing
from qa.weights import WEIGHTS, locate

FETCHED = [model for model, weights in WEIGHTS.items() if weights.url]


class Command(BaseCommand):
    help = (
        "Put the weights of a face model into MODELS_DIR, with their checksum verified. A download "
        "that broke goes on where it ended. MODELS_MIRROR names another folder of the web to fetch "
        "from, HTTPS_PROXY and NO_PROXY the proxy."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", nargs="?", choices=FETCHED, default=FETCHED[0])
        parser.add_argument("--from", dest="file", type=Path, help="a file instead of the internet")

    def handle(self, *args: Any, model: str, file: Path | None, **options: Any) -> None:
        try:
            path = locate(WEIGHTS[model], settings.MODELS_DIR)
        except FaceModelMissing:
            path = self._put(model, file)
        else:
            self.stdout.write("It is there already.")
        self.stdout.write(
            f"{model}: {path}. Nothing uses it yet: an admin makes it active in the admin, or "
            f"manage.py reembed {model} moves the studio to it."
        )

    def _put(self, model: str, file: Path | None) -> Path:
        weights, bar = WEIGHTS[model], Bar(self.stdout)
        try:
            if file is not None:
                return take(weights, settings.MODELS_DIR, file, bar.show)
            url = address(weights, settings.MODELS_MIRROR)
            self.stdout.write(f"{weights.size_bytes / 1e6:.1f} MB from {url}")
            return download(weights, settings.MODELS_DIR, url, bar.show)
        except DownloadFailed as error:
            raise CommandError(f"{bar.break_off()}{error.sentence}") from error
        except OSError as error:
            said = f"{error.filename or settings.MODELS_DIR}: {error.strerror}"
            raise CommandError(f"{bar.break_off()}{said}") from error
        except KeyboardInterrupt:
            raise CommandError(f"{bar.break_off()}Stopped. Run it again to go on.") from None


class Bar:
    """A progress bar: one line that moves on a terminal, a line for each tenth elsewhere."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._moves = out.isatty()
        self._begun_at = time.monotonic()
        self._begun_with: int | None = None
        self._tenth = -1
        self._line_open = False

    def show(self, done: int, total: int) -> None:
        """Tell that `done` of `total` bytes are there."""
        if self._begun_with is None:
            self._begun_with = done
        tenth = done * 10 // total
        if self._moves or tenth != self._tenth:
            self._tenth = tenth
            self._write(self._line(done, total), last=done >= total)

    def break_off(self) -> str:
        """What has to stand before a sentence that ends the line."""
        return "\n" if self._line_open else ""

    def _write(self, line: str, *, last: bool) -> None:
        self._line_open = self._moves and not last
        before = "\r" if self._moves else ""
        self._out.write(f"{before}{line}", ending="" if self._line_open else "\n")
        self._out.flush()

    def _line(self, done: int, total: int) -> str:
        room = max(10, min(40, shutil.get_terminal_size().columns - 50))
        full = done * room // total
        passed_s = time.monotonic() - self._begun_at
        speed = (done - (self._begun_with or 0)) / passed_s if passed_s > 0 else 0.0
        left = f", {(total - done) / speed:.0f} s left" if speed > 0 and done < total else ""
        return (
            f"[{'#' * full}{'.' * (room - full)}] {done * 100 // total} %, "
            f"{done / 1e6:.1f} of {total / 1e6:.1f} MB, {speed / 1e6:.1f} MB/s{left}   "
        )
