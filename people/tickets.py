"""Tickets for sockets of programs: one use, 30 seconds, for the person who asked.

A program has no cookie, and a token that lasts has no place in an address. It is a token of the
same kind as the others: its use is its entry among the used ones, which happens once.
"""

from datetime import timedelta
from typing import TypedDict

from django.db import transaction
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

from people.models import User
from people.requests import SignedIn, api_view
from people.tokens import holder
from studio.lib.openapi import operation

LIFETIME_S = 30


class Ticket(RefreshToken):
    """Kept and used up as those are, and of a kind of its own, so that neither is the other."""

    token_type = "ticket"  # noqa: S105 the name of the kind
    lifetime = timedelta(seconds=LIFETIME_S)


class TicketJson(TypedDict):
    """What opens one socket, once, for a moment."""

    ticket: str
    expires_in_s: int


@operation("POST", TicketJson, status=201)
@api_view(["POST"])
def ws_ticket(request: SignedIn) -> Response:
    """A ticket for `/ws/events/?ticket=…`."""
    ticket = Ticket.for_user(request.user)
    return Response({"ticket": str(ticket), "expires_in_s": LIFETIME_S}, status=201)


def spend(text: str) -> User | None:
    """The person of a good ticket, which is used by this; None for any other text."""
    try:
        with transaction.atomic():
            ticket = Ticket(text)  # type: ignore[arg-type]  # a text is what it reads
            row = OutstandingToken.objects.get(jti=ticket["jti"])
            _used, first = BlacklistedToken.objects.get_or_create(token=row)
            return holder(ticket) if first else None
    except (TokenError, InvalidToken, OutstandingToken.DoesNotExist):
        return None
