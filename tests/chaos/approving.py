"""Many people approve different candidates of one character at the same moment, round after round.

Speaks to the page, which says what hero its reader saw.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from tests.chaos.studio import MAKERS, Studio

LIMIT_S = 120
WEB = {"WEB_PROCESSES": "2", "WEB_THREADS": "10"}  # 20 connections to the database
CANDIDATES = """
import itertools
from django.db import transaction
from jobs.models import Job
from people.models import User
from tests import make
from variants.models import ImageVariant
from characters.models import Character
character = Character.objects.get(pk={character})
creator = User.objects.get(username="creator")
left = {count}
while left:
    some = min(left, 64)
    with transaction.atomic():
        made = make.generated(creator, character, some)
        ImageVariant.objects.filter(pk__in=[one.pk for one in made]).update(job=None)
        Job.objects.filter(pk__in=[one.job_id for one in made]).delete()
    left -= some
"""
SEEN = """SELECT id, revision, is_hero FROM image_variants WHERE character_id = {} ORDER BY id"""


@dataclass
class Approvals:
    """How the rounds ended; `wrong` is empty when each had one winner and all others were told."""

    rounds: int = 0
    told: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def with_candidates(studio: Studio, count: int) -> int:
    """A character with so many candidates whose images are there; its id."""
    character = studio.approved_character()
    made = studio.manage("shell", "-c", CANDIDATES.format(character=character, count=count))
    assert made.returncode == 0, made.stdout
    project = studio.get("projects", "admin")["results"][0]["id"]
    for who in MAKERS[1:]:
        studio.post(f"projects/{project}/members", "admin", json={"username": who})
    return character


async def approve_at_once(
    studio: Studio, character: int, rounds: int, tell: Callable[[str], None] = print
) -> Approvals:
    """Each round every candidate but the hero is approved at once, by three people in turn."""
    found = Approvals()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=studio.address, limits=limits, timeout=LIMIT_S) as http:
        people = [await _sign_in(http, who, studio.password(who)) for who in MAKERS]
        for _ in range(rounds):
            rows = studio.rows(SEEN.format(character))
            hero = next((pk for pk, _, is_hero in rows if is_hero), None)
            asked = [
                _approve(http, people[number % len(people)], pk, revision, hero)
                for number, (pk, revision, _) in enumerate(rows)
                if pk != hero
            ]
            _judge(found, studio, character, await asyncio.gather(*asked))
            tell(f"{found.rounds:5} {dict(found.told)}, wrong {len(found.wrong)}")
    return found


async def _approve(
    http: httpx.AsyncClient, person: dict[str, str], pk: int, revision: int, hero: int | None
) -> tuple[int, httpx.Response]:
    seen = {"revision": str(revision), "seen_hero": str(hero or "none")}
    return pk, await http.post(f"/variants/{pk}/approve/", data=seen, headers=person)


def _judge(
    found: Approvals, studio: Studio, character: int, answers: list[tuple[int, httpx.Response]]
) -> None:
    found.rounds += 1
    heroes = [pk for pk, _, is_hero in studio.rows(SEEN.format(character)) if is_hero]
    if len(heroes) != 1:
        found.wrong.append(f"round {found.rounds}: {len(heroes)} heroes")
        return
    (winner,) = heroes
    news = re.compile(rf"Candidate {winner} is the clothed hero now: approve\w* by \w+")
    for pk, answer in answers:
        if pk == winner and answer.status_code == 200 and f"{pk} is the hero." in answer.text:
            found.told["won"] += 1
        elif answer.status_code == 200 and news.search(answer.text):
            found.told["told who chose what"] += 1
        else:
            text = answer.text[-300:]
            found.wrong.append(f"round {found.rounds}, {pk}: {answer.status_code} {text}")


async def _sign_in(http: httpx.AsyncClient, who: str, password: str) -> dict[str, str]:
    """The headers of a signed-in browser that speaks htmx."""
    page = await http.get("/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text
    fields = {"username": who, "password": password, "csrfmiddlewaretoken": token[1]}
    answer = await http.post("/sign-in/", data=fields)
    cookies = {**page.cookies, **answer.cookies}
    http.cookies.clear()
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"],
        "HX-Request": "true",
    }
