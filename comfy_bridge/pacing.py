"""How long each server takes, as this process has seen it lately, and so who ends a prompt first.

A guess that orders work and nothing more: what a server has, and whether it answers, its row says.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from statistics import median

from comfy_bridge.models import Breaker, ComfyServer

KEPT = 8
UNSEEN_S = 1.0
FAR = 200  # so many waiting prompts keep any server busy

Seconds = Mapping[int, float]
"""What one prompt takes, by the key of the server."""


class Paces:
    """The last runs of each workflow version on each server; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[int, int], deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))

    def saw(self, version: int, server: int, took_s: float) -> None:
        """A prompt of this version ran so long on this server."""
        with self._lock:
            self._seen[version, server].append(took_s)

    def seconds(self, version: int, servers: Sequence[ComfyServer]) -> Seconds:
        """What a prompt of this version takes on each server, loaded by `with_open`.

        Where it was not seen yet it counts as the quickest. A server that has had a prompt for
        twice as long as it should has become slower by what is beyond that.
        """
        with self._lock:
            usual = {
                server.pk: median(self._seen[version, server.pk])
                for server in servers
                if (version, server.pk) in self._seen
            }
        if not usual:
            return dict.fromkeys((server.pk for server in servers), UNSEEN_S)
        quickest = min(usual.values())
        found = {}
        for server in servers:
            took_s = usual.get(server.pk, quickest)
            rounds = -(-server.open_submissions // server.slots)
            found[server.pk] = took_s + max(0.0, server.longest_open_s - 2 * rounds * took_s)
        return found


paces = Paces()


def ends_in(server: ComfyServer, took_s: float, ahead: int) -> float:
    """Seconds until it would have ended one prompt more, with so many before it."""
    return (ahead // server.slots + 1) * took_s


def drawn_on(servers: Sequence[ComfyServer], seconds: Seconds, queued: int) -> set[int]:
    """The servers that come into play when each of `queued` prompts goes where it ends first.

    A slow server that is not among them is better left idle: those that are full now will have
    ended all of it sooner.
    """
    loads = {
        server: server.open_submissions
        for server in servers
        if server.room or (server.is_accepting and server.breaker is Breaker.CLOSED)
    }
    drawn: set[int] = set()
    for _ in range(min(queued, FAR) if loads else 0):
        first = min(
            loads,
            key=lambda one: (ends_in(one, seconds[one.pk], loads[one]), not one.room, one.pk),
        )
        loads[first] += 1
        drawn.add(first.pk)
    return drawn if queued < FAR else {server.pk for server in loads}
