"""One change for one Idempotency-Key: what was answered the first time is answered again.

A key belongs to a person and stands for one request: method, path and body, asked with the rights
that the person had then. It is kept a day. Every POST takes one: `people.requests.api_view` asks
here.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import ValidationError
from rest_framework.fields import CharField
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from people.models import IdempotencyKey, User
from studio.lib.errors import Conflict, KeyReused
from studio.lib.openapi import KEY_HEADER, MAX_KEY

V = TypeVar("V", bound=Callable[..., Any])
KEPT = timedelta(days=1)
# Of an answer this is not kept: a secret is shown once, and whoever missed it asks for a new one.
SHOWN_ONCE = "secret"
# A request that has not ended by then never will: its process is gone.
ENDED_BY = timedelta(minutes=5)


class StillRunning(Conflict):
    """The same request is being answered at this moment."""

    code = "request_in_progress"


def key_of(request: Request) -> str:
    """The Idempotency-Key, "" without one. ValidationError for NULs and more than MAX_KEY."""
    field = CharField(allow_blank=True, max_length=MAX_KEY)
    try:
        return str(field.run_validation(request.headers.get(KEY_HEADER, "")))
    except ValidationError as error:
        raise ValidationError({KEY_HEADER: error.detail}) from error


def once(view: V) -> V:
    """Answer a POST that carries an Idempotency-Key once; its body has been read as an object.

    A refused request leaves the key unused. Raises KeyReused and StillRunning.
    """

    @wraps(view)
    def answered(request: Request, *args: Any, **kwargs: Any) -> Any:
        key = key_of(request) if request.method == "POST" else ""
        if not key:
            return view(request, *args, **kwargs)
        row = _taken(request, key)
        if row.status is not None:
            said = json.loads(row.answer) if row.answer else None
            return Response(said, status=row.status, headers={"ETag": row.etag} if row.etag else {})
        try:
            answer = view(request, *args, **kwargs)
        except BaseException:
            row.delete()
            raise
        row.status = answer.status_code
        row.answer = JSONRenderer().render(_kept(answer.data)).decode()
        row.etag = answer.headers.get("ETag", "")
        row.save(update_fields=["status", "answer", "etag"])
        return answer

    return answered  # type: ignore[return-value]  # what it wraps, called as before


def _taken(request: Request, key: str) -> IdempotencyKey:
    """The key's row: a new one, or the answered one of the same request."""
    digest, user = _digest(request), cast("User", request.user)
    mine = IdempotencyKey.objects.filter(user=user)
    mine.filter(created_at__lt=Now() - KEPT).delete()
    mine.filter(status__isnull=True, created_at__lt=Now() - ENDED_BY).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, key=key, digest=digest)
    except IntegrityError:
        earlier = mine.filter(key=key).first()
    if earlier is None or (earlier.digest == digest and earlier.status is None):
        raise StillRunning("The same request is being answered now. Ask again in a moment.")
    if earlier.digest != digest:
        raise KeyReused(
            "This key stands for another request already, or what you may do has changed since. "
            "Use a new one."
        )
    return earlier


def _kept(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    return {name: value for name, value in data.items() if name != SHOWN_ONCE}


def _digest(request: Request) -> str:
    """What makes two requests the same: method, path, every value of a field, bytes of files.

    And the person's rights: whoever lost some is not told again what they were told before.
    """
    data: Any = request.data
    fields = dict(data.lists()) if isinstance(data, MultiValueDict) else data
    said = json.dumps(
        [fields, _rights(cast("User", request.user))], sort_keys=True, default=_of_file
    )
    return hashlib.sha256(f"{request.method} {request.path}\0{said}".encode()).hexdigest()


def _rights(user: User) -> list[Any]:
    """Roles, the permission by name, and where the person is a member, under which rules.

    An admin's rights stand on no membership, and creating a project makes them a member of it.
    """
    rules = ("project_id", "project__reviewers_can_approve", "project__reviewers_can_export")
    memberships = user.memberships.order_by("project_id").values_list(*rules)
    where = [] if user.is_admin else [list(row) for row in memberships]
    return [sorted(user.roles), user.may_view_adult, where]


def _of_file(value: Any) -> Any:
    """What stands for a field that JSON does not know; only forms have such, and they are files."""
    if not isinstance(value, UploadedFile):
        return str(value)
    found = hashlib.sha256()
    for chunk in value.chunks():
        found.update(chunk)
    value.seek(0)
    return [value.name, found.hexdigest()]
