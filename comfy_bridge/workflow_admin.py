"""Workflows in the admin: uploading, editing bindings as a new version, holding against a server.

Versions are read-only: every change is a version more. The test run stands above (variants), which
knows jobs.
"""

import json
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comfy_bridge import describing, uploading
from comfy_bridge.addresses import networks
from comfy_bridge.allowed import allowed
from comfy_bridge.bindings import Binding
from comfy_bridge.descriptions import Descriptions
from comfy_bridge.detecting import detect
from comfy_bridge.models import ComfyServer, Workflow, WorkflowVersion
from comfy_bridge.requests import Graph
from comfy_bridge.workflow_forms import (
    PREFIX,
    BindingFormSet,
    GraphForm,
    UploadForm,
    declared,
    rows_of,
)
from people.access import can
from studio.lib.errors import StudioError
from studio.lib.evidence import Evidence

_VERSION_PAGE = "admin:comfy_bridge_workflowversion_change"


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
    change_form_template = "admin/workflow.html"
    list_display = ["title", "name", "kind", "is_archived", "updated_at"]
    list_filter = ["kind", "is_archived"]
    search_fields = ["name", "title", "description"]
    readonly_fields = ["name", "kind", "created_at", "updated_at"]
    inlines = [VersionInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Variants were made by it: it is archived instead."""
        return False

    def save_model(self, request: Any, obj: Workflow, form: Any, change: bool) -> None:
        wanted = {name: form.cleaned_data[name] for name in form.changed_data}
        uploading.describe(request.user, Workflow.objects.get(pk=obj.pk), wanted)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.revise)
        own = [path("<int:pk>/revise/", view, name="workflow_revise")]
        return [*own, *super().get_urls()]

    # --- adding and revising --------------------------------------------------------------------

    def add_view(
        self, request: Any, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Upload: look at what is found first, or save at once."""
        return self._edit(request, None)

    def revise(self, request: Any, pk: int) -> HttpResponse:
        """A version more, with another graph, other bindings, or both."""
        return self._edit(request, get_object_or_404(Workflow, pk=pk))

    def _edit(self, request: Any, workflow: Workflow | None) -> HttpResponse:
        latest = workflow.latest() if workflow else None
        form_class = GraphForm if workflow else UploadForm
        form = form_class(request.POST or None, request.FILES or None)
        rows: Any = rows_of(latest.declared_bindings, latest.graph) if latest else None
        context: dict[str, Any] = {"reasons": [], "text": ""}
        status = 200
        if request.method == "POST":
            status = 400
            given = BindingFormSet(request.POST, prefix=PREFIX) if _has_rows(request) else None
            rows = given or rows
            if form.is_valid() and (given is None or given.is_valid()):
                try:
                    done = self._saved(request, workflow, latest, form, given, context)
                except StudioError as error:
                    context["refused"] = error.sentence
                    context["reasons"] = error.extra.get("reasons", [])
                    status = error.status
                    rows = context.get("rows") or rows
                else:
                    if done is not None:
                        self.message_user(request, f"{done} is saved.", messages.SUCCESS)
                        return redirect(_VERSION_PAGE, done.pk)
                    rows, status = context["rows"], 200
        title = f"New version of {workflow}" if workflow else "Upload a workflow"
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "workflow": workflow,
            "form": form,
            "rows": rows,
        }
        return TemplateResponse(request, "admin/workflow_edit.html", context, status=status)

    def _saved(
        self,
        request: Any,
        workflow: Workflow | None,
        latest: WorkflowVersion | None,
        form: GraphForm,
        given: Any,
        context: dict[str, Any],
    ) -> WorkflowVersion | None:
        """The saved version; None, with `rows` and `text` in the context, when only looked at."""
        graph = self._graph(form, latest)
        if graph is None:
            raise uploading.nothing_sent()
        found = detect(graph)
        bindings: tuple[Binding, ...] = found.bindings
        if given is not None and "look" not in request.POST:
            bindings = declared(given)
        elif latest is not None:
            bindings = uploading.carried_over(latest, graph)
        context["rows"] = rows_of(bindings, graph)
        context["text"] = json.dumps(graph, indent=1, ensure_ascii=False)
        context["kind_found"] = found.kind
        if "look" in request.POST:
            return None
        if workflow is not None:
            return uploading.revise(request.user, workflow, graph, bindings)
        data = form.cleaned_data
        return uploading.create(
            request.user,
            name=data["name"],
            title=data["title"],
            kind=data["kind"] or found.kind,
            description=data["description"],
            graph=graph,
            bindings=bindings,
        )

    def _graph(self, form: GraphForm, latest: WorkflowVersion | None) -> Graph | None:
        document = form.document()
        if document is None:
            return latest.graph if latest else None
        server = form.cleaned_data["server"]

        def describe(classes: Collection[str]) -> Descriptions:
            named = str(server.pk) if server else ""
            known = networks(settings.COMFYUI_NETWORKS)
            return describing.best_descriptions(named, known, classes)

        return uploading.graph_of(document, allowed(settings.COMFYUI_NODE_CLASSES), describe)


def _has_rows(request: HttpRequest) -> bool:
    return f"{PREFIX}-TOTAL_FORMS" in request.POST


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(Evidence, admin.ModelAdmin[Any]):
    change_form_template = "admin/workflow_version.html"
    list_display = ["workflow", "version", "used_at", "created_by", "created_at"]
    list_filter = ["workflow"]
    search_fields = ["workflow__name", "workflow__title", "content_hash"]
    list_select_related = ["workflow", "created_by"]
    fields = [
        "workflow",
        "version",
        "used_at",
        "created_by",
        "content_hash",
        "bindings_shown",
        "needs_shown",
        "graph_shown",
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.validate)
        own = [path("<int:pk>/validate/", view, name="workflow_version_validate")]
        return [*own, *super().get_urls()]

    def validate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hold the version against one server or all that answer, and name every problem."""
        version = get_object_or_404(WorkflowVersion.objects.select_related("workflow"), pk=pk)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Validate {version}",
            "version": version,
            "servers": ComfyServer.objects.all(),
            "chosen": request.POST.get("server", ""),
        }
        if request.method == "POST" and can(request.user, "workflow.validate"):
            known = networks(settings.COMFYUI_NETWORKS)
            try:
                asked = describing.servers_to_ask(context["chosen"])
            except StudioError as error:
                context["refused"] = error.sentence
            else:
                context["held"] = describing.held_against_each(version, asked, known)
        return TemplateResponse(request, "admin/workflow_validate.html", context)

    @admin.display(description="graph")
    def graph_shown(self, version: WorkflowVersion) -> SafeString:
        return _pretty(version.graph)

    @admin.display(description="bindings")
    def bindings_shown(self, version: WorkflowVersion) -> SafeString:
        return _pretty(version.bindings)

    @admin.display(description="needs")
    def needs_shown(self, version: WorkflowVersion) -> SafeString:
        return _pretty(version.needs)


def _pretty(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=1, ensure_ascii=False))
