"""A ComfyUI server's page in the admin: how it stands now, and what an admin may do to it.

It is here because it links prompts to their jobs, which the bridge does not know.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import authenticate
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.recording import record
from comfy_bridge import health, operating
from comfy_bridge.answers import Queue
from comfy_bridge.forms import ServerForm
from comfy_bridge.looking import look
from comfy_bridge.models import OPEN, ComfyServer, Submission
from people.models import User
from studio.lib.errors import StudioError
from studio.lib.evidence import each
from variants.generating import NETWORKS
from variants.models import ImageVariant
from variants.restarting import restart

Act = Callable[[User, ComfyServer], None]


@admin.register(ComfyServer)
class ComfyServerAdmin(admin.ModelAdmin[ComfyServer]):
    form = ServerForm
    change_form_template = "admin/comfy_server.html"
    list_display = [
        "name",
        "url",
        "status",
        "breaker_shown",
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
        "breaker_shown",
        "failures",
        "retry_at",
        "paused",
        "last_seen_at",
        "last_error",
        "is_sandbox",
        "capabilities_shown",
        "created_at",
        "updated_at",
    ]
    actions = ["check_now", "pause", "resume"]

    # --- what is shown --------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[ComfyServer]:
        rows: QuerySet[ComfyServer] = ComfyServer.objects.with_open()
        return rows

    @admin.display(description="open submissions")
    def submissions_open(self, server: ComfyServer) -> int:
        return server.open_submissions

    @admin.display(description="breaker")
    def breaker_shown(self, server: ComfyServer) -> str:
        return server.breaker if server.pk else ""

    @admin.display(description="capabilities")
    def capabilities_shown(self, server: ComfyServer) -> SafeString:
        catalog = server.catalog
        models = "\n".join(f"{key}: {', '.join(names)}" for key, names in catalog.models.items())
        return format_html("<pre>{} nodes\n{}</pre>", len(catalog.nodes), models)

    # --- what is done to rows -------------------------------------------------------------------

    @admin.action(description="Check now")
    def check_now(self, request: HttpRequest, queryset: QuerySet[ComfyServer]) -> None:
        for server in queryset:
            health.check(server, NETWORKS, catalog_too=True)
            level = messages.WARNING if server.last_error else messages.SUCCESS
            said = server.last_error or f"online, version {server.version}"
            self.message_user(request, f"{server.name}: {said}", level)

    @admin.action(description="Pause: give it no new work")
    def pause(self, request: HttpRequest, queryset: QuerySet[ComfyServer]) -> None:
        each(self, request, queryset, operating.pause)

    @admin.action(description="Resume, and forgive earlier failures")
    def resume(self, request: HttpRequest, queryset: QuerySet[ComfyServer]) -> None:
        each(self, request, queryset, operating.resume)

    def save_model(self, request: Any, obj: ComfyServer, form: Any, change: bool) -> None:
        operating.save(request.user, form)

    def delete_model(self, request: Any, obj: ComfyServer) -> None:
        record(request.user, "comfy_server.delete", obj, before={"url": obj.url})
        super().delete_model(request, obj)

    # --- the page of one server -----------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        acts: dict[str, Act] = {
            "pause": operating.pause,
            "resume": operating.resume,
            "free": lambda actor, server: operating.free_memory(actor, server, NETWORKS),
        }
        own = [
            path(f"<int:pk>/{name}/", self._posted(act), name=f"comfy_server_{name}")
            for name, act in acts.items()
        ]
        wrap = self.admin_site.admin_view
        return [
            *own,
            path("<int:pk>/live/", wrap(self.live), name="comfy_server_live"),
            path(
                "<int:pk>/interrupt/<int:submission>/",
                wrap(self.interrupt),
                name="comfy_server_interrupt",
            ),
            path("<int:pk>/restart/", wrap(self.restart), name="comfy_server_restart"),
            *super().get_urls(),
        ]

    def live(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The figures of this moment: asked when the page is there, so that it never waits."""
        server = get_object_or_404(self.get_queryset(request), pk=pk)
        now = look(server, NETWORKS)
        ours, others = _whose(server, now.queue)
        context = {"server": server, "now": now, "ours": ours, "others": others}
        return TemplateResponse(request, "admin/_comfy_server_live.html", context)

    def interrupt(self, request: HttpRequest, pk: int, submission: int) -> HttpResponse:
        return self._do(
            request,
            pk,
            lambda actor, server: operating.interrupt(actor, server, submission, NETWORKS),
        )

    def restart(self, request: Any, pk: int) -> HttpResponse:
        """Ask once more, for the password too; then restart, and show what the hook said."""
        server = get_object_or_404(self.get_queryset(request), pk=pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "server": server,
            "title": f"Restart {server.name}",
        }
        if request.method == "POST":
            person = authenticate(
                request,
                username=request.user.get_username(),
                password=request.POST.get("password", ""),
            )
            if person != request.user:
                context["refused"] = "That is not your password."
            else:
                try:
                    folder = settings.COMFYUI_RESTART_HOOKS_DIR
                    context["ran"] = restart(request.user, server, folder, NETWORKS)
                except StudioError as error:
                    context["refused"] = error.sentence
        return TemplateResponse(request, "admin/comfy_server_restart.html", context)

    def _posted(self, act: Act) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            return self._do(request, pk, act)

        return self.admin_site.admin_view(view)

    def _do(self, request: Any, pk: int, act: Act) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        server = get_object_or_404(ComfyServer, pk=pk)
        try:
            act(request.user, server)
        except StudioError as error:
            self.message_user(request, error.sentence, messages.ERROR)
        else:
            self.message_user(request, "Done.", messages.SUCCESS)
        return redirect("admin:comfy_bridge_comfyserver_change", pk)


def _whose(server: ComfyServer, queue: Queue | None) -> tuple[list[dict[str, Any]], int]:
    """Our prompts with their jobs, each with where it stands there; and how many are others'."""
    places: dict[str, str] = {}
    if queue:
        places |= dict.fromkeys(queue.pending, "waiting")
        places |= dict.fromkeys(queue.running, "running")
    rows = Submission.objects.filter(server=server, status_id__in=OPEN).select_related("status")
    jobs = {
        variant.submission_id: variant.job
        for variant in ImageVariant.objects.filter(submission__in=rows).select_related("job")
    }
    ours = [
        {
            "submission": row,
            "job": jobs.get(row.pk),
            "place": places.pop(str(row.prompt_id), "not in its queue" if queue else "unknown"),
        }
        for row in rows.order_by("pk")
    ]
    return ours, len(places)
