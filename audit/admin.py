"""The audit record in the admin: searchable, read-only."""

from django.contrib import admin

from audit.evidence import Evidence
from audit.models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(Evidence, admin.ModelAdmin[AuditEvent]):
    list_display = ["created_at", "actor", "verb", "model_label", "object_pk", "channel", "address"]
    list_filter = ["verb", "channel", "model_label"]
    search_fields = ["verb", "object_pk", "actor__username", "reason"]
    list_select_related = ["actor"]
    date_hierarchy = "created_at"
