"""The moment between the password and the code: whose password was right, in the session."""

import time

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from people.models import User

PENDING = "second_step"
PENDING_S = 300


def begin(request: HttpRequest, user: User) -> None:
    """Remember that the person's password was right."""
    request.session[PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "until": time.time() + PENDING_S,
    }


def pending(request: HttpRequest) -> User | None:
    """Whose password was right a moment ago, and is the same still."""
    said = request.session.get(PENDING)
    if not said or said["until"] < time.time():
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    same = user and constant_time_compare(said["hash"], user.get_session_auth_hash())
    return user if same else None


def end(request: HttpRequest) -> None:
    """The code was right too, or the moment is over."""
    request.session.pop(PENDING, None)
