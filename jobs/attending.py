"""Which processes are there: each reports itself from a thread of its own, by the database clock.

A row says who is seen, never who may work: that is the lease's affair.
"""

import atexit
import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import dramatiq
from django.db import Error, close_old_connections, connections
from django.db.models import BigIntegerField, Case, Exists, OuterRef, QuerySet, When
from django.db.models.functions import Now

from jobs.models import QUEUES, Job, JobStatus, Worker, WorkerStatus
from jobs.sweeping import chore
from studio.lib import figures

log = logging.getLogger(__name__)

BEAT_S = 5.0
STALE_AFTER = timedelta(seconds=15)
OFFLINE_AFTER = timedelta(seconds=60)
KEPT = timedelta(days=1)


def name_of_process(kind: str) -> str:
    """A name for this process that no other has had: `kind:host:pid:random`."""
    return f"{kind}:{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class Attendance:
    """The row of one process, and the thread that renews it."""

    def __init__(self, kind: str, owner: str = "") -> None:
        self.pid = os.getpid()
        self.kind = kind
        self.owner = owner or name_of_process(kind)
        self.queues: set[str] = set()
        self._written: figures.Snapshot = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_beating, name="attendance", daemon=True)

    def start(self) -> None:
        """Report from now on, until the process ends or `leave` is called."""
        atexit.register(self.leave)
        self._thread.start()

    def beat(self) -> None:
        """Report once: there, busy or not, and what was counted since the last time."""
        changes: dict[str, Any] = {"queues": sorted(self.queues)}
        counted = figures.snapshot()
        if counted != self._written:
            changes["figures"] = counted
        holds = Job.objects.filter(status_id=JobStatus.RUNNING, lease_owner=OuterRef("owner"))
        status = Case(
            When(Exists(holds), then=WorkerStatus.BUSY.value),
            default=WorkerStatus.ONLINE.value,
            output_field=BigIntegerField(),
        )
        mine = Worker.objects.filter(owner=self.owner)
        if not mine.update(last_seen_at=Now(), status_id=status, **changes):
            Worker.objects.create(
                owner=self.owner,
                kind=self.kind,
                host=socket.gethostname(),
                pid=self.pid,
                **{"figures": counted, **changes},
            )
        self._written = counted

    def leave(self) -> None:
        """The process ends: say so, once."""
        if self._stop.is_set() or os.getpid() != self.pid:
            return
        self._stop.set()
        try:
            Worker.objects.filter(owner=self.owner).update(
                status_id=WorkerStatus.OFFLINE, last_seen_at=Now(), figures=figures.snapshot()
            )
        except Error:
            log.warning("%s could not say that it ends; it will count as stale", self.owner)

    def _keep_beating(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self.beat()
                except Error:
                    log.warning("%s could not report that it is there", self.owner, exc_info=True)
                    close_old_connections()
                self._stop.wait(BEAT_S)
        finally:
            connections.close_all()


_lock = threading.Lock()
_attendance: Attendance | None = None


def attend(kind: str, owner: str = "", queues: Iterable[str] = ()) -> None:
    """Let this process report itself; called again it only adds queues.

    A forked child is a process of its own.
    """
    global _attendance  # noqa: PLW0603  there is one process, so there is one attendance
    with _lock:
        mine = _attendance
        if mine is None or mine.pid != os.getpid():
            mine = _attendance = Attendance(kind, owner)
            mine.queues.update(queues)
            mine.start()
        mine.queues.update(queues)


def leave() -> None:
    """The process ends."""
    if _attendance is not None:
        _attendance.leave()


def own_name() -> str:
    """The name under which this process reports itself; "" when it does not."""
    mine = _attendance
    return mine.owner if mine is not None and mine.pid == os.getpid() else ""


class Present(dramatiq.Middleware):
    """A process that runs workers reports itself and the queues that they serve."""

    def __init__(self, kind: str, owner: str) -> None:
        self.kind = kind
        self.owner = owner

    def after_worker_boot(self, broker: Any, worker: Any) -> None:
        attend(self.kind, self.owner, worker.consumer_whitelist or QUEUES)

    def after_worker_shutdown(self, broker: Any, worker: Any) -> None:
        leave()


def seen() -> QuerySet[Worker]:
    """The processes that reported lately, whether or not a sweeper runs to judge them."""
    return Worker.objects.filter(last_seen_at__gt=Now() - STALE_AFTER).exclude(
        status_id=WorkerStatus.OFFLINE
    )


@chore
def judge() -> None:
    """Mark who has gone silent, and forget who has been gone for a day."""
    there = (WorkerStatus.ONLINE, WorkerStatus.BUSY)
    Worker.objects.filter(status_id__in=there, last_seen_at__lt=Now() - STALE_AFTER).update(
        status_id=WorkerStatus.STALE
    )
    Worker.objects.filter(
        status_id=WorkerStatus.STALE, last_seen_at__lt=Now() - OFFLINE_AFTER
    ).update(status_id=WorkerStatus.OFFLINE)
    Worker.objects.filter(last_seen_at__lt=Now() - KEPT).delete()
