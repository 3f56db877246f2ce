"""What this process holds open to each server: one HTTP client and one socket, shared by all."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from comfy_bridge.addresses import LOOPBACK, Network
from comfy_bridge.client import ComfyClient
from comfy_bridge.listening import Listener
from comfy_bridge.transport import Timeouts


@dataclass
class ServerHandle:
    """A client and a listener for one server; `version` is asked once and kept."""

    client: ComfyClient
    listener: Listener
    _version: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return self.client.place.url

    def version(self) -> str:
        """The server's version as of the first time it was asked. Raises the client's errors."""
        if self._version is None:
            self._version = self.client.system_stats().version
        return self._version

    def close(self) -> None:
        """Close the socket and all connections."""
        self.listener.close()
        self.client.close()


def open_handle(
    url: str, networks: Sequence[Network] = LOOPBACK, timeouts: Timeouts | None = None
) -> ServerHandle:
    """A handle of its own, connected at first use. Raises AddressRefused for a bad address."""
    timeouts = timeouts or Timeouts()
    client = ComfyClient(url, networks, timeouts)
    return ServerHandle(client, Listener(client.place, networks, connect_s=timeouts.connect_s))


_open: dict[tuple[str, tuple[Network, ...]], ServerHandle] = {}
_lock = threading.Lock()


def handle_for(url: str, networks: Sequence[Network] = LOOPBACK) -> ServerHandle:
    """This process's handle for a server, opened at first use."""
    key = (url, tuple(networks))
    with _lock:
        if key not in _open:
            _open[key] = open_handle(url, networks)
        return _open[key]


def close_all() -> None:
    """Close every handle (at the end of a process, between tests)."""
    with _lock:
        handles = list(_open.values())
        _open.clear()
    for handle in handles:
        handle.close()
