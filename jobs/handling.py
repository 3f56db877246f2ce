"""The registry of handlers, and running one job under its lease."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from jobs.claiming import Lease
from jobs.errors import Cancelled, LeaseLost
from jobs.models import QUEUES, Job, JobKind
from studio.lib.errors import StudioError

log = logging.getLogger(__name__)

Handler = Callable[[Lease], None]
Changed = Callable[[Job], None]


@dataclass(frozen=True)
class Registered:
    """A kind of job: its queue, its handler, and what to do when it ends otherwise than well."""

    kind: str
    queue: str
    description: str
    handler: Handler
    on_change: Changed | None


_registry: dict[str, Registered] = {}


def handles(
    kind: str, queue: str, description: str, on_change: Changed | None = None
) -> Callable[[Handler], Handler]:
    """Register a handler; `on_change(job)` runs in the transaction that fails, cancels or retries it.

    A handler ends its job by `with lease.finish(): …` around the rows that it writes. What it
    raises decides: LeaseLost writes nothing, Cancelled cancels, a StudioError with
    `permanent = False` is tried again, everything else fails.
    """
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue!r}")

    def register(handler: Handler) -> Handler:
        _registry[kind] = Registered(kind, queue, description, handler, on_change)
        return handler

    return register


def registered(kind: str) -> Registered:
    """The registration of a kind; KeyError when nothing handles it."""
    return _registry[kind]


def sync_kinds(using: str = "default") -> None:
    """One row per registered kind (after every migrate)."""
    for entry in _registry.values():
        JobKind.objects.using(using).update_or_create(
            name=entry.kind, defaults={"queue": entry.queue, "description": entry.description}
        )


def run(lease: Lease) -> None:
    """Run the job's handler to its end; every way of ending is one fenced write."""
    entry = registered(lease.job.kind.name)
    with lease.beating():
        try:
            lease.check_cancel()
            entry.handler(lease)
            lease.require_finished()
        except LeaseLost:
            log.warning("job %s: the lease was lost; nothing was written", lease.job.pk)
        except Cancelled as error:
            _end(entry, lease, lambda: lease.cancelled(error))
        except StudioError as error:
            known = error
            if error.permanent:
                _end(entry, lease, lambda: lease.failed(known))
            else:
                _end(entry, lease, lambda: lease.retry_or_fail(known))
        except Exception:
            log.exception("job %s (%s) broke", lease.job.pk, entry.kind)
            broken = StudioError(
                "Something unexpected went wrong; the log has the details. Try again.",
                code="internal_error",
            )
            _end(entry, lease, lambda: lease.failed(broken))


def _end(entry: Registered, lease: Lease, write: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            write()
            if entry.on_change:
                entry.on_change(Job.objects.get(pk=lease.job.pk))
    except LeaseLost:
        log.warning("job %s: the lease was lost; nothing was written", lease.job.pk)
