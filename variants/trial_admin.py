"""Test runs of workflows in the admin: asked for here, watched here, kept as evidence."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from comfy_bridge.listing import current_versions
from comfy_bridge.models import ComfyServer, WorkflowVersion
from people.models import Project
from studio.lib.errors import StudioError
from studio.lib.evidence import Evidence
from variants.proposing import propose
from variants.trials import WorkflowTrial

ENDED = 286  # htmx: stop asking


class TrialForm(forms.Form):
    """Which version, on which server, and whose tray shows it."""

    version = forms.ModelChoiceField(WorkflowVersion.objects.none())
    server = forms.ModelChoiceField(ComfyServer.objects.all(), empty_label=None)
    project = forms.ModelChoiceField(
        Project.objects.all(),
        empty_label=None,
        help_text="A job belongs to a project; its members see it in their tray.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = WorkflowVersion.objects.select_related("workflow").defer("graph")
        self.fields["version"].queryset = rows  # type: ignore[attr-defined]


@admin.register(WorkflowTrial)
class WorkflowTrialAdmin(Evidence, admin.ModelAdmin[Any]):
    change_form_template = "admin/workflow_trial.html"
    list_display = ["version", "server", "state_shown", "asked_by", "created_at"]
    list_filter = ["server", "version__workflow"]
    search_fields = ["=id", "version__workflow__title", "server__name", "asked_by__username"]
    list_select_related = ["version__workflow", "server", "job", "asked_by"]
    fields = ["version", "server", "job", "submission", "asked_by", "created_at"]

    @admin.display(description="state")
    def state_shown(self, trial: WorkflowTrial) -> str:
        return trial.job.state.label if trial.job else "its job is gone"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = WorkflowTrial.objects.select_related("version__workflow", "server", "job")
        return rows.defer("picture")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/live/", wrap(self.live), name="workflow_trial_live"),
            path("<int:pk>/picture/", wrap(self.picture), name="workflow_trial_picture"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: Any, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Choose version and server, and start."""
        newest = current_versions().order_by("-created_at").first()
        initial = {"version": request.GET.get("version") or (newest.pk if newest else None)}
        form = TrialForm(request.POST or None, initial=initial)
        status = 200
        if request.method == "POST":
            status = 400
            if form.is_valid():
                data = form.cleaned_data
                try:
                    trial = propose(request.user, data["version"], data["server"], data["project"])
                except StudioError as error:
                    form.add_error(None, error.sentence)
                    status = error.status
                else:
                    self.message_user(request, "The test run has begun.", messages.SUCCESS)
                    return redirect("admin:variants_workflowtrial_change", trial.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Test run of a workflow",
            "form": form,
        }
        return TemplateResponse(request, "admin/workflow_trial_add.html", context, status=status)

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How it stands, as a fragment that asks again until it has ended."""
        trial = get_object_or_404(self.get_queryset(request), pk=pk)
        is_open = bool(trial.job and trial.job.is_open)
        context = {"original": trial}
        return TemplateResponse(
            request, "admin/_workflow_trial.html", context, status=200 if is_open else ENDED
        )

    def picture(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The result, as we drew it anew."""
        trial = get_object_or_404(WorkflowTrial, pk=pk)
        if trial.picture is None:
            raise Http404
        answer = HttpResponse(bytes(trial.picture), content_type="image/webp")
        answer["Cache-Control"] = "private, max-age=86400"
        return answer
