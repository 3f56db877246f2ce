"""Restarting a ComfyUI server by its hook: its work goes back to the queue, nothing is lost."""

import threading
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from audit.recording import record
from comfy_bridge import health, hooks
from comfy_bridge.addresses import Network
from comfy_bridge.hooks import Ran
from comfy_bridge.models import OPEN, ComfyServer, Submission
from comfy_bridge.submissions import abandon
from jobs.actors import TIMING
from jobs.claiming import Lease
from jobs.errors import LeaseLost
from jobs.handling import mirrored
from jobs.models import Job, JobStatus
from people.access import require
from people.models import User
from variants.models import ImageVariant

# Longer than a hook may take; it ends by itself, should this process be killed meanwhile.
HOLD_S = hooks.LIMIT_S + 30.0


def restart(
    actor: User, server: ComfyServer, folder: Path | None, networks: Sequence[Network]
) -> Ran:
    """Run the server's hook while it gets no work, give back what it had, and ask how it is.

    It takes as long as the hook, at most a minute. Raises HookMissing.
    """
    require(actor, "server.restart")
    hook = hooks.find(folder, server.restart_hook)
    why = f"It is being restarted by {actor}."
    with transaction.atomic():
        health.hold(server, HOLD_S, why)
        record(actor, "comfy_server.restart", server, after={"hook": hook.name})
    given_back = relieve(server, why)
    ran = hooks.run(hook, server.name, server.url)
    record(
        actor,
        "comfy_server.restarted",
        server,
        after={"hook": hook.name, "status": ran.status, "given_back": given_back},
    )
    health.trust(server)
    health.check(server, networks, catalog_too=True)
    return ran


def relieve(server: ComfyServer, why: str) -> int:
    """Send the server's running jobs back to the queue and close its submissions; how many jobs.

    Whoever runs one of them notices that the job is no longer theirs, and writes nothing more.
    """
    count = 0
    for submission in Submission.objects.filter(server=server, status_id__in=OPEN):
        with transaction.atomic():
            # The job first: its holder, too, holds the job before it writes of the submission.
            followed = ImageVariant.objects.filter(submission=submission).values("job_id")
            running = Job.objects.filter(pk__in=followed, status_id=JobStatus.RUNNING)
            count += sum(_give_back(job) for job in running.select_related("kind"))
            abandon(Submission.objects.select_for_update().get(pk=submission.pk), why)
    return count


def _give_back(job: Job) -> bool:
    """In its holder's place; no attempt is used up, and no worker counts as lost."""
    try:
        mirrored(Lease(job, TIMING, threading.Event()).give_back)
    except LeaseLost:
        return False  # it ended, or went to somebody else, this moment
    return True
