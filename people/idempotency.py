"""One change for one Idempotency-Key: what was answered the first time is answered again.

A key belongs to a person and stands for one request: method, path and body. It is kept a day.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from people.models import IdempotencyKey
from people.requests import SignedIn, body, plain
from studio.lib.errors import Conflict, KeyReused

V = TypeVar("V", bound=Callable[..., Any])
MAX_KEY = 120
KEPT = timedelta(days=1)
# A request that has not ended by then never will: its process is gone.
ENDED_BY = timedelta(minutes=5)


class StillRunning(Conflict):
    """The same request is being answered at this moment."""

    code = "request_in_progress"


def key_of(request: SignedIn) -> str:
    """The Idempotency-Key, "" without one. Raises ValidationError for what is no text."""
    return plain("Idempotency-Key", request.headers.get("Idempotency-Key", ""))[:MAX_KEY]


def once(view: V) -> V:
    """Answer a POST that carries an Idempotency-Key once; stands below `@api_view`.

    A refused request leaves the key unused. Raises KeyReused and StillRunning.
    """

    @wraps(view)
    def answered(request: SignedIn, *args: Any, **kwargs: Any) -> Any:
        key = key_of(request) if request.method == "POST" else ""
        if not key:
            return view(request, *args, **kwargs)
        row = _taken(request, key)
        if row.status is not None:
            return Response(json.loads(row.answer), status=row.status)
        try:
            answer = view(request, *args, **kwargs)
        except BaseException:
            row.delete()
            raise
        row.status = answer.status_code
        row.answer = JSONRenderer().render(answer.data).decode()
        row.save(update_fields=["status", "answer"])
        return answer

    return answered  # type: ignore[return-value]  # what it wraps, called as before


def _taken(request: SignedIn, key: str) -> IdempotencyKey:
    """The key's row: a new one, or the answered one of the same request."""
    digest = _digest(request)
    mine = IdempotencyKey.objects.filter(user=request.user)
    mine.filter(created_at__lt=Now() - KEPT).delete()
    mine.filter(status__isnull=True, created_at__lt=Now() - ENDED_BY).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=request.user, key=key, digest=digest)
    except IntegrityError:
        earlier = mine.filter(key=key).first()
    if earlier is None or (earlier.digest == digest and earlier.status is None):
        raise StillRunning("The same request is being answered now. Ask again in a moment.")
    if earlier.digest != digest:
        raise KeyReused("This key stands for another request already. Use a new one.")
    return earlier


def _digest(request: SignedIn) -> str:
    """What makes two requests the same: method, path, fields, and the bytes of files."""
    found = hashlib.sha256(f"{request.method} {request.path}\0".encode())
    files = set(request.FILES)
    fields = {name: value for name, value in body(request).items() if name not in files}
    found.update(json.dumps(fields, sort_keys=True, default=str).encode())
    for name in sorted(files):
        file = request.FILES[name]
        found.update(f"\0{name}\0{file.name}\0".encode())
        for chunk in file.chunks():
            found.update(chunk)
        file.seek(0)
    return found.hexdigest()
