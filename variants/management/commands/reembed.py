"""`manage.py reembed MODEL`: moves the studio to another face model, in the background."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qa.errors import QAError
from qa.models import EmbeddingModel
from qa.weights import WEIGHTS
from variants.reembedding import going, move

LOOK_EVERY_S = 1.0


class Command(BaseCommand):
    help = (
        "Let another face model read every stored face as jobs of the gpu queue, then make it the "
        "active one and measure every likeness anew. What was interrupted goes on by "
        "itself; asked again it asks for what is missing. Cancelling its jobs stops it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("model", choices=list(WEIGHTS))
        parser.add_argument("--wait", action="store_true", help="stay until it is done")

    def handle(self, *args: Any, model: str, wait: bool, **options: Any) -> None:
        chosen = EmbeddingModel.objects.filter(name=model).latest("pk")
        try:
            jobs = move(None, chosen)
        except QAError as error:
            raise CommandError(error.sentence) from error
        chosen.refresh_from_db()
        if chosen.is_active:
            self.stdout.write(
                f"{chosen} is the studio's face model. Jobs that measure by it: {len(jobs)}."
            )
        else:
            self.stdout.write(
                f"Jobs asked for: {len(jobs)}. They read every stored face; then {chosen} becomes "
                "the studio's face model and likeness is measured anew. "
                "The tray and the page of jobs show how far they are."
            )
        if wait:
            self._wait(chosen)

    def _wait(self, model: EmbeddingModel) -> None:
        """Tell how far it is until no job of the move is open. Needs a worker that runs."""
        said = ""
        mine = going().filter(args__model_id=model.pk).select_related("project").order_by("pk")
        while jobs := list(mine.all()):
            line = ", ".join(f"{job.project}: {job.title} {job.percent} %" for job in jobs)
            if line != said:
                self.stdout.write(line)
            said = line
            time.sleep(LOOK_EVERY_S)
        model.refresh_from_db()
        if not model.is_active:
            raise CommandError("A job of the move failed or was cancelled: see the jobs page.")
        self.stdout.write(f"{model} is the studio's face model, and everything is measured by it.")
