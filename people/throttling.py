"""How often signing in may fail before a pause: knows failures, their names and addresses.

A name from one address has the limit itself; a name from everywhere and an address with all its
names have five times as much, so that a guesser is stopped and neither a person nor an office
behind one address is locked out by somebody else's few slips.
"""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

# In the order of AXES_LOCKOUT_PARAMETERS (both, name, address): so many failures count as one.
SHARES = (1, 5, 5)


class SignInFailures(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """The failures that count against the limit, in the database for all processes."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        rows = self.get_user_attempts(request, credentials)
        return max(_sum(found) // share for found, share in zip(rows, SHARES, strict=True))

    def reset_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """Success forgets the person's own slips here, and nobody else's guesses."""
        own, *_others = self.filter_user_attempts(request, credentials)
        return int(own.delete()[0])


def _sum(attempts: QuerySet[Any]) -> int:
    return attempts.aggregate(all=Sum("failures_since_start"))["all"] or 0


def is_allowed(request: HttpRequest, username: str) -> bool:
    """Whether this name may still try from this address; else the answer becomes the pause."""
    allowed = bool(AxesProxyHandler.is_allowed(request, {"username": username}))
    if not allowed:
        request.axes_locked_out = True  # type: ignore[attr-defined]  # read by its middleware
    return allowed


def count_failure(request: HttpRequest, username: str) -> None:
    """Count a wrong code as a wrong password is counted, and record it."""
    user_login_failed.send(__name__, credentials={"username": username}, request=request)
