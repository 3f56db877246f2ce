"""The one socket: events reach their followers; it comes back under another client id."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from comfy_bridge.addresses import LOOPBACK, parse
from comfy_bridge.listening import MAX_WAITING_EVENTS, Follower, Listener
from comfy_bridge.protocol import Ended, NodeRunning, PromptEvent
from tests.fakes.comfy_server import FakeServer, Peer

ID = "00e460f3-4517-467a-b9ea-50539b362374"
OTHER = "11e460f3-4517-467a-b9ea-50539b362374"


class Socketed(FakeServer):
    """Remembers every socket in the order of opening, and what was open at that time."""

    def __init__(self) -> None:
        self.history: list[tuple[str, int]] = []
        super().__init__()

    def opened(self, peer: Peer) -> None:
        with self.lock:
            self.history.append((peer.client_id, len(self.peers)))
        peer.say("status", status={"exec_info": {"queue_remaining": 0}})


@contextmanager
def listening(server: FakeServer, idle_s: float = 60.0) -> Iterator[Listener]:
    place = parse(server.url)
    listener = Listener(place, LOOPBACK, idle_s=idle_s, backoff_s=(0.05, 0.2))
    try:
        yield listener
    finally:
        listener.close()


def events(follower: Follower, count: int) -> list[PromptEvent]:
    taken: list[PromptEvent] = []
    deadline = time.monotonic() + 5
    while len(taken) < count and time.monotonic() < deadline:
        taken += follower.take(0.2)
    return taken


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def test_an_event_reaches_those_who_follow_its_prompt_and_nobody_else() -> None:
    with (
        Socketed() as server,
        listening(server) as listener,
        listener.follow(ID) as one,
        listener.follow(ID) as two,
        listener.follow(OTHER) as other,
    ):
        assert listener.ready(5)
        server.peers[0].say("executing", prompt_id=ID, node="7")
        assert events(one, 1) == events(two, 1) == [NodeRunning(ID, "7")]
        assert other.take(0.05) == []


def test_it_asks_for_previews_with_metadata_first_of_all() -> None:
    with Socketed() as server, listening(server) as listener, listener.follow(ID):
        assert listener.ready(5)
        wait_for(lambda: server.peers and server.peers[0].texts)
        first = json.loads(server.peers[0].texts[0])
        assert first == {"type": "feature_flags", "data": {"supports_preview_metadata": True}}


def test_after_a_loss_it_comes_back_under_another_client_id() -> None:
    with Socketed() as server, listening(server) as listener, listener.follow(ID) as follower:
        before = listener.ready(5)
        server.peers[0].drop()
        wait_for(lambda: listener.client_id not in {None, before})
        server.peers[-1].say("executing", prompt_id=ID, node=None)
        assert events(follower, 1) == [Ended(ID)]
        ids = [client_id for client_id, _ in server.history]
        assert len(set(ids)) == len(ids) == 2


def test_a_deaf_connection_is_closed_before_another_is_opened() -> None:
    with Socketed() as server, listening(server) as listener, listener.follow(ID):
        before = listener.ready(5)
        assert before
        listener.drop(before)
        wait_for(lambda: len(server.history) == 2)
        assert [alive for _, alive in server.history] == [1, 1]


def test_dropping_a_connection_that_is_gone_already_changes_nothing() -> None:
    with Socketed() as server, listening(server) as listener, listener.follow(ID) as follower:
        current = listener.ready(5)
        listener.drop("some older one")
        server.peers[0].say("executing", prompt_id=ID, node=None)
        assert events(follower, 1) == [Ended(ID)]
        assert listener.client_id == current


def test_garbage_and_floods_leave_it_listening() -> None:
    with Socketed() as server, listening(server) as listener, listener.follow(ID) as follower:
        assert listener.ready(5)
        peer = server.peers[0]
        for frame in ("{", "[]", "null", "\x00", b"", b"\0" * 9, b"\0\0\0\4" + b"\xff" * 50):
            peer.send(frame)
        for _ in range(3 * MAX_WAITING_EVENTS):
            peer.say("executing", prompt_id=ID, node="7")
        peer.say("executing", prompt_id=ID, node=None)
        wait_for(lambda: Ended(ID) in follower.take(0.2))


def test_a_follower_keeps_the_newest_events_of_a_flood() -> None:
    follower = Follower()
    for n in range(3 * MAX_WAITING_EVENTS):
        follower.put(NodeRunning(ID, str(n)))
    follower.put(Ended(ID))
    taken = follower.take(0)
    assert len(taken) == MAX_WAITING_EVENTS
    assert taken[-1] == Ended(ID)


def test_a_frame_beyond_the_limit_ends_the_connection_and_another_follows() -> None:
    with Socketed() as server, listening(server) as listener, listener.follow(ID):
        before = listener.ready(5)
        server.peers[0].send(b"\0" * (5 * 1024 * 1024))
        wait_for(lambda: listener.client_id not in {None, before})


def test_an_unused_socket_is_closed_and_opened_again_when_needed() -> None:
    with Socketed() as server, listening(server, idle_s=0.05) as listener:
        with listener.follow(ID):
            assert listener.ready(5)
        wait_for(lambda: not server.peers and listener.client_id is None)
        with listener.follow(ID):
            assert listener.ready(5)
        assert len(server.history) == 2


def test_a_server_that_comes_up_late_is_found() -> None:
    with Socketed() as server:
        place = parse(server.url)
    listener = Listener(place, LOOPBACK, backoff_s=(0.05, 0.1))
    with listener.follow(ID):
        assert listener.ready(0.3) is None
    listener.close()
