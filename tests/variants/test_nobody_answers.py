"""Work does not wait for ever for servers that have all gone silent: it says so, and waits for a
person."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from comfy_bridge.models import ComfyServer, ServerStatus
from jobs import asking
from jobs.actors import OWNER, TIMING
from jobs.claiming import claim
from jobs.handling import run
from jobs.models import Job, JobStatus
from tests import make
from variants import ordering, waiting
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

LIMIT_S = 90


@pytest.fixture
def server(db):
    nodes = list(make.workflow().latest().needs["nodes"])
    return ComfyServer.objects.create(
        name="one", url="http://127.0.0.1:1", capabilities={"nodes": nodes, "models": {}}
    )


@pytest.fixture
def asked(creator, character, server, settings):
    settings.COMFYUI_WAIT_S = LIMIT_S
    make.ready(creator, character)
    [variant] = ordering.order(creator, character, make.wish(1)).variants
    return variant


def silent_for(server, seconds):
    ComfyServer.objects.filter(pk=server.pk).update(
        status_id=ServerStatus.OFFLINE,
        last_error="The ComfyUI server refuses the connection.",
        last_seen_at=Now() - timedelta(seconds=seconds),
    )


def waited(variant, seconds):
    due_at = Now() - timedelta(seconds=seconds)
    Job.objects.filter(pk=variant.job_id).update(due_at=due_at)


def take():
    return claim("comfy", OWNER, TIMING, waiting.when_a_server_is_free)


def test_it_fails_with_the_reason_and_can_be_retried(asked, server, creator):
    silent_for(server, LIMIT_S + 10)
    waited(asked, LIMIT_S + 10)
    run(take())
    row = ImageVariant.objects.get(pk=asked.pk)
    assert (row.state, row.error_code) == (VariantStatus.FAILED, "no_comfyui_server")
    assert "one is offline. The ComfyUI server refuses the connection." in row.error
    asking.retry(creator, Job.objects.get(pk=asked.job_id))
    assert ImageVariant.objects.get(pk=asked.pk).state is VariantStatus.PENDING
    assert take() is None, "and it waits its time again"


def test_it_waits_while_a_server_was_there_a_moment_ago(asked, server):
    silent_for(server, LIMIT_S - 30)
    waited(asked, LIMIT_S + 10)
    assert take() is None


def test_it_waits_its_own_time_however_long_the_servers_are_silent(asked, server):
    silent_for(server, 10 * LIMIT_S)
    waited(asked, LIMIT_S - 30)
    assert take() is None
    assert Job.objects.get(pk=asked.job_id).state is JobStatus.QUEUED


def test_it_waits_for_a_server_that_answers_and_is_paused(asked, server):
    ComfyServer.objects.filter(pk=server.pk).update(
        status_id=ServerStatus.ONLINE, paused=True, last_seen_at=Now()
    )
    waited(asked, 100 * LIMIT_S)
    assert take() is None
