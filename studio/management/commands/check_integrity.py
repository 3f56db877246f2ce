"""`manage.py check_integrity`: ends with exit code 1 while something is wrong."""

import json
from argparse import ArgumentParser
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studio.integrity import GRACE, faults
from studio.invariants.fault import Fault
from studio.lib.errors import StudioError


class Command(BaseCommand):
    help = "Check every invariant of the rows, and that each row's files are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="mend what can be mended")
        parser.add_argument("--read-files", action="store_true", help="hash every file again")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
        parser.add_argument(
            "--grace-s",
            type=float,
            default=GRACE.total_seconds(),
            help="age in seconds below which a file that no row names is left alone; with "
            "--repair keep it longer than an upload takes, unless the studio is stopped",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        grace = timedelta(seconds=options["grace_s"])
        found: list[dict[str, object]] = []
        try:
            for fault in faults(grace=grace, read_files=options["read_files"]):
                mended, why_not = _mend(fault) if options["repair"] else (False, "")
                row = {"code": fault.code, "sentence": fault.sentence, "mended": mended}
                found.append({**row, "mendable": fault.mend is not None, "why_not": why_not})
                if not options["json"]:
                    word = "mended" if mended else "WRONG "
                    self.stdout.write(f"{word} {fault.code}: {fault.sentence} {why_not}".rstrip())
        except OSError as error:
            raise CommandError(f"The storage did not answer: {error}") from error
        left = Counter(str(row["code"]) for row in found if not row["mended"])
        if options["json"]:
            self.stdout.write(json.dumps({"left": left.total(), "faults": found}))
        if left:
            named = ", ".join(f"{count} {code}" for code, count in sorted(left.items()))
            raise CommandError(f"{left.total()} things are wrong: {named}.")
        if not options["json"]:
            self.stdout.write("Everything holds.")


def _mend(fault: Fault) -> tuple[bool, str]:
    """Whether it was mended, and if not, why."""
    if fault.mend is None:
        return False, "It takes a person: nothing here can tell what is right."
    try:
        done = fault.mend()
    except (StudioError, OSError) as error:
        return False, f"It was not mended: {error}"
    if done is False:
        return False, "It was not mended: what it would be made from is gone or damaged too."
    return True, ""
