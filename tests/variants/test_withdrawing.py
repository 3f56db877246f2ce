"""Cancelling work that a ComfyUI server already has: the server is told to stop, by its own id."""

import pytest

from comfy_bridge import health, pool
from comfy_bridge.handles import close_all
from comfy_bridge.models import SubmissionStatus
from comfy_bridge.submissions import open_submission, record_sent
from jobs import asking
from tests import make
from tests.fakes.sandbox import start_sandbox
from variants import ordering
from variants.generating import NETWORKS
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus


@pytest.fixture
def sandbox(committed):
    with start_sandbox(step_ms=2000) as running:
        (server,) = pool.register_urls([running.url])
        health.check(server, NETWORKS)
        yield running
    close_all()


def test_a_prompt_whose_job_is_cancelled_while_it_waits_is_taken_back(sandbox, creator, character):
    make.ready(creator, character)
    flow = make.workflow("sd_img2img")
    ordered = ordering.order(creator, character, make.wish(1, workflow_id=flow.pk))
    (variant,) = ordered.variants
    server = pool.register_urls([sandbox.url])[0]
    submission = open_submission(server, {"1": {"class_type": "SaveImage", "inputs": {}}})
    ImageVariant.objects.filter(pk=variant.pk).update(submission=submission)
    graph = {
        "1": {
            "class_type": "EmptyImage",
            "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 0},
        },
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }
    sandbox.faults(hang=True)
    client = pool.handle(server, NETWORKS).client
    client.submit(str(submission.prompt_id), graph, "nobody", ["2"])
    record_sent(submission)

    asking.cancel(creator, ordered.jobs[0])
    variant.refresh_from_db()
    submission.refresh_from_db()
    assert variant.state is VariantStatus.CANCELLED
    assert submission.status_id == SubmissionStatus.LOST
    assert client.find(str(submission.prompt_id)).state == "running"
    make.run_jobs("io")
    assert client.find(str(submission.prompt_id)).state == "ended"
