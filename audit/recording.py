"""Writing the audit record: called by each verb inside the transaction of its change."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse

from audit.models import AuditEvent
from people.models import User


@dataclass(frozen=True)
class Origin:
    """From where: the client's address, and the channel (page, api, admin, worker)."""

    address: str | None
    channel: str


WORKER = Origin(None, "worker")

_origin: ContextVar[Origin] = ContextVar("origin", default=WORKER)


class RequestContext:
    """Middleware: remembers from where the request comes, for the record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        channel = "api" if path.startswith("/api/") else "page"
        channel = "admin" if path.startswith("/admin/") else channel
        token = _origin.set(Origin(request.META.get("REMOTE_ADDR"), channel))
        try:
            return self.get_response(request)
        finally:
            _origin.reset(token)


def record(
    actor: User | None,
    verb: str,
    obj: models.Model,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Write one row; no secrets and no image bytes belong into `before` and `after`."""
    event = _event(actor, verb, obj, before=before or {}, after=after or {}, reason=reason)
    event.save(force_insert=True)
    return event


def record_all(
    actor: User | None, verb: str, afters: Mapping[models.Model, dict[str, Any]]
) -> None:
    """Write a row for each of many objects in one statement; `afters` are their `after`."""
    AuditEvent.objects.bulk_create(
        _event(actor, verb, obj, after=after) for obj, after in afters.items()
    )


def _event(actor: User | None, verb: str, obj: models.Model, **said: Any) -> AuditEvent:
    origin = _origin.get()
    return AuditEvent(
        actor=actor,
        verb=verb,
        model_label=obj._meta.label_lower,
        object_pk=str(obj.pk),
        project_ref=getattr(obj, "project_id", None),
        address=origin.address or None,
        channel=origin.channel,
        **said,
    )


def last_by(obj: models.Model, verb: str) -> str | None:
    """The user name of whoever did that last to a record, None when nobody did."""
    rows = AuditEvent.objects.filter(
        model_label=obj._meta.label_lower, object_pk=str(obj.pk), verb=verb
    )
    return rows.values_list("actor__username", flat=True).first()


def listen(sender: type[models.Model], **facts: Any) -> None:
    """Receiver of `people.signals.changed`: people stands below and cannot call `record`."""
    record(
        facts["actor"],
        facts["verb"],
        facts["obj"],
        before=facts.get("before"),
        after=facts.get("after"),
    )


def signed_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    record(user, "user.sign_in", user)


def sign_in_failed(sender: Any, credentials: dict[str, Any], **_: Any) -> None:
    """Recorded against the table, not a person: the name may not exist."""
    name = str(credentials.get("username", ""))[:150]
    record(None, "user.sign_in_failed", User(), after={"name": name})
