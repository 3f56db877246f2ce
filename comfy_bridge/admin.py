"""What was sent, in the admin: read-only. Workflows are in workflow_admin.py."""

from typing import Any

from django.contrib import admin

from comfy_bridge import workflow_admin  # noqa: F401  importing registers
from comfy_bridge.models import Submission
from studio.lib.evidence import Evidence


@admin.register(Submission)
class SubmissionAdmin(Evidence, admin.ModelAdmin[Any]):
    list_display = ["prompt_id", "server", "status", "sent_at", "ended_at", "error"]
    list_filter = ["status", "server"]
    list_select_related = ["server", "status"]
    search_fields = ["prompt_id", "client_id", "graph_hash"]
