"""The product as it really runs: its server with workers inside, the sandbox, its people.

Knows processes, the REST API and the database's command line; never a browser.
"""

import itertools
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from studio.client import Client
from studio.client.rows import Variant
from tests.fakes.sandbox import SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "samples" / "astronaut.png"
HOST = "127.0.0.1"
START_S = 90.0
END_S = 15.0
PASSWORD = secrets.token_urlsafe(12)
PEOPLE = {
    "admin": "Admin",
    "creator": "Creator",
    "colleague": "Creator",
    "newcomer": "Creator",  # of no project until the main job
    "leaver": "Creator",  # who signs out in the middle of things
    "plain": "Creator",
    "hands": "Creator",
    "guest": "Creator",
    "reviewer": "Reviewer",
}
MAKE_PEOPLE = """
import os
from django.contrib.auth.models import Group
from people.models import User
for pair in os.environ["BROWSER_PEOPLE"].split(","):
    name, role = pair.split(":")
    user = User(username=name, first_name=name.capitalize(), is_staff=role == "Admin")
    user.set_password(os.environ["BROWSER_PASSWORD"])
    user.save()
    user.groups.add(Group.objects.get(name=role))
"""
# Copies of a row that the product's own steps made: a long line takes no hours.
COPY = """
from variants.models import ImageVariant
pattern = ImageVariant.objects.get(pk={variant})
columns = [field.attname for field in ImageVariant._meta.concrete_fields if not field.primary_key]
values = {{name: getattr(pattern, name) for name in columns}}
rows = [ImageVariant(**values) for _ in range({count})]
ImageVariant.objects.bulk_create(rows, batch_size=500)
"""
RIGHTS = {
    "statement": "A public-domain photograph of NASA, used to test the software.",
    "source": "NASA, by way of scikit-image",
}
# Of the shell that runs the tests, nothing may reach the product's own data.
FOREIGN = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "MEDIA_ROOT", "ALLOWED_HOSTS", "DEBUG")


@dataclass(frozen=True)
class Candidates:
    """A character with its baseline approved, and the variants that were made of it."""

    character: int
    variants: list[int]
    request: int

    @property
    def page(self) -> str:
        return f"/characters/{self.character}/"


class Product:
    """One running product on a folder of its own. `url` is its address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sandbox = SandboxProcess(step_ms=150, dir=folder / "sandbox")
        self._port = _free_port()
        self.url = f"http://{HOST}:{self._port}"
        self._server: subprocess.Popen[bytes] | None = None
        self._apis: dict[str, Client] = {}
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        (self.folder / "sandbox").mkdir(parents=True)
        self.sandbox.start()
        try:
            self._manage("migrate", "--no-input")
            self._manage("shell", "-c", MAKE_PEOPLE)
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()
        self.sandbox.stop()

    def start(self) -> None:
        """Start the server (again, after `stop`) and wait for its first page."""
        command = [sys.executable, "-m", "daphne", "-b", HOST, "-p", str(self._port)]
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                [*command, "studio.asgi:application"],
                cwd=ROOT, env=self._environment(), stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        until = time.monotonic() + START_S
        while not self._answers():
            assert self._server.poll() is None, f"the server ended:\n{self._last_words()}"
            assert time.monotonic() < until, f"no page came:\n{self._last_words()}"
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server as a supervisor does."""
        server, self._server = self._server, None
        if server is None:
            return
        server.terminate()
        try:
            server.wait(END_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def kill(self) -> None:
        """End the server as a crash does: nothing is said, nothing is finished."""
        if self._server:
            self._server.kill()
            self._server.wait()
            self._server = None

    def api(self, person: str) -> Client:
        """The REST API as this person."""
        if person not in self._apis:
            self._apis[person] = Client(self.url, person, PASSWORD)
        return self._apis[person]

    def new_project(self, name: str, *members: str) -> int:
        """A project with these members, its name made unique by a number; its id."""
        admin = self.api("admin")
        made = admin.create_project(f"{name} {next(self._numbers)}", "For a test")
        for member in members:
            admin.add_member(made["id"], member)
        return made["id"]

    def new_character(self, project: int, name: str, depicts: str = "real_person") -> int:
        """A character without a source image; its id."""
        return self.api("admin").create_character(project, name, depicts)["id"]

    def approved(self, project: int, name: str) -> int:
        """A character whose portrait is checked, stated and approved; its id."""
        admin = self.api("admin")
        character = self.new_character(project, name)
        admin.attest(character, **RIGHTS)
        admin.upload_source(character, PORTRAIT)
        admin.wait_for_qa(character)
        admin.approve_baseline(character)
        return character

    def ask(self, character: int, count: int, workflow: str = "modelfree_img2img") -> Candidates:
        """Ask for candidates as the admin; they are still to be made."""
        admin = self.api("admin")
        number = admin.workflow(workflow)["id"]
        asked = admin.generate(character, "clothed", number, count=count, prompt="p")
        return Candidates(character, asked["variant_ids"], asked["request_id"])

    def candidates(self, project: int, name: str, count: int) -> Candidates:
        """A character with so many candidates, all of them made and checked."""
        made = self.ask(self.approved(project, name), count)
        ended = self.api("admin").wait_for_request(made.request)
        assert ended["statuses"] == {"generated": count}, ended
        return made

    def many(self, project: int, name: str, count: int) -> Candidates:
        """A character with so many candidates, which are copies of one."""
        made = self.candidates(project, name, 1)
        self._manage("shell", "-c", COPY.format(variant=made.variants[0], count=count - 1))
        asked = "SELECT id FROM image_variants WHERE character_id = ? ORDER BY id"
        ids = [row[0] for row in self.rows(asked, made.character)]
        return Candidates(made.character, ids, made.request)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database itself says."""
        file = f"file:{self.folder / 'var' / 'studio.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as database:
            return database.execute(sql, values).fetchall()

    def variant(self, character: int, variant: int) -> Variant:
        """What the API says of a variant."""
        return self.api("admin").variant(character, variant)

    def count_variants(self, character: int) -> int:
        """How many variants a character has."""
        return len(list(self.api("admin").variants(character)))

    @property
    def log(self) -> Path:
        """Where the server writes."""
        return self.folder / "server.log"

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _manage(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        return kept | {
            "VAR_DIR": str(self.folder / "var"),
            "SITE_URL": self.url,
            "STUDIO_WORKERS": "embedded",
            "COMFYUI_URLS": self.sandbox.url,
            "COMFYUI_NETWORKS": "127.0.0.0/8",
            # Short waits: a test sees a job fail for good after its second attempt.
            "JOB_SWEEP_S": "1",
            "COMFYUI_WAIT_S": "5",
            "JOB_MAX_ATTEMPTS": "2",
            "LOG_LEVEL": "INFO",
            "PYTHONUNBUFFERED": "1",
            "BROWSER_PEOPLE": ",".join(f"{name}:{role}" for name, role in PEOPLE.items()),
            "BROWSER_PASSWORD": PASSWORD,
        }

    def _last_words(self) -> str:
        return self.log.read_text("utf-8", "replace")[-4000:] if self.log.is_file() else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
