"""Test runs of workflow versions: what was tried where, and what came of it (evidence)."""

from django.db import models

from comfy_bridge.models import ComfyServer, Submission, WorkflowVersion
from jobs.models import Job
from people.models import User
from studio.lib.tables import Stamped


class WorkflowTrial(Stamped):
    """One test run on a chosen server; how it is going is its job's status.

    `picture` is the result, drawn anew by us as a WebP of at most 1,280 px.
    """

    version = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="trials")
    server = models.ForeignKey(ComfyServer, on_delete=models.PROTECT, related_name="trials")
    job = models.ForeignKey(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="trials"
    )
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.SET_NULL, related_name="trials"
    )
    asked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="workflow_trials"
    )
    picture = models.BinaryField(null=True, blank=True)
    metrics = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "workflow_trials"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Test run {self.pk} of {self.version}"
