"""A receiver on loopback, which the operator allows, and a webhook that it is registered as."""

import pytest

from studio.lib.outbound import networks
from tests.webhooks.receiver import receiving
from webhooks import registering


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = networks(["127.0.0.0/8"])
    with receiving() as running:
        yield running


@pytest.fixture
def registered(receiver, admin):
    """`registered(events…)` is a webhook with its secret."""

    def made(*events, project=None):
        return registering.register(admin, "Wall", receiver.url, events, project)

    return made
