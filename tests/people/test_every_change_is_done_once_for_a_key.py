"""Every POST of the API that carries an Idempotency-Key is done once and answered again."""

from tests.people import world
from tests.people.asking import send, signed_in
from tests.people.matrix import ROWS
from tests.people.world import everything, undone

KEY = "0b5e1f9e"
# Whoever may do most comes last; a step of one's own is the creator's.
ROLES = ("creator", "admin")


def keyed():
    """The rows that somebody is let through, with who that is."""
    for row in ROWS:
        if row.is_api and row.method == "POST" and "/auth/token" not in row.path:
            role = next((name for name in ROLES if row.cells[name] < 300), None)
            if role:
                yield row, role


def said(answer):
    """Status, ETag and body; a secret is shown once."""
    body = answer.json() if answer.content else None
    if isinstance(body, dict):
        body.pop("secret", None)
    return answer.status_code, answer.headers.get("ETag"), body


def test_the_second_time_nothing_is_done_and_the_same_is_answered(db):
    cast = world.build()
    wrong, asked = {}, 0
    for row, role in keyed():
        client = signed_in(cast.person(role), api=True)
        client.credentials(HTTP_IDEMPOTENCY_KEY=KEY)
        with undone():
            first = said(send(client, row, cast.ours))
            done = everything()
            again = said(send(client, row, cast.ours))
            if first[0] >= 300 or again != first:
                wrong[str(row)] = first, again
            elif everything() != done:
                wrong[str(row)] = "done twice"
        asked += 1
    assert wrong == {}
    assert asked > 60
