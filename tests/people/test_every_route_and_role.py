"""The authorization matrix: every address, method and role gives the answer the table says."""

import pytest

from tests.people import world
from tests.people.asking import send, signed_in
from tests.people.matrix import ROLES, ROWS, route_of, routes
from tests.people.world import everything, undone

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLACEHOLDERS = dict.fromkeys(
    ("project", "ready", "draft", "source", "candidate", "waiting", "failed", "request", "person",
     "waiting_job", "failed_job"), 1,
)  # fmt: skip


def listed() -> dict[str, set[str]]:
    """Route to the methods that the matrix has for it."""
    found: dict[str, set[str]] = {}
    for row in ROWS:
        found.setdefault(route_of(row.path.format(**PLACEHOLDERS)), set()).add(row.method)
    return found


def test_every_route_is_in_the_matrix():
    assert routes() - set(listed()) == set()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_route_answers_each_role_as_the_matrix_says(db, row):
    cast = world.build()
    clients = {role: signed_in(cast.person(role), api=row.is_api) for role in ROLES}
    before = everything()
    got, changed = {}, {}
    for role in ROLES:
        for slash in (False, True) if row.is_api else (False,):
            with undone():
                answer = send(clients[role], row, cast.ours, slash=slash)
                got[role, slash] = answer.status_code
                if answer.status_code == 302 and role == "anonymous" and row.cells[role] == 302:
                    refused = answer.url.startswith("/sign-in/")
                    assert refused or "settings/theme" in row.path or "sign-in" in row.path
                if row.method == "GET" or answer.status_code >= 400:
                    after = everything()
                    changed[role] = [name for name in after if after[name] != before[name]]
    wanted = {(role, slash): row.cells[role] for role, slash in got}
    assert got == wanted
    assert {role: names for role, names in changed.items() if names} == {}


@pytest.mark.parametrize("row", [r for r in ROWS if "{" in r.path], ids=str)
def test_the_other_projects_things_are_not_there_for_a_member(db, row):
    cast = world.build()
    for role in ("creator", "reviewer"):
        client = signed_in(cast.person(role), api=row.is_api)
        before = everything()
        answer = send(client, row, cast.theirs)
        assert answer.status_code == 404, f"{role}: {answer.status_code}"
        assert everything() == before


def test_no_route_takes_a_method_that_the_matrix_does_not_list(db):
    cast = world.build()
    names = {**cast.ours.addresses(), "workflow": 1}
    wrong = {}
    before = everything()
    methods = listed()
    for row in {route_of(r.path.format(**PLACEHOLDERS)): r for r in ROWS}.values():
        path = row.path.format(**names)
        client = signed_in(cast.admin, api=row.is_api)
        before = everything()
        for method in set(METHODS) - methods[route_of(path)]:
            status = client.generic(method, path).status_code
            if status != 405:
                wrong[method, row.path] = status
        assert everything() == before
    assert wrong == {}
