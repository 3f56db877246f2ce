"""The embedded default: workers and sweeper as threads of the server process."""

import fcntl
import logging
import sys
import threading
from pathlib import Path

import dramatiq
from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum

from comfy_bridge import pool
from comfy_bridge.models import ComfyServer
from jobs.broker import broker
from jobs.models import QUEUES
from jobs.sweeping import keep_sweeping, take_up
from studio.lib.errors import StudioError

# A thread that waits is woken by its message at once; this is only how often it looks around.
LOOK_AROUND_MS = 1000
# Here every job is lost with the server, however innocent, and people do end and start it: a job
# has to be there this many times oftener than one in a worker process before it is blamed.
RESTARTS = 5


class Embedded:
    """In-process workers: one per queue; `comfy` with two threads a slot, for what it runs and what
    waits there, `gpu` with one for each image that may go through the face models together."""

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
        take_up(Q(lease_owner__startswith="embedded:"), settings.JOB_POISON_LOSSES * RESTARTS)
        try:
            pool.register_urls(settings.COMFYUI_URLS)
        except StudioError as error:
            sys.exit(f"COMFYUI_URLS: {error.sentence}")
        # It warns of several workers in one process, which is what is meant here.
        logging.getLogger("dramatiq.broker.StubBroker").setLevel(logging.ERROR)
        slots = ComfyServer.objects.filter(paused=False).aggregate(all=Sum("slots"))["all"] or 1
        for queue in QUEUES:
            threads = {"comfy": 2 * slots, "gpu": settings.GPU_THREADS}.get(queue, 1)
            worker = dramatiq.Worker(
                broker, queues={queue}, worker_threads=threads, worker_timeout=LOOK_AROUND_MS
            )
            worker.start()
            self._workers.append(worker)
        sweeping = (self._stop, settings.JOB_SWEEP_S, settings.JOB_POISON_LOSSES)
        threading.Thread(target=keep_sweeping, args=sweeping, name="sweeper", daemon=True).start()


def lock_file() -> Path:
    """Beside a SQLite database, whatever folder the server calls its own; else in that folder."""
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"])).absolute()
        return database.with_name(f"{database.name}.workers.lock")
    return Path(settings.VAR_DIR) / "workers.lock"


def start() -> Embedded:
    """Start the embedded workers of this process."""
    embedded = Embedded(lock_file())
    embedded.start()
    return embedded
