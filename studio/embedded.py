"""The embedded default: workers and sweeper as threads of the server process."""

import fcntl
import logging
import sys
import threading
from pathlib import Path

import dramatiq
from django.conf import settings
from django.db import close_old_connections
from django.db.models import Q, Sum

from comfy_bridge.models import ComfyServer
from jobs.broker import broker
from jobs.models import QUEUES
from jobs.sweeping import sweep, take_up

log = logging.getLogger(__name__)


class Embedded:
    """In-process workers: one per queue, `comfy` with a thread per slot and one more."""

    def __init__(self, lock_file: Path) -> None:
        self._lock = lock_file.open("w")
        self._stop = threading.Event()
        self._workers: list[dramatiq.Worker] = []

    def start(self) -> None:
        """Lock the database for this process, take up what an earlier one left, start threads."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(
                "Another server with embedded workers runs on this database. Stop it first, or "
                "set STUDIO_WORKERS=none for this one."
            )
        take_up(Q(lease_owner__startswith="embedded:"))
        slots = ComfyServer.objects.aggregate(all=Sum("slots"))["all"] or 1
        for queue in QUEUES:
            threads = slots + 1 if queue == "comfy" else 1
            worker = dramatiq.Worker(
                broker, queues={queue}, worker_threads=threads, worker_timeout=100
            )
            worker.start()
            self._workers.append(worker)
        threading.Thread(target=self._sweep, name="sweeper", daemon=True).start()

    def _sweep(self) -> None:
        while not self._stop.is_set():
            close_old_connections()
            try:
                sweep()
            except Exception:
                log.exception("a round of the sweeper broke; the next one tries again")
            self._stop.wait(settings.JOB_SWEEP_S)


def start() -> Embedded:
    """Start the embedded workers of this process."""
    embedded = Embedded(settings.VAR_DIR / "workers.lock")
    embedded.start()
    return embedded
