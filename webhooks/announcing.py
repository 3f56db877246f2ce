"""Announcing: an event becomes deliveries and their jobs, in the transaction of what happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from jobs.asking import Ask, ask
from jobs.models import Job
from studio.lib.addresses import whole
from webhooks.models import TYPES, Delivery, Webhook

KIND = "webhook.deliver"


def announce(event: Mapping[str, Any], groups: Sequence[str]) -> None:
    """A delivery for each webhook that asked for such an event (hook of studio.lib.events)."""
    if event["type"] not in TYPES:
        return
    said = (whole(group.removeprefix("project-")) for group in groups if group[:8] == "project-")
    projects = [pk for pk in said if pk is not None]
    if not projects:
        return
    for webhook in Webhook.objects.hearing(event["type"], projects):
        here = webhook.project_id or projects[0]
        write(webhook, {**event, "project_id": here if len(projects) == 1 else None}, here)


def write(webhook: Webhook, payload: Mapping[str, Any], project_id: int) -> Delivery:
    """One delivery and the job that sends it."""
    with transaction.atomic():
        delivery = Delivery.objects.create(
            webhook=webhook,
            event=payload["type"],
            event_id=payload["id"],
            payload=dict(payload),
        )
        delivery.job = ask_to_send(delivery, project_id)
        delivery.save(update_fields=["job"])
    return delivery


def ask_to_send(delivery: Delivery, project_id: int) -> Job:
    """Ask for the job that sends it (inside the caller's transaction)."""
    sending = Ask(
        kind=KIND,
        title=f"Webhook · {delivery.webhook.name} · {delivery.event}",
        args={"delivery_id": delivery.pk},
        url=delivery.webhook.get_absolute_url(),
    )
    return ask(project_id, None, [sending])[0]
