"""Jobs in the admin: read-only evidence, with cancel and retry through the same steps."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from jobs import asking
from jobs.models import Job, JobAttempt
from studio.lib.errors import StudioError


class ReadOnly(admin.ModelAdmin[Any]):
    """Evidence: it can be looked at, not changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AttemptInline(admin.TabularInline[JobAttempt, Job]):
    model = JobAttempt
    extra = 0
    can_delete = False
    fields = readonly_fields = [
        "group", "fence", "owner", "started_at", "finished_at", "outcome", "error",
    ]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ["id", "title", "kind", "status", "asked_by", "attempts", "error", "created_at"]
    list_filter = ["status", "queue", "kind"]
    search_fields = ["title", "error", "asked_by__username"]
    list_select_related = ["kind", "status", "asked_by"]
    inlines = [AttemptInline]
    actions = ["cancel", "retry"]

    @admin.action(description="Cancel")
    def cancel(self, request: Any, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, asking.cancel)

    @admin.action(description="Retry")
    def retry(self, request: Any, queryset: QuerySet[Job]) -> None:
        self._each(request, queryset, asking.retry)

    def _each(self, request: Any, queryset: QuerySet[Job], step: Any) -> None:
        done, refused = 0, 0
        for job in queryset:
            try:
                step(request.user, job)
                done += 1
            except StudioError:
                refused += 1
        level = messages.WARNING if refused else messages.SUCCESS
        self.message_user(request, f"{done} done, {refused} refused.", level)
