"""REST: webhooks and their deliveries, for admins."""

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from rest_framework import serializers
from rest_framework.response import Response

from people.access import require
from people.api import project_for
from people.requests import SignedIn, api_view
from studio.lib.addresses import LARGEST, choice
from studio.lib.errors import NotFound
from studio.lib.openapi import Page, operation
from studio.lib.outbound import MAX_URL
from studio.lib.pages import PAGED, page_of
from studio.lib.routes import both
from webhooks import registering
from webhooks.models import TYPES, Delivery, DeliveryStatus, Webhook


class WebhookJson(TypedDict):
    """An address that hears of events; `secret` is there once, when it was made."""

    id: int
    name: str
    url: str
    events: list[str]
    project: int | None
    is_active: bool
    created_by: str | None
    created_at: datetime
    secret: NotRequired[str]


class DeliveryJson(TypedDict):
    """One event on its way to a webhook, and what became of it."""

    id: int
    webhook: int
    event: str
    event_id: str
    payload: dict[str, Any]
    status: str
    attempts: int
    status_code: int | None
    elapsed_ms: int | None
    error: str
    job: int | None
    created_at: datetime
    attempted_at: datetime | None


class WebhookWords(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=registering.MAX_NAME)
    url = serializers.CharField(max_length=MAX_URL)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=TYPES), min_length=1, max_length=len(TYPES)
    )


class WebhookSerializer(WebhookWords):
    is_active = serializers.BooleanField(required=False)


class NewWebhookSerializer(WebhookWords):
    project = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST
    )


def webhook_json(webhook: Webhook, secret: str = "") -> WebhookJson:
    """What the API says of a webhook."""
    body: WebhookJson = {
        "id": webhook.pk,
        "name": webhook.name,
        "url": webhook.url,
        "events": webhook.events,
        "project": webhook.project_id,
        "is_active": webhook.is_active,
        "created_by": webhook.created_by.username if webhook.created_by else None,
        "created_at": webhook.created_at,
    }
    if secret:
        body["secret"] = secret
    return body


def delivery_json(delivery: Delivery) -> DeliveryJson:
    """What the API says of a delivery."""
    return {
        "id": delivery.pk,
        "webhook": delivery.webhook_id,
        "event": delivery.event,
        "event_id": delivery.event_id,
        "payload": delivery.payload,
        "status": delivery.state.label,
        "attempts": delivery.attempts,
        "status_code": delivery.status_code,
        "elapsed_ms": delivery.elapsed_ms,
        "error": delivery.error,
        "job": delivery.job_id,
        "created_at": delivery.created_at,
        "attempted_at": delivery.attempted_at,
    }


def webhook_for(request: SignedIn, pk: int) -> Webhook:
    """The webhook, for those who may see webhooks; NotFound when there is none."""
    require(request.user, "webhook.view")
    webhook = Webhook.objects.select_related("created_by").filter(pk=pk).first()
    if webhook is None:
        raise NotFound("There is no such webhook.")
    return webhook


@operation("GET", Page[WebhookJson], query=PAGED)
@operation("POST", WebhookJson, status=201, takes=NewWebhookSerializer)
@api_view(["GET", "POST"])
def webhooks(request: SignedIn) -> Response:
    """Every webhook; POST registers one, and its answer alone shows the secret."""
    require(request.user, "webhook.view")
    if request.method == "POST":
        said = _said(NewWebhookSerializer(data=request.data))
        project = project_for(request, said["project"]) if said.get("project") else None
        made = registering.register(
            request.user, said["name"], said["url"], said["events"], project
        )
        return Response(webhook_json(made.webhook, made.secret), status=201)
    found, following = page_of(request, Webhook.objects.select_related("created_by"))
    return Response({"results": [webhook_json(row) for row in found], "next": following})


@operation("GET", WebhookJson)
@operation("PATCH", WebhookJson, takes=WebhookSerializer)
@operation("DELETE", None, status=204)
@api_view(["GET", "PATCH", "DELETE"])
def webhook(request: SignedIn, pk: int) -> Response:
    """One webhook; PATCH changes it or switches it off, DELETE removes it with its deliveries."""
    row = webhook_for(request, pk)
    if request.method == "DELETE":
        registering.remove(request.user, row)
        return Response(status=204)
    if request.method == "PATCH":
        said = _said(WebhookSerializer(data=request.data, partial=True))
        registering.change(request.user, row, **said)
    return Response(webhook_json(webhook_for(request, pk)))


@operation("POST", WebhookJson)
@api_view(["POST"])
def renew_secret(request: SignedIn, pk: int) -> Response:
    """A new secret, shown this once; the former one signs nothing more."""
    made = registering.renew_secret(request.user, webhook_for(request, pk))
    return Response(webhook_json(webhook_for(request, pk), made.secret))


@operation("POST", DeliveryJson, status=202)
@api_view(["POST"])
def ping(request: SignedIn, pk: int) -> Response:
    """Send an event `ping`, to try the receiver."""
    delivery = registering.ping(request.user, webhook_for(request, pk))
    return Response(delivery_json(_delivery(pk, delivery.pk)), status=202)


@operation("GET", Page[DeliveryJson], query=PAGED)
@api_view(["GET"])
def deliveries(request: SignedIn, pk: int) -> Response:
    """What was sent, newest first, and what became of it."""
    rows = webhook_for(request, pk).deliveries.all()
    state = choice(request, "status", {state.label: state for state in DeliveryStatus})
    if state is not None:
        rows = rows.filter(status_id=state)
    found, following = page_of(request, rows)
    return Response({"results": [delivery_json(row) for row in found], "next": following})


@operation("POST", DeliveryJson, status=202)
@api_view(["POST"])
def redeliver(request: SignedIn, pk: int, did: int) -> Response:
    """Send an event again that has ended, under the same id."""
    webhook_for(request, pk)
    delivery = registering.redeliver(request.user, _delivery(pk, did))
    return Response(delivery_json(_delivery(pk, delivery.pk)), status=202)


def _delivery(pk: int, did: int) -> Delivery:
    delivery = Delivery.objects.with_all().filter(pk=did, webhook__pk=pk).first()
    if delivery is None:
        raise NotFound("There is no such delivery.")
    return delivery


def _said(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


_ONE = "webhooks/<int:pk>"

urlpatterns = [
    *both("webhooks", webhooks, "api-webhooks"),
    *both(_ONE, webhook, "api-webhook"),
    *both(f"{_ONE}/secret", renew_secret, "api-webhook-secret"),
    *both(f"{_ONE}/ping", ping, "api-webhook-ping"),
    *both(f"{_ONE}/deliveries", deliveries, "api-webhook-deliveries"),
    *both(f"{_ONE}/deliveries/<int:did>/redeliver", redeliver, "api-webhook-redeliver"),
]
