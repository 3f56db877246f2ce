"""The registry of handlers, and running one job under its lease."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from structlog.contextvars import bound_contextvars

from jobs.claiming import Lease, Patience
from jobs.errors import Cancelled, GivenBack, LeaseLost, Retryable
from jobs.models import FOLLOWING_KINDS, QUEUES, QUIET_KINDS, Job, JobKind, JobQueue
from studio.lib.errors import StudioError

log = logging.getLogger(__name__)

Handler = Callable[[Lease], None]
Changed = Callable[[Job], None]

# A deadlock, a locked or restarted database: the same work may well go through a moment later.
DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass(frozen=True)
class Registered:
    """A kind of job: its queue, its handler, and what to do when it ends otherwise than well."""

    kind: str
    queue: str
    description: str
    handler: Handler
    on_change: Changed | None
    patience: Patience | None = None


_registry: dict[str, Registered] = {}


def handles(
    kind: str,
    queue: str,
    description: str,
    on_change: Changed | None = None,
    *,
    patience: Patience | None = None,
    quiet: bool = False,
    follows: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a handler; `quiet`: the tray and the live events leave its jobs out.

    `follows`: nobody asks for it alone, so that the tray does not keep those that went well.

    `on_change(job)` runs in the transaction that fails, cancels or retries the job. A handler
    ends its job by `with lease.finish(): …` around the rows that it writes. What it raises
    decides: LeaseLost writes nothing, GivenBack gives it back, Cancelled cancels, a StudioError
    with `permanent = False` and a busy database are tried again, everything else fails.
    """
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue!r}")

    def register(handler: Handler) -> Handler:
        _registry[kind] = Registered(kind, queue, description, handler, on_change, patience)
        if quiet:
            QUIET_KINDS.add(kind)
        if follows:
            FOLLOWING_KINDS.add(kind)
        return handler

    return register


def registered(kind: str) -> Registered:
    """The registration of a kind; KeyError when nothing handles it."""
    return _registry[kind]


def kinds() -> list[str]:
    """The kinds that this process can run; newer code beside it may know more."""
    return list(_registry)


def sync_kinds(using: str = "default") -> None:
    """One row per registered kind (after every migrate)."""
    for entry in _registry.values():
        JobKind.objects.using(using).update_or_create(
            name=entry.kind, defaults={"queue": entry.queue, "description": entry.description}
        )


def sync_queues(using: str = "default") -> None:
    """One row per queue; how an admin steers it is left as it is."""
    for name, description in QUEUES.items():
        JobQueue.objects.using(using).update_or_create(
            name=name, defaults={"description": description}
        )


def mirrored(write: Callable[[], Job]) -> Job:
    """Make a job's move, and in the same transaction let `on_change` follow it.

    An `on_change` that breaks is logged, and the move is made without it: no job hangs on that.
    """
    try:
        with transaction.atomic():
            job = write()
            entry = _registry.get(job.kind.name)
            if entry and entry.on_change:
                entry.on_change(job)
            return job
    except (LeaseLost, *DATABASE_AWAY):
        raise
    except Exception:
        log.exception("nothing could follow a job's move; the job moves alone")
    with transaction.atomic():
        return write()


def run(lease: Lease) -> None:
    """Run the job's handler to its end; every way of ending is one fenced write."""
    job = lease.job
    known = {
        "job_id": job.pk,
        "kind": job.kind.name,
        "queue": job.queue,
        "attempt": job.attempts,
        "fence": job.fence,
    }
    with bound_contextvars(**known), lease.beating():
        log.info("job %s (%s) starts", job.pk, job.kind.name)
        try:
            write = _outcome(lease)
            if write:
                mirrored(write)
        except LeaseLost:
            log.warning("job %s: the lease was lost; nothing was written", lease.job.pk)
        except DATABASE_AWAY:
            log.exception("job %s: its end was not written; the sweeper takes it up", lease.job.pk)
            close_old_connections()


def _outcome(lease: Lease) -> Callable[[], Job] | None:
    """How it ended, to be written; None when the handler wrote it. Raises LeaseLost."""
    kind = lease.job.kind.name
    try:
        lease.check_cancel()
        entry = registered(kind)
        lease.patience = entry.patience or lease.patience
        entry.handler(lease)
        lease.require_finished()
    except LeaseLost:
        raise
    except GivenBack:
        return lease.give_back
    except Cancelled as error:
        return partial(lease.cancelled, error)
    except StudioError as error:
        return partial(lease.failed if error.permanent else lease.retry_or_fail, error)
    except DATABASE_AWAY:
        log.warning("job %s (%s): the database did not answer", lease.job.pk, kind, exc_info=True)
        close_old_connections()
        away = Retryable("The database was busy or away for a moment.", code="database_away")
        return partial(lease.retry_or_fail, away)
    except Exception:
        log.exception("job %s (%s) broke", lease.job.pk, kind)
        broken = StudioError(
            "Something unexpected went wrong; the log has the details. Try again.",
            code="internal_error",
        )
        return partial(lease.failed, broken)
    return None
