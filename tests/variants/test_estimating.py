"""How long candidates take: by the last ones, the servers that can, and what waits before them."""

import pytest

from comfy_bridge import health, pool
from comfy_bridge.models import ComfyServer
from jobs.models import Job, JobStatus
from tests import make
from tests.fakes.sandbox import start_sandbox
from variants.estimating import estimate, in_words
from variants.generating import NETWORKS
from variants.models import GenerationRequest, ImageVariant


@pytest.fixture
def asked(db, creator, character):
    """Says the estimate for so many, after three candidates that are made."""
    make.ready(creator, character)
    make.generated(creator, character, 3)
    Job.objects.update(status_id=JobStatus.CANCELLED)
    version = GenerationRequest.objects.get().workflow_version
    return lambda count: estimate(version, count, list(ComfyServer.objects.all()))


@pytest.fixture
def server(db):
    with start_sandbox(step_ms=5) as running:
        (registered,) = pool.register_urls([running.url])
        row = health.check(registered, NETWORKS)
    ComfyServer.objects.filter(pk=row.pk).update(slots=2)
    return row


def took(milliseconds):
    ImageVariant.objects.update(metrics={"execution_ms": milliseconds})


def test_it_counts_rounds_over_the_slots_of_those_that_can(asked, server):
    took(10_000)
    assert asked(1) == "About 10 s: 10 s each, 2 at once."
    assert asked(5) == "About 30 s: 10 s each, 2 at once."


def test_what_waits_already_comes_first(asked, server):
    took(10_000)
    Job.objects.filter(kind__name="variant.generate").update(status_id=JobStatus.QUEUED)
    assert asked(1) == "About 20 s: 10 s each, 2 at once, after 3 that came before."


def test_without_a_measured_one_there_is_no_estimate(asked, server):
    assert asked(1) == "Nothing was generated yet, so there is no estimate."


def test_without_a_server_that_can_it_waits(asked, server):
    ComfyServer.objects.update(paused=True)
    assert asked(1) == "No server that answers can run it now, so it waits until one can."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "1 s"), (40.2, "40 s"), (89, "89 s"), (200, "3 min"), (8000, "2.2 h")],
)
def test_seconds_are_said_in_words(seconds, said):
    assert in_words(seconds) == said
