"""Jobs in the admin: read-only evidence, steered through the same steps as elsewhere."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.recording import record
from jobs import asking, queues
from jobs.models import Job, JobAttempt, JobQueue, Worker
from people.models import User
from studio.lib.evidence import Evidence, Values, each


class AttemptInline(Evidence, admin.TabularInline[JobAttempt, Job]):
    model = JobAttempt
    extra = 0
    readonly_fields = [
        "group",
        "fence",
        "owner",
        "started_at",
        "finished_at",
        "outcome",
        "error",
    ]
    fields = [*readonly_fields]


@admin.register(Job)
class JobAdmin(Evidence, admin.ModelAdmin[Job]):
    list_display = [
        "id",
        "title",
        "kind",
        "status",
        "progress_shown",
        "asked_by",
        "attempts",
        "error",
        "created_at",
    ]
    list_display_links = ["id", "title"]
    list_filter = ["status", "queue", "kind", ("error_code", Values), "project"]
    search_fields = ["=id", "title", "error", "asked_by__username", "project__name"]
    list_select_related = ["kind", "status", "asked_by"]
    date_hierarchy = "created_at"
    inlines = [AttemptInline]
    actions = ["cancel", "retry", "to_front", "raise_priority", "lower_priority"]

    def get_view_on_site_url(self, obj: Job | None = None) -> str | None:
        """Where its result is."""
        return (obj.url or None) if obj else None

    @admin.display(description="progress", ordering="progress")
    def progress_shown(self, job: Job) -> str:
        return f"{job.percent} %"

    @admin.action(description="Cancel")
    def cancel(self, request: Any, queryset: QuerySet[Job]) -> None:
        each(self, request, queryset, asking.cancel)

    @admin.action(description="Retry")
    def retry(self, request: Any, queryset: QuerySet[Job]) -> None:
        each(self, request, queryset, asking.retry)

    @admin.action(description="Move to the front of the queue")
    def to_front(self, request: Any, queryset: QuerySet[Job]) -> None:
        each(self, request, queryset, asking.to_front)

    @admin.action(description="Raise the priority")
    def raise_priority(self, request: Any, queryset: QuerySet[Job]) -> None:
        each(self, request, queryset, partial(self._prioritise, by=1))

    @admin.action(description="Lower the priority")
    def lower_priority(self, request: Any, queryset: QuerySet[Job]) -> None:
        each(self, request, queryset, partial(self._prioritise, by=-1))

    def _prioritise(self, actor: User, job: Job, by: int) -> None:
        asking.prioritise(actor, job, job.priority + by)


@admin.register(JobQueue)
class JobQueueAdmin(admin.ModelAdmin[JobQueue]):
    """Queues are the code's; how each is steered is the admin's."""

    list_display = ["name", "description", "paused", "user_running_max", "user_waiting_max"]
    search_fields = ["name", "description"]
    fields = ["name", "description", "paused", "user_running_max", "user_waiting_max"]
    readonly_fields = ["name", "description", "paused"]
    actions = ["pause", "resume"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Pause: start nothing more")
    def pause(self, request: Any, queryset: QuerySet[JobQueue]) -> None:
        each(self, request, queryset, queues.pause)

    @admin.action(description="Resume")
    def resume(self, request: Any, queryset: QuerySet[JobQueue]) -> None:
        each(self, request, queryset, queues.resume)

    def save_model(self, request: Any, obj: JobQueue, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        after = {name: form.cleaned_data[name] for name in form.changed_data}
        record(request.user, "queue.limit", obj, after=after)


@admin.register(Worker)
class WorkerAdmin(Evidence, admin.ModelAdmin[Worker]):
    list_display = ["kind", "host", "pid", "queues", "status", "started_at", "last_seen_at"]
    list_filter = ["kind", "status"]
    search_fields = ["host", "owner", "=pid"]
    list_select_related = ["status"]
