"""People who keep a studio busy over its API, and the ledger of what they were promised.

Whoever gets no answer asks again with the same key, as a client should; the ledger is kept here,
apart from the product.
"""

import io
import itertools
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
from PIL import Image

from tests.chaos.studio import MAKERS, Studio
from tests.jobs.product import PORTRAIT

TOKEN_S = 300
PAUSE_S = 0.2
REST_S = 180
LEAVE_S = 30
SIDE_PX = 256
OPEN = "SELECT count(*) FROM image_variants WHERE status_id IN (1, 2)"
CANDIDATES = """SELECT character_id, id FROM image_variants WHERE status_id IN (3, 5)
    ORDER BY id DESC LIMIT 40"""


@dataclass
class Asked:
    """One request: what was asked under a key, and what was promised."""

    who: str
    character: int
    count: int
    promised: dict[str, Any] | None = None


@dataclass
class Ledger:
    """What was asked, by key; what was approved; and answers that nobody should get."""

    asked: dict[str, Asked] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    approved: set[int] = field(default_factory=set)


class Person:
    """One signed-in user with a connection of its own; asks until there is an answer."""

    def __init__(self, studio: Studio, who: str, ledger: Ledger) -> None:
        self.who = who
        self._studio = studio
        self._ledger = ledger
        self._http = httpx.Client(base_url=f"{studio.address}/api/v1/", timeout=20)
        self._signed_in = -float("inf")

    def send(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """One try; None when no answer came, the server broke, or the token had to be renewed."""
        try:
            if time.monotonic() - self._signed_in > TOKEN_S:
                self._sign_in()
            answer = self._http.request(method, path, **more)
        except httpx.TransportError:
            self._ledger.answers["none"] += 1
            return None
        self._ledger.answers[f"{answer.status_code // 100}xx"] += 1
        if answer.status_code == 401:
            self._signed_in = -float("inf")
        return None if answer.status_code in (401, 429) or answer.status_code >= 500 else answer

    def insist(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Try until there is an answer."""
        while (answer := self.send(method, path, **more)) is None:
            time.sleep(PAUSE_S)
        return answer

    def _sign_in(self) -> None:
        fields = {"username": self.who, "password": self._studio.password(self.who)}
        answer = self._http.post("auth/token", json=fields)
        if answer.status_code == 200:
            self._http.headers["Authorization"] = f"Bearer {answer.json()['access']}"
            self._signed_in = time.monotonic()


class Load:
    """Makers, two reviewers who disagree, and somebody who replaces a source again and again."""

    def __init__(self, studio: Studio, seed: int, in_flight: int) -> None:
        self.studio = studio
        self.ledger = Ledger()
        self.in_flight = in_flight
        self._seed = seed
        self._going = threading.Event()
        self._leaving = threading.Event()
        self._resting = threading.Semaphore(0)
        self._open = 0
        self._threads: list[threading.Thread] = []
        self._keys = itertools.count(1)

    def __enter__(self) -> "Load":
        """A project, a character for each maker and one more; people who wait for `go_on`."""
        admin = self._person("admin")
        project = admin.insist("POST", "projects", json={"name": "Chaos"}).json()["id"]
        for who in (*MAKERS, "reviewer"):
            admin.insist("POST", f"projects/{project}/members", json={"username": who})
        workflows = admin.insist("GET", "workflows").json()["results"]
        self._workflow = next(row["id"] for row in workflows if row["name"] == "modelfree_img2img")
        owners = {name: self._character(project, name) for name in (*MAKERS, "admin")}
        for who in MAKERS:
            self._spawn(self._make, self._person(who), owners[who])
        self._spawn(self._replace, admin, owners["admin"])
        self._spawn(self._review)
        self.pause()
        return self

    def pause(self) -> None:
        """Nobody begins anything new; returns when every request has its answer."""
        self._going.clear()
        for _ in self._threads:
            assert self._resting.acquire(timeout=REST_S), "somebody still waits for an answer"

    def go_on(self) -> None:
        self._going.set()

    def __exit__(self, *_error: object) -> None:
        self._leaving.set()
        self._going.set()
        for thread in self._threads:
            thread.join(LEAVE_S)  # after a failure nobody may get an answer any more

    # --- what they do ---------------------------------------------------------------------------

    def _make(self, maker: Person, character: int, dice: random.Random) -> None:
        if self._open < self.in_flight:
            self._ask(maker, character, dice.randint(1, 4))
        else:
            time.sleep(PAUSE_S)
            self._open = sum(count for (count,) in self.studio.glance(OPEN)) or self._open

    def _ask(self, maker: Person, character: int, count: int) -> None:
        key = f"chaos-{self._seed}-{next(self._keys)}"
        entry = self.ledger.asked[key] = Asked(maker.who, character, count)
        self._open += count
        answer = maker.insist(
            "POST",
            f"characters/{character}/variants/generate",
            json={"variant_type": "clothed", "workflow_id": self._workflow, "count": count,
                  "prompt": key},
            headers={"Idempotency-Key": key},
        )  # fmt: skip
        if answer.status_code == 202:
            entry.promised = answer.json()
        else:
            self.ledger.wrong.append(f"{key}: {answer.status_code} {answer.text[:200]}")

    def _review(self, dice: random.Random) -> None:
        """A creator and a reviewer approve different candidates of one character at once."""
        rows = self.studio.glance(CANDIDATES)
        if len(rows) < 2:
            time.sleep(PAUSE_S)
            return
        character = dice.choice(rows)[0]
        several = [pk for owner, pk in rows if owner == character]
        if len(several) < 2:
            return
        pair = [
            threading.Thread(target=self._approve, args=(who, character, pk))
            for who, pk in zip(("creator", "reviewer"), dice.sample(several, 2), strict=True)
        ]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        time.sleep(5 * PAUSE_S)

    def _approve(self, who: str, character: int, variant: int) -> None:
        path = f"characters/{character}/variants/{variant}/approve"
        answer = self._person(who).send("POST", path)
        if answer is None:
            return
        if answer.status_code == 200:
            self.ledger.approved.add(character)
        elif answer.status_code not in (403, 409):
            self.ledger.wrong.append(f"approve {variant}: {answer.status_code} {answer.text[:200]}")

    def _replace(self, owner: Person, character: int, dice: random.Random) -> None:
        """Replace the source while two candidates are being made of the old one."""
        self._ask(owner, character, 2)
        owner.insist("POST", f"characters/{character}/seed-image/unlock")
        self._upload(owner, character, dice)
        time.sleep(15 * PAUSE_S)

    # --- the rest -------------------------------------------------------------------------------

    def _character(self, project: int, name: str) -> int:
        admin = self._person("admin")
        wish = {"project": project, "name": name, "depicts": "fictional"}
        character = int(admin.insist("POST", "characters", json=wish).json()["id"])
        self._upload(admin, character, random.Random(name))
        return character

    def _upload(self, owner: Person, character: int, dice: random.Random) -> None:
        """A picture of its own, checked and approved."""
        picture = Image.open(PORTRAIT).convert("RGB").resize((SIDE_PX, SIDE_PX))
        picture.putpixel((0, 0), tuple(dice.randbytes(3)))
        data = io.BytesIO()
        picture.save(data, "PNG")
        files = {"file": ("portrait.png", data.getvalue(), "image/png")}
        sent = owner.insist("POST", f"characters/{character}/source-image", files=files)
        if sent.status_code != 201:
            self.ledger.wrong.append(f"upload: {sent.status_code} {sent.text[:200]}")
        approve = f"characters/{character}/seed-image/approve"
        wish = {"override": True, "reason": "A test picture"}
        while owner.insist("POST", approve, json=wish).status_code != 200:
            time.sleep(PAUSE_S)
            if owner.insist("GET", f"characters/{character}").json()["appearance_locked"]:
                return  # it was approved, and the answer was lost

    def _person(self, who: str) -> Person:
        return Person(self.studio, who, self.ledger)

    def _spawn(self, work: Any, *arguments: Any) -> None:
        dice = random.Random(f"{self._seed}-{len(self._threads)}")

        def keep_on() -> None:
            while not self._leaving.is_set():
                if not self._going.is_set():
                    self._resting.release()
                    self._going.wait()
                    continue
                work(*arguments, dice)

        thread = threading.Thread(target=keep_on, daemon=True)
        thread.start()
        self._threads.append(thread)
