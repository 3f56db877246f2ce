"""`manage.py sweep`: the sweeper as a process of its own (production)."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from jobs import attending
from jobs.sweeping import do_chores, keep_sweeping, sweep


class Command(BaseCommand):
    help = "Take up lost jobs and wake due queues, again and again until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            sweep(settings.JOB_POISON_LOSSES)
            do_chores()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        attending.attend("sweeper")
        keep_sweeping(stop, settings.JOB_SWEEP_S, settings.JOB_POISON_LOSSES)
