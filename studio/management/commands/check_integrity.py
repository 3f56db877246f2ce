"""`manage.py check_integrity [--repair] [--read-files]`: exit code 0 only when nothing is wrong."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.integrity import GRACE, faults


class Command(BaseCommand):
    help = "Check every invariant of the rows, and that each row's files are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend what can be mended")
        parser.add_argument("--read-files", action="store_true", help="hash every original again")
        parser.add_argument(
            "--grace-s",
            type=float,
            default=GRACE.total_seconds(),
            help="age in seconds below which a file that no row names is left alone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        grace = timedelta(seconds=options["grace_s"])
        left = 0
        for fault in faults(grace=grace, read_files=options["read_files"]):
            mended = options["repair"] and fault.mend is not None
            if mended and fault.mend:
                fault.mend()
            else:
                left += 1
            self.stdout.write(f"{'mended' if mended else 'WRONG '} {fault.code}: {fault.sentence}")
        if left:
            raise CommandError(f"{left} things are wrong.")
        self.stdout.write("Everything holds.")
