"""POST to an address that a person gave: https to public addresses, or the operator's networks.

Vetted at each connection and connected to the vetted address itself, so that a name cannot move
in between. Nothing is followed elsewhere, an answer is read no further than its status, and a
whole exchange has a deadline.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore

from studio.lib.errors import StudioError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Special by now (IANA's registries), and global still to Python's tables.
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "2001::/23", "3fff::/20",
                 "5f00::/16")
)  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}
MAX_URL = 500
CONNECT_S = 5.0
ANSWER_S = 15.0


class AddressRefused(StudioError):
    """An address to which nothing of this studio is sent."""

    code = "address_refused"


class NoAnswer(StudioError):
    """Nobody answered there in time; trying again may help."""

    code = "no_answer"
    permanent = False
    status = 503


@dataclass(frozen=True)
class Target:
    """An address taken apart; `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """The status, and how long the exchange took."""

    status: int
    elapsed_ms: int


def target_of(url: str) -> Target:
    """The target of an address. Raises AddressRefused for what is none of http and https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("That is no address: write https://host/path.", field="url") from error
    odd = len(url) > MAX_URL or not url.isascii() or any(c <= " " or c in '\\"<>^`{|}' for c in url)
    if odd or parts.scheme not in _PORTS or not parts.hostname or "%" in parts.hostname:
        raise AddressRefused("That is no address: write https://host/path.", field="url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("The address has no user, password or fragment.", field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)


def vetted(target: Target, internal: Sequence[Network]) -> str:
    """One IP address of the target, all of whose addresses may be sent to.

    In the operator's networks any scheme and port will do; elsewhere only https on 443 at global
    addresses. Raises AddressRefused, and NoAnswer when the name does not resolve.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"The name {target.host} leads to no address.") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    if addresses and all(_inside(address, internal) for address in addresses):
        return str(addresses[0])
    if (target.scheme, target.port) != ("https", 443):
        raise AddressRefused("Only https on port 443 is sent to.", field="url")
    if not addresses or not all(_is_public(address) for address in addresses):
        raise AddressRefused(
            f"{target.host} is not a public address, and in none of the operator's networks.",
            field="url",
        )
    return str(addresses[0])


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks from their texts (`10.0.0.0/8`). Raises ValueError for a malformed one."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def post(url: str, body: bytes, headers: Mapping[str, str], internal: Sequence[Network]) -> Answer:
    """Send the body once. Raises AddressRefused, and NoAnswer for everything that is no answer."""
    target = target_of(url)
    began_at = time.monotonic()
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = target.port == _PORTS[target.scheme]
    sent: dict[bytes | str, bytes | str] = {
        "Host": host if usual else f"{host}:{target.port}",
        "Content-Length": str(len(body)),
    }
    sent.update(headers)
    request = httpcore.Request(
        "POST",
        httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
        headers=sent,
        content=body,
    )
    backend = _PinnedBackend(vetted(target, internal), began_at + ANSWER_S)
    try:
        with httpcore.ConnectionPool(max_connections=1, network_backend=backend) as pool:
            response = pool.handle_request(request)
            response.close()
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise NoAnswer("There was no answer in time.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise NoAnswer("The connection failed or broke off.") from error
    return Answer(response.status, round((time.monotonic() - began_at) * 1000))


class _Stream(httpcore.NetworkStream):
    """A socket whose every read and write ends by the deadline of the exchange."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        return left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._left())
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PinnedBackend(httpcore.SyncBackend):
    """Connects to one address, whatever name it is asked for."""

    def __init__(self, address: str, deadline: float) -> None:
        self._address = address
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        inner = super().connect_tcp(self._address, port, CONNECT_S, local_address, socket_options)
        return _Stream(inner, self._deadline)


def _inside(address: Address, allowed: Sequence[Network]) -> bool:
    inner = _embedded(address) or address
    return any(inner.version == network.version and inner in network for network in allowed)


def _is_public(address: Address) -> bool:
    """Global, and no way around: an address inside another is asked too."""
    inner = _embedded(address)
    if inner is not None and not _is_public(inner):
        return False
    if _inside(address, _SPECIAL) or address.is_multicast or address.is_reserved:
        return False
    return address.is_global


def _embedded(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
