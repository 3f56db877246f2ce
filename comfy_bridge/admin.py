"""Servers, workflows and submissions in the admin. What was used or sent is read-only."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.evidence import Evidence
from audit.recording import record
from comfy_bridge import health
from comfy_bridge.addresses import networks, parse, vetted
from comfy_bridge.errors import BridgeError
from comfy_bridge.models import ComfyServer, Submission, Workflow, WorkflowVersion
from people.models import User


class ServerForm(forms.ModelForm[ComfyServer]):
    """A server's address has to lie in the networks that the operator allows."""

    class Meta:
        model = ComfyServer
        fields = ["name", "url", "slots", "paused"]
        widgets = {"name": forms.TextInput(), "url": forms.TextInput()}

    def clean_url(self) -> str:
        try:
            place = parse(self.cleaned_data["url"])
            vetted(place.host, place.port, networks(settings.COMFYUI_NETWORKS))
        except BridgeError as error:
            raise forms.ValidationError(error.sentence) from error
        return place.url


@admin.register(ComfyServer)
class ComfyServerAdmin(admin.ModelAdmin[ComfyServer]):
    form = ServerForm
    list_display = [
        "name",
        "url",
        "status",
        "version",
        "slots",
        "submissions_open",
        "paused",
        "last_seen_at",
        "last_error",
    ]
    list_filter = ["status", "paused", "is_sandbox"]
    list_select_related = ["status"]
    search_fields = ["name", "url"]
    readonly_fields = [
        "status",
        "last_seen_at",
        "last_error",
        "is_sandbox",
        "capabilities_shown",
        "created_at",
        "updated_at",
    ]
    actions = ["check_now", "pause", "resume"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ComfyServer]:
        rows: QuerySet[ComfyServer] = ComfyServer.objects.with_open()
        return rows.order_by("name", "id")

    @admin.display(description="open submissions")
    def submissions_open(self, server: Any) -> int:
        return int(server.open_submissions)

    @admin.display(description="capabilities")
    def capabilities_shown(self, server: ComfyServer) -> SafeString:
        return _pretty(server.capabilities)

    @admin.action(description="Check now")
    def check_now(self, request: HttpRequest, queryset: QuerySet[ComfyServer]) -> None:
        allowed = networks(settings.COMFYUI_NETWORKS)
        for server in queryset:
            health.check(server, allowed, catalog_too=True)
            level = messages.WARNING if server.last_error else messages.SUCCESS
            said = server.last_error or f"online, version {server.version}"
            self.message_user(request, f"{server.name}: {said}", level)

    @admin.action(description="Pause: give it no new work")
    def pause(self, request: HttpRequest, queryset: QuerySet[ComfyServer]) -> None:
        self._set_paused(request, queryset, paused=True)

    @admin.action(description="Resume")
    def resume(self, request: HttpRequest, queryset: QuerySet[ComfyServer]) -> None:
        self._set_paused(request, queryset, paused=False)

    def save_model(self, request: HttpRequest, obj: ComfyServer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        after = {name: str(form.cleaned_data[name]) for name in form.changed_data}
        verb = "comfy_server.edit" if change else "comfy_server.create"
        record(_person(request), verb, obj, after=after)

    def delete_model(self, request: HttpRequest, obj: ComfyServer) -> None:
        record(_person(request), "comfy_server.delete", obj, before={"url": obj.url})
        super().delete_model(request, obj)

    def _set_paused(
        self, request: HttpRequest, queryset: QuerySet[ComfyServer], *, paused: bool
    ) -> None:
        for server in queryset.exclude(paused=paused):
            ComfyServer.objects.filter(pk=server.pk).update(paused=paused)
            verb = "comfy_server.pause" if paused else "comfy_server.resume"
            record(_person(request), verb, server)


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
