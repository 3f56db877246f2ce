"""Webhooks in the admin: looked at here, changed on their own page; deliveries are evidence."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from studio.lib.evidence import Evidence, each
from webhooks import registering
from webhooks.models import Delivery, DeliveryStatusRow, Webhook


@admin.register(Webhook)
class WebhookAdmin(Evidence, admin.ModelAdmin[Webhook]):
    list_display = ["name", "url", "project", "is_active", "created_by", "created_at"]
    list_filter = ["is_active", "project"]
    search_fields = ["name", "url"]
    list_select_related = ["project", "created_by"]
    exclude = ["salt"]
    actions = ["ping"]

    def get_view_on_site_url(self, obj: Webhook | None = None) -> str | None:
        """Its own page, where it is changed."""
        return obj.get_absolute_url() if obj else None

    @admin.action(description="Send an event ping")
    def ping(self, request: Any, queryset: QuerySet[Webhook]) -> None:
        each(self, request, queryset, registering.ping)


@admin.register(Delivery)
class DeliveryAdmin(Evidence, admin.ModelAdmin[Delivery]):
    list_display = [
        "id",
        "webhook",
        "event",
        "status",
        "attempts",
        "status_code",
        "elapsed_ms",
        "error",
        "created_at",
    ]
    list_filter = ["status", "event", "webhook"]
    search_fields = ["=id", "event_id", "error"]
    list_select_related = ["webhook", "status"]
    actions = ["redeliver"]

    @admin.action(description="Send again")
    def redeliver(self, request: Any, queryset: QuerySet[Delivery]) -> None:
        each(self, request, queryset, registering.redeliver)


@admin.register(DeliveryStatusRow)
class DeliveryStatusAdmin(Evidence, admin.ModelAdmin[DeliveryStatusRow]):
    list_display = ["id", "name", "description"]
    search_fields = ["name", "description"]
