"""A program opens the socket with a ticket: once, soon, and as the person who asked for it."""

import pytest
from asgiref.sync import sync_to_async
from rest_framework.test import APIClient

from people.tickets import LIFETIME_S, Ticket
from people.tokens import SignedRefresh
from tests.studio.socket_of import HERE, heard, push, socket_of


def ticket_of(person):
    client = APIClient()
    client.force_authenticate(person)
    answer = client.post("/api/v1/auth/ws-ticket")
    assert answer.status_code == 201
    assert answer.json()["expires_in_s"] == LIFETIME_S == 30
    return answer.json()["ticket"]


async def accepted(ticket, origin=None):
    socket = socket_of("", f"ticket={ticket}", origin=origin)
    opened, _ = await socket.connect(timeout=10)
    return socket if opened else None


async def test_a_ticket_opens_one_socket_that_hears_what_its_person_may(committed, creator):
    ticket = await sync_to_async(ticket_of)(creator)
    socket = await accepted(ticket)
    await push("own", [f"user-{creator.pk}"])
    assert (await heard(socket))["type"] == "own"
    assert await accepted(ticket) is None
    await socket.disconnect()


async def test_no_other_token_and_no_forged_one_is_a_ticket(committed, creator):
    refresh = await sync_to_async(SignedRefresh.for_user)(creator)
    for text in (str(refresh), str(refresh.access_token), "", "x.y.z", "%00"):
        assert await accepted(text) is None


async def test_a_ticket_that_is_too_old_is_refused(committed, creator):
    ticket = await sync_to_async(Ticket.for_user)(creator)
    ticket.set_exp(from_time=ticket.current_time - ticket.lifetime * 2)
    assert await accepted(str(ticket)) is None


@pytest.mark.parametrize("change", ["deactivated", "password"])
async def test_a_person_who_is_gone_or_has_a_new_password_loses_the_ticket(
    committed, creator, change
):
    ticket = await sync_to_async(ticket_of)(creator)
    if change == "deactivated":
        creator.is_active = False
    else:
        creator.set_password("another horse battery")
    await sync_to_async(creator.save)()
    assert await accepted(ticket) is None


async def test_a_page_of_another_address_gets_none_with_a_ticket_either(committed, creator):
    ticket = await sync_to_async(ticket_of)(creator)
    assert await accepted(ticket, "https://evil.example") is None
    assert await accepted(ticket, f"http://{HERE}")
