"""Delivering one event: signed, sent once, and what came of it written down."""

import json
import time

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from jobs.claiming import Lease
from studio.lib.errors import StudioError
from studio.lib.fault_points import fault_point
from studio.lib.outbound import Answer, post
from webhooks import signing
from webhooks.errors import ReceiverRefused, WebhookOff
from webhooks.models import Delivery, DeliveryStatus
from webhooks.registering import secret_of

AGENT = "LikenessStudio-Webhooks/1"


def deliver(lease: Lease) -> None:
    """Send the job's delivery. Raises what the job engine tries again, or gives up on."""
    rows = Delivery.objects.with_all().filter(pk=lease.job.args["delivery_id"])
    delivery = rows.first()
    if delivery is None or not delivery.webhook.is_active:
        raise WebhookOff("The webhook was switched off or deleted, so nothing is sent.")
    try:
        answer = _send(delivery)
    except StudioError as error:
        _tried(delivery, error=error.sentence)
        raise
    fault_point("webhooks.sent")
    if not 200 <= answer.status < 300:
        sentence = f"The receiver answered {answer.status}."
        _tried(delivery, answer, error=sentence)
        raise ReceiverRefused(sentence)
    with lease.finish():
        _tried(delivery, answer, status_id=DeliveryStatus.DELIVERED)


def _send(delivery: Delivery) -> Answer:
    body = json.dumps(delivery.payload, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Studio-Event": delivery.event,
        "Studio-Delivery": delivery.event_id,
        signing.HEADER: signing.signature(secret_of(delivery.webhook), int(time.time()), body),
    }
    return post(delivery.webhook.url, body, headers, settings.WEBHOOK_NETWORKS)


def _tried(
    delivery: Delivery,
    answer: Answer | None = None,
    *,
    error: str = "",
    status_id: int = DeliveryStatus.PENDING,
) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=F("attempts") + 1,
        attempted_at=Now(),
        status_code=answer.status if answer else None,
        elapsed_ms=answer.elapsed_ms if answer else None,
        error=error,
        status_id=status_id,
    )
