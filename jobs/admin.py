"""Jobs in the admin: read-only evidence, with cancel and retry through the same steps."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from audit.evidence import Evidence, each
from jobs import asking
from jobs.models import Job, JobAttempt


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
    list_display = ["id", "title", "kind", "status", "asked_by", "attempts", "error", "created_at"]
    list_filter = ["status", "queue", "kind"]
    search_fields = ["title", "error", "asked_by__username"]
    list_select_related = ["kind", "status", "asked_by"]
    inlines = [AttemptInline]
    actions = ["cancel", "retry"]

    @admin.action(description="Cancel")
    def cancel(self, request: Any, queryset: QuerySet[Job]) -> None:
        each(self, request, queryset, asking.cancel)

    @admin.action(description="Retry")
    def retry(self, request: Any, queryset: QuerySet[Job]) -> None:
        each(self, request, queryset, asking.retry)
