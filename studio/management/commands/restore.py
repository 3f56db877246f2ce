"""`manage.py restore PLACE`: brings a backup back and checks every invariant at the end."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from studio.backups.restoring import restore
from studio.lib.errors import StudioError


class Command(BaseCommand):
    help = "Restore a backup into an empty database and storage. Stop the studio first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", type=Path)
        parser.add_argument(
            "--force", action="store_true", help="replace a database that is not empty"
        )
        parser.add_argument(
            "--with-secrets", action="store_true", help="the signing keys into VAR_DIR too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restore(
                options["place"],
                self.stdout.write,
                force=options["force"],
                with_secrets=options["with_secrets"],
            )
        except (StudioError, OSError) as error:
            raise CommandError(str(error)) from error
        call_command("check_integrity", read_files=True, stdout=self.stdout)
