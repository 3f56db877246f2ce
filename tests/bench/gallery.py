"""`script/bench gallery`: the list of a character with very many variants, as page and as JSON.

The peer says hello through the same middleware, after the one SQL query that the list needs.
"""

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from characters.models import Character
from people.models import User
from studio.lib.pages import PAGE, following
from studio.wsgi import application
from tests.bench.gallery_rows import grow, people_and_character
from tests.bench.rounds import Rounds, in_turns
from tests.bench.rows import Row, most
from variants.models import ImageVariant

COUNTS = (100_000, 1_000_000)
QUICK = (1_000,)
REPEATS = 20
SIGNING_IN = 2  # queries of every request: the session, the person with their roles
Get = Callable[..., bytes]


def hello(request: HttpRequest, pk: int) -> HttpResponse:
    """The peer."""
    rows = ImageVariant.objects.filter(character=pk).present().for_cards().order_by("-pk")
    sql, params = rows[: PAGE + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.fetchall()
    return HttpResponse("hello")


urlpatterns = [path("peer/<int:pk>/", hello), path("", include("studio.urls"))]


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    creator, character = people_and_character()
    found: list[Row] = []
    with override_settings(ROOT_URLCONF=__name__):
        get = _client(creator)
        for count in QUICK if quick else COUNTS:
            grow(creator, character, count)
            found += _rows(get, character, rounds, count)
    return found


def _rows(get: Get, character: Character, rounds: int, count: int) -> Iterable[Row]:
    gallery, api = character.get_absolute_url(), f"/api/v1/characters/{character.pk}/variants"
    oldest = character.variants.order_by("pk").values_list("pk", flat=True)[PAGE]
    newest = character.variants.order_by("-pk").values_list("pk", flat=True)[:PAGE]
    window = f"{gallery}cards/?ids={','.join(map(str, newest))}"
    said = RequestFactory().get(gallery)
    ways: dict[str, Callable[[], Any]] = {
        "peer": partial(get, f"/peer/{character.pk}/"),
        "list": partial(get, gallery, htmx=True),
        "last": partial(get, f"{gallery}{following(said, oldest)}", htmx=True),
        "filtered": partial(get, f"{gallery}?status=candidates&verdict=none", htmx=True),
        "sorted": partial(get, f"{gallery}?sort=likeness", htmx=True),
        "window": partial(get, window),
        "JSON": partial(get, api),
        "page": partial(get, gallery),
    }
    for way in ways.values():
        way()
    took = in_turns(rounds, {name: partial(_took_s, way) for name, way in ways.items()})
    of = f", {count:,} variants"
    yield most(f"list of {PAGE} cards{of}", *_beside(took, "list", "peer"), 4.5)
    yield most(f"{PAGE} kept cards alone{of}", *_beside(took, "window", "peer"), 1.3)
    yield most(f"JSON of {PAGE}{of}", *_beside(took, "JSON", "peer"), 2.0)
    yield most(f"last page beside the first{of}", *_beside(took, "last", "list"), 1.5)
    yield Row(f"whole page{of}", *_beside(took, "page", "peer"))
    yield Row(f"list filtered by two{of}", *_beside(took, "filtered", "list"))
    yield Row(f"list sorted by likeness{of}", *_beside(took, "sorted", "list"))
    longest = {
        "list": partial(get, f"{gallery}?limit=200", htmx=True),
        "page": partial(get, f"{gallery}?limit=200"),
    }
    for name, limit in (("list", 3 + SIGNING_IN), ("page", 8)):
        longest[name]()
        queries, of_200 = _queries(ways[name]), _queries(longest[name])
        yield Row(
            f"queries of the {name}, {SIGNING_IN} of them to sign in{of}",
            f"{queries} ({of_200} for 200 cards)",
            goal=f"at most {limit}",
            met=max(queries, of_200) <= limit,
        )


def _beside(took: Rounds, side: str, peer: str) -> tuple[str, str, float]:
    return _ms(took.median(side)), _ms(took.median(peer)), took.ratio(side, peer)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def _took_s(way: Callable[[], Any]) -> float:
    began = time.perf_counter()
    for _ in range(REPEATS):
        way()
    return (time.perf_counter() - began) / REPEATS


def _queries(way: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        way()
    return len(captured)


def _client(user: User) -> Get:
    """A function that gets an address as that person, through the WSGI application."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "people.backends.PeopleBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    factory = RequestFactory(
        SERVER_NAME="localhost", HTTP_COOKIE=f"sessionid={session.session_key}"
    )

    def get(address: str, *, htmx: bool = False) -> bytes:
        headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
        environ = factory.get(address, **headers).environ
        statuses: list[str] = []
        body = b"".join(application(environ, lambda status, _: statuses.append(status)))
        if not statuses[0].startswith("200"):
            raise RuntimeError(f"{address}: {statuses[0]}")
        return body

    return get
