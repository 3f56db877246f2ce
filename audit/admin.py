"""The audit record in the admin: searchable, read-only, given out as a table."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpResponse

from audit.models import AuditEvent
from studio.lib.csvs import as_csv
from studio.lib.evidence import Evidence

COLUMNS = (
    "id",
    "created_at",
    "actor",
    "verb",
    "model_label",
    "object_pk",
    "project_ref",
    "channel",
    "address",
    "reason",
    "before",
    "after",
)


@admin.register(AuditEvent)
class AuditEventAdmin(Evidence, admin.ModelAdmin[AuditEvent]):
    list_display = ["created_at", "actor", "verb", "model_label", "object_pk", "channel", "address"]
    list_filter = ["verb", "channel", "model_label"]
    search_fields = ["verb", "=object_pk", "actor__username", "reason", "=address"]
    list_select_related = ["actor"]
    date_hierarchy = "created_at"
    actions = ["as_table"]

    @admin.action(description="Export as CSV")
    def as_table(self, request: Any, queryset: QuerySet[AuditEvent]) -> HttpResponse:
        rows = ([_cell(getattr(event, name)) for name in COLUMNS] for event in queryset)
        answer = HttpResponse(as_csv(COLUMNS, rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
        answer["Cache-Control"] = "private, no-store"
        return answer


def _cell(value: Any) -> object:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value
