"""`script/bench events`: what one delivery costs, beside Redis handed to bare sockets."""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import redis
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from people.models import Project, ProjectMembership
from studio.lib import events
from tests.bench.ears import Ears, listen
from tests.bench.rounds import Rounds, cpu_s, p95
from tests.bench.rows import Row, most
from tests.bench.servers import await_true, free_port, listens, program

CHANNEL = "raw-events"
A_SECOND = 20
BURST = 200
# What a progress bar's message weighs.
PADDING = "<progress value='50' max='100'>step 10 of 20</progress>" * 12


@dataclass
class Side:
    """One of the two servers: its process, its sockets' address, how to send to all of them."""

    pid: int
    url: str
    send: Callable[[int], object]
    ears: Ears = field(default_factory=Ears)


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    people, sockets, seconds = (5, 10, 0.5) if quick else (100, 200, 5.0)
    project, cookies = _people(people)
    redis_url = os.environ["REDIS_URL"]
    client = redis.Redis.from_url(redis_url)
    ours, raw = free_port(), free_port()
    daphne = ("-b", "127.0.0.1", "-p", str(ours), "studio.asgi:application")
    bare = (redis_url, CHANNEL, str(raw))

    def push(number: int) -> None:
        fragments = {"tray": _html(number)}
        events.push("job.progress", [f"project-{project.pk}"], fragments=fragments)

    with (
        program("tests.bench.plain_daphne", *daphne, log=folder / "daphne.log") as product,
        program("tests.bench.raw_events", *bare, log=folder / "raw.log") as peer,
    ):
        await_true(lambda: listens(ours) and listens(raw), "both servers")
        sides = {
            "product": Side(product.pid, f"ws://127.0.0.1:{ours}/ws/events/?fragments=tray", push),
            "raw": Side(
                peer.pid,
                f"ws://127.0.0.1:{raw}/",
                lambda number: client.publish(CHANNEL, _html(number)),
            ),
        }
        return asyncio.run(_measure(rounds, sides, cookies, sockets, seconds))


async def _measure(
    rounds: int, sides: dict[str, Side], cookies: list[str], sockets: int, seconds: float
) -> list[Row]:
    transports = [
        await listen(side.ears, side.url, cookies[number % len(cookies)])
        for side in sides.values()
        for number in range(sockets)
    ]
    cpu: dict[str, list[float]] = {name: [] for name in sides}
    late: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides) if number % 2 else reversed(sides):
            used, tail = await _steadily(sides[name], sockets, seconds)
            cpu[name].append(used)
            late[name].append(tail)
    missing, behind = await _burst(sides["product"], sockets)
    for transport in transports:
        transport.close()
    return [
        *_rows(Rounds(cpu), Rounds(late), sockets),
        Row(
            f"a burst of {BURST} to {sockets} sockets",
            f"{missing} deliveries missing, {behind} sockets without the last",
            goal="every socket has the last state",
            met=behind == 0,
        ),
    ]


async def _steadily(side: Side, sockets: int, seconds: float) -> tuple[float, float]:
    """CPU seconds per delivery, and the 95th percentile of the delay in seconds."""
    side.ears.forget()
    count = max(2, round(A_SECOND * seconds))
    before, begun = cpu_s(side.pid), time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))
        await sync_to_async(side.send)(number)
    await side.ears.all_heard(count * sockets)
    return (cpu_s(side.pid) - before) / len(side.ears.late_s), p95(side.ears.late_s)


async def _burst(side: Side, sockets: int) -> tuple[int, int]:
    """How many deliveries of a burst did not come, and how many sockets lack the last state."""
    side.ears.forget()
    for number in range(BURST):
        await sync_to_async(side.send)(number)
    await side.ears.all_heard(BURST * sockets)
    up_to_date = sum(last == BURST - 1 for last in side.ears.last.values())
    return BURST * sockets - len(side.ears.late_s), sockets - up_to_date


def _rows(cpu: Rounds, late: Rounds, sockets: int) -> list[Row]:
    return [
        most(
            f"CPU per delivery, {A_SECOND} a second to {sockets} sockets",
            f"{cpu.median('product') * 1e6:.1f} µs",
            f"{cpu.median('raw') * 1e6:.1f} µs (Redis to websockets)",
            cpu.ratio("product", "raw"),
            4.0,
        ),
        most(
            "delay of a delivery, p95",
            f"{late.median('product') * 1e3:.1f} ms",
            f"{late.median('raw') * 1e3:.1f} ms (Redis to websockets)",
            late.ratio("product", "raw"),
            2.5,
        ),
    ]


def _html(number: int) -> str:
    return f"<i data-x='at={time.monotonic():.6f};number={number};'></i>{PADDING}"


def _people(count: int) -> tuple[Project, list[str]]:
    """A project with so many members, and the session cookie of each."""
    project = Project.objects.create(name="Northlight")
    role = Group.objects.get(name="Creator")
    cookies = []
    for number in range(count):
        person = get_user_model().objects.create(username=f"person-{number}")
        person.groups.add(role)
        ProjectMembership.objects.create(project=project, user=person)
        browser = Client()
        browser.force_login(person, "people.backends.PeopleBackend")
        cookies.append(f"sessionid={browser.cookies['sessionid'].value}")
    return project, cookies
