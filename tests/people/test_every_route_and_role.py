"""The authorization matrix: every address, method and role gives the answer the table says."""

import logging
from collections import defaultdict
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.people.asking import send, signed_in
from tests.people.matrix import GROUPS, ROWS, of_the_studio, route_of, routes
from tests.people.rows import ROLES
from tests.people.world import changed, everything, undone

# Where who has not signed in is sent somewhere else than to sign in and back.
SENT_ELSEWHERE = ("/sign-in/", "/sign-in/code/", "/settings/theme/")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Any id does where only the route counts.
PLACEHOLDERS = defaultdict(lambda: 1, prompt=str(UUID(int=1)))


@pytest.fixture(autouse=True)
def quiet_refusals():
    """Hundreds of refused requests are what these tests are about, not worth a line each."""
    log = logging.getLogger("django.request")
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(logging.NOTSET)


def listed() -> dict[str, set[str]]:
    """Route to the methods that the matrix has for it."""
    found: dict[str, set[str]] = {}
    for row in ROWS:
        found.setdefault(route_of(row.path.format_map(PLACEHOLDERS)), set()).add(row.method)
    return found


def test_every_route_is_in_the_matrix():
    assert routes() - set(listed()) == set()


@pytest.mark.parametrize("group", GROUPS)
def test_a_route_answers_each_role_as_the_matrix_says(cast, group):
    wrong = {}
    for row in GROUPS[group]:
        clients = {role: signed_in(cast.person(role), api=row.is_api) for role in ROLES}
        before = everything()
        for role, client in clients.items():
            with undone():
                answer = send(client, row, cast.ours, slash=row.is_api and role == "creator")
                if answer.status_code != row.cells[role]:
                    wrong[str(row), role] = answer.status_code
                if answer.status_code >= 400 and changed(before):
                    wrong[str(row), role] = "refused, and yet something changed"
        if row.method == "GET":
            for role, client in clients.items():
                send(client, row, cast.ours, slash=row.is_api and role != "creator")
            if changed(before):
                wrong[str(row), "somebody"] = "a GET changed something"
    assert wrong == {}


def test_who_has_not_signed_in_is_led_to_sign_in_and_back(cast):
    wrong = {}
    for row in ROWS:
        if row.cells["anonymous"] != 302 or row.path in SENT_ELSEWHERE:
            continue
        answer = send(signed_in(None, api=False), row, cast.ours)
        # What takes a form is no page to come back to: that is the form's, where it says which.
        page = "%2F" if row.method == "POST" else _whole(answer.request)
        back = "" if row.path == "/sign-out/" else f"?next={page}"
        if answer.url != f"/sign-in/{back}":
            wrong[str(row)] = answer.url
    assert wrong == {}


def _whole(request):
    """The address that was asked for, with its query, as a parameter."""
    query = request["QUERY_STRING"]
    return quote(f"{request['PATH_INFO']}?{query}" if query else request["PATH_INFO"])


@pytest.mark.parametrize("role", ["creator", "reviewer"])
def test_the_other_projects_things_are_not_there_for_a_member(cast, role):
    clients = {api: signed_in(cast.person(role), api=api) for api in (True, False)}
    before = everything()
    wrong = {}
    for row in ROWS:
        if "{" not in row.path or of_the_studio(row):
            continue
        status = send(clients[row.is_api], row, cast.theirs).status_code
        if status != 404:
            wrong[str(row)] = status
        if changed(before):
            pytest.fail(f"{row} was answered {status} and changed something")
    assert wrong == {}


def test_no_route_takes_a_method_that_the_matrix_does_not_list(cast):
    wrong = {}
    methods = listed()
    everywhere = {api: signed_in(cast.admin, api=api) for api in (True, False)}
    before = everything()
    for row in {route_of(r.path.format_map(PLACEHOLDERS)): r for r in ROWS}.values():
        path = row.path.format(**cast.ours.names)
        client = signed_in(None, api=False) if path == "/sign-in/" else everywhere[row.is_api]
        for method in set(METHODS) - methods[route_of(path)]:
            status = client.generic(method, path).status_code
            if status != 405:
                wrong[method, row.path] = status
    assert wrong == {}
    assert not changed(before)
