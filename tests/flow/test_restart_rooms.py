"""ComfyUI work is claimed while a server has room; what a server has already needs none."""

import pytest

from comfy_bridge.models import ComfyServer, ServerStatus
from comfy_bridge.submissions import open_submission
from jobs.actors import OWNER, TIMING
from jobs.claiming import claim
from tests import make
from variants import ordering
from variants.actors import when_a_server_is_free
from variants.models import ImageVariant


@pytest.fixture
def server(db):
    return ComfyServer.objects.create(
        name="one", url="http://127.0.0.1:1", slots=1, status_id=ServerStatus.OFFLINE
    )


@pytest.fixture
def asked(creator, character, server):
    make.ready(creator, character)
    variants = ordering.order(creator, character, make.wish(4)).variants
    ComfyServer.objects.update(status_id=ServerStatus.ONLINE)
    return variants


def take():
    return claim("comfy", OWNER, TIMING, when_a_server_is_free)


def submit(variant, server):
    submission = open_submission(server, {})
    ImageVariant.objects.filter(pk=variant.pk).update(submission=submission)


def test_two_a_slot_are_claimed_before_either_has_reached_the_server(asked):
    assert [take().job.pk for _ in range(2)] == [asked[0].job_id, asked[1].job_id]
    assert take() is None


def test_a_prompt_that_is_sent_and_one_that_is_claimed_count_once_each(asked, server):
    take()
    submit(asked[0], server)
    assert take().job.pk == asked[1].job_id
    assert take() is None


def test_a_full_server_s_own_prompts_are_taken_up_after_a_restart(asked, server):
    leases = [take(), take()]
    for variant in asked[:2]:
        submit(variant, server)
    for lease in leases:
        lease.give_back()
    assert {take().job.pk, take().job.pk} == {asked[0].job_id, asked[1].job_id}
    assert take() is None, "and nothing beyond"


def test_with_no_server_online_the_work_may_come_and_say_so(asked, server):
    ComfyServer.objects.update(status_id=ServerStatus.OFFLINE)
    assert take() is not None
