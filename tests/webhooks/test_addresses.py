"""Where a webhook may send: the operator's networks, and https to public addresses."""

import socket

import pytest

from studio.lib.outbound import AddressRefused, NoAnswer, networks, post, target_of, vetted
from tests.webhooks.receiver import receiving

MALFORMED = [
    "", "x", "//host/", "ftp://1.1.1.1/", "file:///etc/passwd", "gopher://1.1.1.1/", "https://",
    "https:///x", "https://user@1.1.1.1/", "https://user:word@1.1.1.1/", "https://1.1.1.1:x/",
    "https://1.1.1.1:99999/", "https://1.1.1.1/#part", "https://1.1.1.1/a b", "https://1.1.1.1/\r\nX",
    "https://[::1", "https://1.1.1.1\\@127.0.0.1/", "javascript:alert(1)", "https://e\u0301.example/",
    "https://%31.1.1.1/", "https://[fe80::1%25eth0]/", "https://1.1.1.1/" + "x" * 600,
]  # fmt: skip
REFUSED = [
    "http://1.1.1.1/", "https://1.1.1.1:8443/", "https://127.0.0.1/", "https://127.1/",
    "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://0.0.0.0/",
    "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://100.64.0.1/",
    "https://169.254.169.254/latest/", "https://192.0.0.8/", "https://192.0.2.1/",
    "https://198.18.0.1/", "https://198.51.100.1/", "https://203.0.113.1/", "https://224.0.0.1/",
    "https://239.1.1.1/", "https://240.0.0.1/", "https://255.255.255.255/", "https://[::1]/",
    "https://[::]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[fd12::1]/",
    "https://[ff02::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:169.254.169.254]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a00:1]/",
    "https://[2002:7f00:1::]/", "https://[2002:a00:1::]/", "https://[2001:db8::1]/",
    "https://localhost/", "http://localhost/",
]  # fmt: skip


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(AddressRefused):
        target_of(url)


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_not_public_is_refused(url):
    with pytest.raises((AddressRefused, NoAnswer)):
        vetted(target_of(url), ())


@pytest.mark.parametrize("url", ["https://1.1.1.1/", "https://[2606:4700:4700::1111]/x?y=1"])
def test_public_addresses_over_https_are_fine(url):
    assert vetted(target_of(url), ()) == target_of(url).host


def test_in_the_operators_networks_any_scheme_and_port_will_do():
    inside = networks(["10.0.0.0/8", "fd00::/8"])
    assert vetted(target_of("http://10.1.2.3:8080/x"), inside) == "10.1.2.3"
    assert vetted(target_of("http://[fd00::5]:99/"), inside) == "fd00::5"
    for url in ("http://192.168.0.1/", "http://127.0.0.1/"):
        with pytest.raises(AddressRefused):
            vetted(target_of(url), inside)


def test_a_name_with_one_address_outside_is_refused(monkeypatch):
    def found(*_args, **_kwargs):
        return [(2, 1, 6, "", ("1.1.1.1", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(AddressRefused):
        vetted(target_of("https://both.example/"), ())
    with pytest.raises(AddressRefused):
        vetted(target_of("https://both.example/"), networks(["127.0.0.0/8"]))


def test_no_refused_address_reaches_a_canary():
    with receiving() as canary:
        port = canary.url.split(":")[2].split("/")[0]
        for url in [*REFUSED, *MALFORMED, canary.url, f"https://localhost:{port}/"]:
            with pytest.raises((AddressRefused, NoAnswer)):
                post(url, b"{}", {}, ())
        assert canary.got == []


def test_the_connection_goes_to_the_address_that_was_vetted(monkeypatch):
    loopback = networks(["127.0.0.0/8"])
    with receiving() as canary:
        port = int(canary.url.split(":")[2].split("/")[0])
        asked = []

        real = socket.getaddrinfo

        def once(host, *args, **kwargs):
            if host != "moves.example":
                return real(host, *args, **kwargs)
            asked.append(host)
            address = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
            return [(2, 1, 6, "", (address, port))]

        monkeypatch.setattr("studio.lib.outbound.socket.getaddrinfo", once)
        answer = post(f"http://moves.example:{port}/", b"{}", {}, loopback)
        assert (answer.status, len(canary.got)) == (204, 1)
        assert canary.got[0][1]["Host"] == f"moves.example:{port}"


def test_nobody_there_is_told():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        with pytest.raises(NoAnswer):
            post(url, b"{}", {}, networks(["127.0.0.0/8"]))
