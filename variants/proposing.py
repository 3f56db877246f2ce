"""Asking for a test run of a workflow version on one server, by an admin."""

from django.db import transaction
from django.urls import reverse

from audit.recording import record
from comfy_bridge import pool
from comfy_bridge.catalog import missing
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from jobs.asking import Ask, ask
from people.access import require
from people.models import Project, User
from variants.errors import NoCapableServer
from variants.trials import WorkflowTrial
from variants.waiting import needs_json


def propose(
    actor: User, version: WorkflowVersion, server: ComfyServer, project: Project
) -> WorkflowTrial:
    """Write the test run and its job; the job is one of `project`, where its tray shows it.

    Raises NoCapableServer when the server is away or lacks what the version needs.
    """
    require(actor, "workflow.try")
    faults = [fault.sentence for fault in missing(pool.needs_of(version), server.catalog)]
    if server.status_id != ServerStatus.ONLINE:
        faults = ["It did not answer its last check."]
    elif server.paused:
        faults = ["It is paused."]
    if faults:
        raise NoCapableServer(f"{server.name} cannot run it. {' '.join(faults)}")
    with transaction.atomic():
        pool.mark_used(version)
        trial = WorkflowTrial.objects.create(version=version, server=server, asked_by=actor)
        (trial.job,) = ask(
            project.pk,
            actor,
            [
                Ask(
                    kind="workflow.trial",
                    title=f"Test run · {version}",
                    args={"trial_id": trial.pk},
                    url=reverse("admin:variants_workflowtrial_change", args=[trial.pk]),
                    needs={**needs_json(version, {}), "server": server.pk},
                )
            ],
        )
        trial.save(update_fields=["job"])
        after = {"version": version.version, "server": server.name}
        record(actor, "workflow.try", version.workflow, after=after)
    return trial
