"""Workflows and submissions in the admin. What was used or sent is read-only."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.evidence import Evidence
from audit.recording import record
from comfy_bridge.models import Submission, Workflow, WorkflowVersion
from people.models import User


class VersionInline(admin.TabularInline[WorkflowVersion, Workflow]):
    model = WorkflowVersion
    fields = ("version", "used_at", "created_by", "created_at")
    readonly_fields = ("version", "used_at", "created_by", "created_at")
    extra = 0
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Workflow)
class WorkflowAdmin(admin.ModelAdmin[Workflow]):
    list_display = ["title", "name", "kind", "is_archived", "updated_at"]
    list_filter = ["kind", "is_archived"]
    search_fields = ["name", "title", "description"]
    readonly_fields = ["name", "kind", "created_at", "updated_at"]
    inlines = [VersionInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Workflows come from recipes until they can be uploaded."""
        return False

    def save_model(self, request: HttpRequest, obj: Workflow, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        after = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        record(_person(request), "workflow.edit", obj, after=after)


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(Evidence, admin.ModelAdmin[Any]):
    list_display = ["workflow", "version", "used_at", "created_by", "created_at"]
    list_filter = ["workflow"]
    list_select_related = ["workflow", "created_by"]
    fields = [
        "workflow",
        "version",
        "used_at",
        "created_by",
        "content_hash",
        "graph_shown",
        "bindings_shown",
        "needs_shown",
    ]

    @admin.display(description="graph")
    def graph_shown(self, version: WorkflowVersion) -> SafeString:
        return _pretty(version.graph)

    @admin.display(description="bindings")
    def bindings_shown(self, version: WorkflowVersion) -> SafeString:
        return _pretty(version.bindings)

    @admin.display(description="needs")
    def needs_shown(self, version: WorkflowVersion) -> SafeString:
        return _pretty(version.needs)


@admin.register(Submission)
class SubmissionAdmin(Evidence, admin.ModelAdmin[Any]):
    list_display = ["prompt_id", "server", "status", "sent_at", "ended_at", "error"]
    list_filter = ["status", "server"]
    list_select_related = ["server", "status"]
    search_fields = ["prompt_id", "client_id", "graph_hash"]


def _pretty(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=1, ensure_ascii=False))


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
