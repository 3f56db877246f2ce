"""A server's address lies inside the networks that the operator allows."""

import pytest

from comfy_bridge.addresses import LOOPBACK, networks, parse, vetted
from comfy_bridge.client import ComfyClient
from comfy_bridge.errors import AddressRefused, ServerUnreachable
from tests.fakes.comfy_server import FakeServer


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8188", "http://127.0.0.1:8188"),
        ("http://127.0.0.1:8188/", "http://127.0.0.1:8188"),
        ("https://comfy.internal", "https://comfy.internal:443"),
        ("http://[::1]:8188", "http://[::1]:8188"),
        ("http://gpu1:8188/comfy/", "http://gpu1:8188/comfy"),
    ],
)
def test_an_address_is_understood(url: str, expected: str) -> None:
    assert parse(url).url == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8188",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "http://",
        "http://user:pw@127.0.0.1:8188",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:8188/?a=1",
        "http://127.0.0.1:8188/#x",
        "http://127.0.0.1\\@evil",
        "http://exa mple",
        "http://\u217027.0.0.1:8188",
    ],
)
def test_a_malformed_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        parse(url)


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.7",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "::",
        "8.8.8.8",
        "::ffff:10.0.0.7",
        "2130706434",
    ],
)
def test_only_loopback_is_allowed_by_default(host: str) -> None:
    if host == "2130706434":  # 127.0.0.2 written as one number: still loopback
        assert vetted(host, 80, LOOPBACK) == "127.0.0.2"
        return
    with pytest.raises(AddressRefused, match="outside the networks"):
        vetted(host, 80, LOOPBACK)


def test_a_mapped_address_counts_as_what_it_maps_to() -> None:
    assert vetted("::ffff:127.0.0.1", 80, LOOPBACK)


def test_the_operators_networks_decide() -> None:
    assert vetted("10.1.2.3", 80, networks(["10.0.0.0/8"])) == "10.1.2.3"
    with pytest.raises(AddressRefused):
        vetted("127.0.0.1", 80, networks(["10.0.0.0/8"]))
    with pytest.raises(AddressRefused):
        networks(["10.0.0.0/33"])


def test_a_name_that_leads_nowhere_is_unreachable() -> None:
    with pytest.raises(ServerUnreachable):
        vetted("no-such-host.invalid", 80, LOOPBACK)


def test_a_server_outside_is_never_connected_to() -> None:
    with FakeServer() as server:
        client = ComfyClient(server.url, networks(["10.0.0.0/8"]))
        with pytest.raises(AddressRefused):
            client.system_stats()
        client.close()
        assert server.requests == []
