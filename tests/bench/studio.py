"""A studio to measure: people, ready characters, servers, and the processes that do the work."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from comfy_bridge import health, pool
from comfy_bridge.models import ComfyServer
from comfy_bridge.requests import BoundPrompt
from people.models import User
from studio.lib.files import read
from tests import make
from tests.bench.servers import program
from variants import ordering
from variants.binding import prompt_for
from variants.generating import NETWORKS
from variants.models import GenerationRequest
from variants.publishing import UNFINISHED
from variants.vocabulary import VariantStatus

MODELFREE = "modelfree_img2img"
LOOK_S = 0.005
WITHIN_S = 300.0


class Studio:
    """A project with one creator and `count` characters whose candidates can be asked for."""

    def __init__(self, name: str, count: int = 1, portrait: bytes | None = None) -> None:
        admin = make.user(f"admin of {name}", "Admin")
        where = make.project(admin, name)
        self.creator: User = make.member(where, f"creator of {name}", "Creator")
        self.characters = [
            make.ready(
                self.creator, make.character(self.creator, where, name=f"Jane {n}"), portrait
            )
            for n in range(count)
        ]

    def make(self, count: int, workflow: str = MODELFREE, **values: Any) -> None:
        """Ask for so many candidates in one go and wait until their rows name stored files."""
        wish = make.wish(count, workflow_id=make.workflow(workflow).pk, values=values)
        _await_all(ordering.order(self.creator, self.characters[0], wish).request)

    def prompts(self, count: int, workflow: str = MODELFREE, **values: Any) -> list[BoundPrompt]:
        """What the product would send for so many candidates, for the plain way."""
        source = self.characters[0].current_source
        assert source is not None
        picture = read(source.rendition_path("display"))
        return [
            prompt_for(
                make.workflow(workflow).latest(),
                source,
                picture,
                seed=secrets.randbelow(2**53),
                key=f"plain-{secrets.token_hex(8)}",
                wish=values,
            )
            for _ in range(count)
        ]


def _await_all(request: GenerationRequest) -> None:
    """Return when every candidate is generated; the benchmark ends when one is not."""
    deadline = time.monotonic() + WITHIN_S
    while request.variants.filter(status_id__in=UNFINISHED).exists():
        assert time.monotonic() < deadline, "the candidates did not come"
        time.sleep(LOOK_S)
    others = request.variants.exclude(status_id=VariantStatus.GENERATED)
    assert not others.exists(), list(others.values_list("error", flat=True))


def use_servers(urls: Sequence[str]) -> None:
    """Work goes to these servers, asked just now, and to no others."""
    servers = pool.register_urls(urls)
    ComfyServer.objects.exclude(url__in=urls).update(paused=True)
    for server in servers:
        ComfyServer.objects.filter(pk=server.pk).update(paused=False)
        health.check(server, NETWORKS)


@contextmanager
def worked(threads: int, folder: Path) -> Iterator[None]:
    """A worker process for generations, with so many threads, and the sweeper."""
    size = ("--processes=1", f"--threads={threads}", "--queues=comfy")
    with ExitStack() as stack:
        for name, command in {
            "comfy-worker": ("dramatiq", "studio.worker", *size),
            "sweeper": ("manage", "sweep"),
        }.items():
            stack.enter_context(program(*command, log=folder / f"{name}.log"))
        yield
