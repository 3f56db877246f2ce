"""Registering webhooks: adding, changing, a new secret, a trial, sending again. By admins."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit.recording import record
from people.access import require
from people.models import Project, User
from studio.lib.errors import StudioError
from studio.lib.outbound import target_of, vetted
from webhooks import announcing, signing
from webhooks.errors import BadWebhook, NothingToSend, TooManyWebhooks
from webhooks.models import PING, TYPES, Delivery, DeliveryStatus, Webhook

MOST = 20
MAX_NAME = 120


@dataclass(frozen=True)
class Registered:
    """A webhook and its secret, which is shown this once."""

    webhook: Webhook
    secret: str


def register(
    actor: User, name: str, url: str, events: Sequence[str], project: Project | None = None
) -> Registered:
    """A new webhook. Raises BadWebhook, AddressRefused, TooManyWebhooks."""
    require(actor, "webhook.edit")
    fields = {"name": name, "url": url, "events": list(dict.fromkeys(events))}
    _check(fields)
    with transaction.atomic():
        if Webhook.objects.count() >= MOST:
            raise TooManyWebhooks(f"There are {MOST} webhooks, which is the most. Delete one.")
        webhook = Webhook.objects.create(
            **fields, project=project, salt=signing.new_salt(), created_by=actor
        )
        after = {**fields, "project": project.pk if project else None}
        record(actor, "webhook.create", webhook, after=after)
    return Registered(webhook, secret_of(webhook))


def change(actor: User, webhook: Webhook, **fields: Any) -> Webhook:
    """Change name, url, events or `is_active`. Raises BadWebhook and AddressRefused."""
    require(actor, "webhook.edit")
    changed = {name: value for name, value in fields.items() if getattr(webhook, name) != value}
    if not changed:
        return webhook
    _check(changed)
    before = {name: getattr(webhook, name) for name in changed}
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(**changed)
        record(actor, "webhook.edit", webhook, before=before, after=changed)
    webhook.refresh_from_db()
    return webhook


def renew_secret(actor: User, webhook: Webhook) -> Registered:
    """A new secret; the former one signs nothing more."""
    require(actor, "webhook.edit")
    with transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(salt=signing.new_salt())
        record(actor, "webhook.renew_secret", webhook)
    webhook.refresh_from_db()
    return Registered(webhook, secret_of(webhook))


def remove(actor: User, webhook: Webhook) -> None:
    """Delete a webhook and the list of its deliveries."""
    require(actor, "webhook.edit")
    with transaction.atomic():
        record(actor, "webhook.delete", webhook, before={"name": webhook.name})
        webhook.delete()


def ping(actor: User, webhook: Webhook) -> Delivery:
    """Send an event that says nothing, to try the receiver. Raises NothingToSend."""
    require(actor, "webhook.deliver")
    project_id = webhook.project_id or Project.objects.values_list("pk", flat=True).first()
    if project_id is None:
        raise NothingToSend("There is no project yet from which something could be sent.")
    event = {"type": PING, "id": uuid.uuid4().hex, "at": timezone.now().isoformat()}
    with transaction.atomic():
        record(actor, "webhook.ping", webhook)
        return announcing.write(webhook, {**event, "project_id": webhook.project_id}, project_id)


def redeliver(actor: User, delivery: Delivery) -> Delivery:
    """Send one again that has ended, the same event under the same id. Raises NothingToSend."""
    require(actor, "webhook.deliver")
    with transaction.atomic():
        ended = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)
        moved = Delivery.objects.filter(pk=delivery.pk, status_id__in=ended).update(
            status_id=DeliveryStatus.PENDING, error=""
        )
        if not moved:
            raise NothingToSend("It is on its way already.")
        fresh = Delivery.objects.with_all().get(pk=delivery.pk)
        told = (fresh.payload.get("project_id"), fresh.webhook.project_id)
        project_ids = [pk for pk in told if pk is not None]
        known = Project.objects.filter(pk__in=project_ids).values_list("pk", flat=True).first()
        home = known or Project.objects.values_list("pk", flat=True).first()
        if home is None:
            raise NothingToSend("There is no project any more from which it could be sent.")
        fresh.job = announcing.ask_to_send(fresh, home)
        fresh.save(update_fields=["job"])
        record(actor, "webhook.redeliver", fresh.webhook, after={"delivery": fresh.pk})
    return fresh


def secret_of(webhook: Webhook) -> str:
    """What the webhook's deliveries are signed with."""
    return signing.secret_of(webhook.salt, settings.SECRET_KEY)


def _check(fields: dict[str, Any]) -> None:
    if "name" in fields and not 0 < len(fields["name"].strip()) <= MAX_NAME:
        raise BadWebhook(f"A name has 1 to {MAX_NAME} characters.", field="name")
    if "events" in fields:
        if unknown := sorted(set(fields["events"]) - set(TYPES)):
            raise BadWebhook(f"There is no event {unknown[0][:60]!r}.", field="events")
        if not fields["events"]:
            raise BadWebhook("Choose at least one event.", field="events")
    if "url" in fields:
        try:
            vetted(target_of(fields["url"]), settings.WEBHOOK_NETWORKS)
        except StudioError as error:
            raise BadWebhook(error.sentence, code="address_refused", field="url") from error
