"""The crowd: reviewers with a browser each, and creators with programs; knows addresses only.

A reviewer's browser opens one socket, keeps the images that it has seen, and loads six at a time.
"""

import asyncio
import html
import itertools
import random
import re
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.test import Client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from people.models import User
from tests.bench.ingest_pictures import SORTS

THINK_S = (5.0, 15.0)
AT_A_TIME = 6
IN_SIGHT = 30  # images of a gallery that a browser loads before anybody scrolls: the rest is lazy
PICTURES = 10
WITHIN_S = 60
IMAGE = re.compile(r'<img[^>]* src="(/media/[^"]+)"')
MORE = re.compile(r'data-more><a class="btn" href="([^"]+)"')
LENGTH = re.compile(rb"content-length: (\d+)")
VARIANT = re.compile(r'href="(/variants/\d+/)"')
# What a reviewer opens next, and how often.
HABITS = {"gallery": 35, "more": 20, "variant": 20, "review": 15, "project": 5, "home": 5}


@dataclass
class Seen:
    """What the crowd has waited for, in ms, and what went wrong."""

    pages_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    images_ms: list[float] = field(default_factory=list)
    uploads_ms: list[float] = field(default_factory=list)
    asked_ms: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    sockets: int = 0
    events: int = 0


class Crowd:
    """Everybody, on one project; `characters` can be asked for candidates by `workflow`."""

    def __init__(
        self,
        address: str,
        reviewers: Sequence[User],
        creators: Sequence[User],
        project: int,
        characters: Sequence[int],
        workflow: int,
    ) -> None:
        self.address = address
        self.project = project
        self.characters = characters
        self.seen = Seen()
        self._reviewers = [_headers(person) for person in reviewers]
        self._creators = [_headers(person) for person in creators]
        self._workflow = workflow
        self._pictures = _pictures(PICTURES)

    async def come(self, lasts_s: float, uploads_a_minute: float, jobs_a_minute: float) -> Seen:
        """Browse, upload and ask for so long; what was seen."""
        until = time.monotonic() + lasts_s
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(
            base_url=self.address, limits=limits, timeout=WITHIN_S
        ) as self.http:
            ears = [asyncio.create_task(self._listen(one)) for one in self._reviewers]
            await asyncio.gather(
                *(
                    Reviewer(self, headers, random.Random(number)).browse(until)
                    for number, headers in enumerate(self._reviewers)
                ),
                self._again(self._upload, 60 / uploads_a_minute, until),
                self._again(self._ask, 60 / jobs_a_minute, until),
            )
            self.seen.sockets = sum(not ear.done() for ear in ears)
            for ear in ears:
                ear.cancel()
        return self.seen

    async def send(
        self, method: str, path: str, headers: dict[str, str], into: list[float], **more: Any
    ) -> httpx.Response:
        """One request; its duration in ms goes `into` a list, a refusal is counted."""
        begun = time.perf_counter()
        answer = await self.http.request(method, path, headers=headers, **more)
        into.append((time.perf_counter() - begun) * 1e3)
        if answer.status_code >= 400:
            self.seen.refused[answer.status_code] += 1
        return answer

    async def _listen(self, headers: dict[str, str]) -> None:
        """A page's socket; ends when the server closes it."""
        url = f"{self.address.replace('http', 'ws', 1)}/ws/events/"
        cookie = {"Cookie": headers["Cookie"]}
        async with connect(url, origin=self.address, additional_headers=cookie) as socket:
            try:
                async for _ in socket:
                    self.seen.events += 1
            except ConnectionClosed:
                pass

    async def _again(
        self, work: Callable[[int], Coroutine[Any, Any, None]], every_s: float, until: float
    ) -> None:
        """Begin a piece of work every so many seconds, however long one takes."""
        begun = []
        for number in itertools.count():
            if time.monotonic() >= until:
                break
            begun.append(asyncio.create_task(work(number)))
            await asyncio.sleep(every_s)
        await asyncio.gather(*begun)

    async def _upload(self, number: int) -> None:
        """A new character with a source image."""
        who = self._creators[number % len(self._creators)]
        wish = {"project": self.project, "name": f"New {number}", "depicts": "fictional"}
        made = await self.send("POST", "/api/v1/characters", who, [], json=wish)
        path = f"/api/v1/characters/{made.json()['id']}/source-image"
        picture = {"file": ("picture.jpg", self._pictures[number % PICTURES], "image/jpeg")}
        await self.send("POST", path, who, self.seen.uploads_ms, files=picture)

    async def _ask(self, number: int) -> None:
        who = self._creators[number % len(self._creators)]
        character = self.characters[number % len(self.characters)]
        path = f"/api/v1/characters/{character}/variants/generate"
        wish = {"variant_type": "clothed", "workflow_id": self._workflow, "count": 1}
        await self.send("POST", path, who, self.seen.asked_ms, json=wish)


class Reviewer:
    """One person who looks, thinks, and looks further."""

    def __init__(self, crowd: Crowd, headers: dict[str, str], dice: random.Random) -> None:
        self._crowd = crowd
        self._headers = headers
        self._dice = dice
        self._kept: set[str] = set()
        self._lines: asyncio.Queue[Line] = asyncio.Queue()
        for _ in range(AT_A_TIME):
            self._lines.put_nowait(Line(crowd.address, headers))
        self._links: dict[str, list[str]] = {"more": [], "variant": []}

    async def browse(self, until: float) -> None:
        """Open page after page."""
        await asyncio.sleep(self._dice.uniform(0, min(THINK_S[1], until - time.monotonic())))
        while time.monotonic() < until:
            await self._open(*self._next())
            await asyncio.sleep(self._dice.uniform(*THINK_S))

    def _next(self) -> tuple[str, str]:
        """What to open, and where: links that the last gallery had, or another character."""
        habit = self._dice.choices(list(HABITS), list(HABITS.values()))[0]
        character = self._dice.choice(self._crowd.characters)
        if links := self._links.get(habit):
            return habit, self._dice.choice(links)
        if habit == "review":
            return habit, f"/characters/{character}/review/"
        if habit == "project":
            return habit, f"/projects/{self._crowd.project}/"
        return (habit, "/") if habit == "home" else ("gallery", f"/characters/{character}/")

    async def _open(self, habit: str, path: str) -> None:
        """The page, and what its images are."""
        into = self._crowd.seen.pages_ms[habit]
        page = await self._crowd.send("GET", path, self._headers, into, follow_redirects=True)
        if habit in ("gallery", "more"):
            base = httpx.URL(self._crowd.address).join(path)
            more = [str(base.join(html.unescape(link))) for link in MORE.findall(page.text)]
            self._links = {"more": more, "variant": VARIANT.findall(page.text)}
        images = {html.unescape(path) for path in IMAGE.findall(page.text)[:IN_SIGHT]} - self._kept
        self._kept |= images
        await asyncio.gather(*(self._look(path) for path in images))

    async def _look(self, path: str) -> None:
        """Load an image, as soon as one of the browser's connections is free."""
        line, seen = await self._lines.get(), self._crowd.seen
        begun = time.perf_counter()
        status = await line.get(path)
        seen.images_ms.append((time.perf_counter() - begun) * 1e3)
        self._lines.put_nowait(line)
        if status >= 400:
            seen.refused[status] += 1


class Line:
    """A connection that is kept for one image after the other, and costs little: what is measured
    is the server."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        place = urlsplit(address)
        self._place = (place.hostname, place.port)
        lines = {"Host": place.netloc, "Cookie": headers["Cookie"]}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> int:
        """The status of the whole answer; a connection that was closed meanwhile is opened anew."""
        if self._streams:
            try:
                return await self._ask(path, *self._streams)
            except (asyncio.IncompleteReadError, ConnectionError):
                self._streams[1].close()
        self._streams = await asyncio.open_connection(*self._place)
        return await self._ask(path, *self._streams)

    async def _ask(
        self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> int:
        writer.write(f"GET {path} HTTP/1.1\r\n{self._head}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = LENGTH.search(head)
        assert size, head
        await reader.readexactly(int(size[1]))
        if b"connection: close" in head:
            writer.close()
            self._streams = None
        return int(head.split(maxsplit=2)[1])


def _headers(person: User) -> dict[str, str]:
    """Those of a browser in which the person has signed in."""
    browser = Client()
    browser.force_login(person)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    token = secrets.token_hex(16)
    return {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={token}",
        "X-CSRFToken": token,
        "Accept-Encoding": "gzip",
    }


def _pictures(count: int) -> list[bytes]:
    """2 MP JPEGs, no two of them the same file."""
    data = SORTS[1].data()
    comments = [f"picture {number}".encode() for number in range(count)]
    return [data[:2] + b"\xff\xfe" + (len(c) + 2).to_bytes(2) + c + data[2:] for c in comments]
