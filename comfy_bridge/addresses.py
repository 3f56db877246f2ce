"""Where a ComfyUI server may live: an http address inside networks that the operator allows."""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from comfy_bridge.errors import AddressRefused, ServerUnreachable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1/128"),
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """A server's address taken apart; `path` is a prefix before every route, usually empty."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks from their texts (`10.0.0.0/8`); raises AddressRefused for a malformed one."""
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise AddressRefused(f"{error}: write a network as 10.0.0.0/8.") from error


def parse(url: str) -> Place:
    """The place of an address such as `http://127.0.0.1:8188`; raises AddressRefused."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"{url!r} is not an address.") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise AddressRefused(f"{url!r} is not an address: write http://host:port.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise AddressRefused("A server's address has no sign-in, question mark or fragment.")
    if not parts.hostname.isascii() or any(c <= " " or c in "\\%" for c in url.strip()):
        raise AddressRefused(f"{url!r} is not an address: write http://host:port.")
    wanted = _DEFAULT_PORTS[parts.scheme] if port is None else port
    return Place(parts.scheme, parts.hostname, wanted, parts.path.rstrip("/"))


def vetted(host: str, port: int, allowed: Sequence[Network]) -> str:
    """One IP address of `host`, all of whose addresses lie in allowed networks.

    Resolved anew for each connection, so that a name cannot move outside meanwhile. Raises
    AddressRefused, or ServerUnreachable when the name does not resolve.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ServerUnreachable(f"The name {host} leads to no address.") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not _inside(address, allowed):
            raise AddressRefused(
                f"{host} is at {address}, outside the networks that the operator allows."
            )
    return addresses[0]


def _inside(address: str, allowed: Sequence[Network]) -> bool:
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip.version == network.version and ip in network for network in allowed)
