"""A proxy is believed where it is the only way in, and nowhere else."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from audit.recording import RequestContext, _origin
from studio.lib.proxies import ClientAddress


def address_seen(**headers):
    seen = []

    def view(_request):
        seen.append(_origin.get().address)
        return HttpResponse()

    ClientAddress(RequestContext(view))(RequestFactory().get("/", **headers))
    return seen[0]


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7"])
def test_the_address_that_the_proxy_saw_is_the_persons(address):
    assert address_seen(REMOTE_ADDR="", HTTP_X_REAL_IP=address) == address


@pytest.mark.parametrize("nonsense", ["", "unknown", "1.2.3.4, 5.6.7.8", "<script>"])
def test_nonsense_is_no_address(nonsense):
    assert address_seen(REMOTE_ADDR="", HTTP_X_REAL_IP=nonsense) is None


def test_without_a_trusted_proxy_its_headers_mean_nothing(client, db):
    answer = client.get(
        "/healthz", headers={"X-Forwarded-Proto": "https", "X-Real-IP": "203.0.113.7"}
    )
    assert not answer.wsgi_request.is_secure()
    assert answer.wsgi_request.META["REMOTE_ADDR"] == "127.0.0.1"
