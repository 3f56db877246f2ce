"""`manage.py backup PLACE`: database and files, while the studio works."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.backups.making import make
from studio.lib.errors import StudioError


class Command(BaseCommand):
    help = (
        "Back up database and files to a folder (brought up to date when it holds a backup), or "
        "to one file when PLACE ends with .tar. Passwords are in it as hashes: keep it safe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("place", type=Path)
        parser.add_argument(
            "--with-secrets", action="store_true", help="the signing keys of VAR_DIR too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = os.umask(0o077)
        try:
            made = make(options["place"], with_secrets=options["with_secrets"])
        except (StudioError, OSError) as error:
            raise CommandError(f"There is no new backup: {error}") from error
        finally:
            os.umask(before)
        self.stdout.write(
            f"{options['place']}: the database and {made.file_count} files, "
            f"{made.file_bytes / 1e6:.1f} MB, of {made.made_at}."
        )
