"""What each socket may hear, read for many sockets at once: a few queries, one connection.

Knows people, projects and characters; never a socket.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth import HASH_SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from characters.models import Character
from people.models import Project, User
from people.tickets import spend

MAX_GROUPS = 200


@dataclass(frozen=True)
class Opened:
    """Who opened a socket, and by what: a session, or a ticket at a moment with this hash."""

    user_id: int
    session_key: str = ""
    auth_hash: str = ""


@dataclass(frozen=True)
class Wanted:
    """What a socket would hear: of whom it is, and the topics (`character`, 5) it asks for."""

    who: Opened
    topics: tuple[tuple[str, int], ...]
    with_projects: bool = True


def by_session(session_key: str) -> Opened | None:
    """The person who signed in with this session, and is active; None when there is none."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    return Opened(user.pk, session_key) if isinstance(user, User) and user.is_active else None


def by_ticket(ticket: str) -> Opened | None:
    """The person of a ticket, which is used by this; None for any other text."""
    user = spend(ticket)
    return Opened(user.pk, auth_hash=user.get_session_auth_hash()) if user else None


def heard_by(sockets: Sequence[Wanted]) -> list[list[str]]:
    """For each socket its groups: the person's own, the visible topics, and all their projects.

    Nothing at all once the session that opened it ended, the password changed, or the person was
    deactivated.
    """
    ids = {socket.who.user_id for socket in sockets}
    active = User.objects.filter(pk__in=ids, is_active=True).prefetch_related("groups")
    people = {user.pk: user for user in active}
    sessions = _session_hashes({socket.who.session_key for socket in sockets})
    projects = Project.objects.visible_to_each(people.values())
    homes = _homes(sockets)
    return [
        _groups(socket, projects[socket.who.user_id], homes)
        if socket.who.user_id in people
        and constant_time_compare(
            sessions.get(socket.who.session_key, socket.who.auth_hash),
            people[socket.who.user_id].get_session_auth_hash(),
        )
        else []
        for socket in sockets
    ]


def _session_hashes(keys: set[str]) -> dict[str, str]:
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return {row.session_key: row.get_decoded().get(HASH_SESSION_KEY, "") for row in rows}


def _homes(sockets: Sequence[Wanted]) -> dict[tuple[str, int], int]:
    """The project of every topic that exists: who sees that sees the topic."""
    asked = {topic for socket in sockets for topic in socket.topics}
    characters = Character.objects.filter(pk__in=[pk for kind, pk in asked if kind == "character"])
    return {
        **{(kind, pk): pk for kind, pk in asked if kind == "project"},
        **{("character", pk): home for pk, home in characters.values_list("pk", "project_id")},
    }


def _groups(socket: Wanted, projects: set[int], homes: Mapping[tuple[str, int], int]) -> list[str]:
    groups = [f"user-{socket.who.user_id}"]
    groups += [f"{kind}-{pk}" for kind, pk in socket.topics if homes.get((kind, pk)) in projects]
    if socket.with_projects:
        groups += [f"project-{pk}" for pk in sorted(projects)]
    return list(dict.fromkeys(groups))[:MAX_GROUPS]
