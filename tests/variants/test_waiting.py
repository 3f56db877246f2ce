"""ComfyUI work is claimed while a server that can do it has room; what waits says why."""

import pytest
from django.utils import timezone

from comfy_bridge.models import ComfyServer, ServerStatus
from comfy_bridge.submissions import open_submission
from jobs.actors import OWNER, TIMING
from jobs.claiming import claim
from jobs.models import Job
from tests import make
from variants import ordering, waiting
from variants.models import ImageVariant

CHECKPOINTS = "CheckpointLoaderSimple.ckpt_name"
LATER = timezone.now() + timezone.timedelta(hours=1)


def register(name, *models, slots=1):
    version = make.workflow("sd_img2img").latest()
    nodes = [*version.needs["nodes"], *make.workflow().latest().needs["nodes"]]
    return ComfyServer.objects.create(
        name=name,
        url=f"http://127.0.0.1:1/{name}",
        slots=slots,
        status_id=ServerStatus.ONLINE,
        capabilities={"nodes": nodes, "models": {CHECKPOINTS: list(models)}},
    )


@pytest.fixture
def server(db):
    return register("one", "a.safetensors")


@pytest.fixture
def ready(creator, character):
    make.ready(creator, character)
    return character


@pytest.fixture
def asked(creator, ready, server):
    return ordering.order(creator, ready, make.wish(4)).variants


def ask(creator, character, *, checkpoint=None, count=1):
    values = {"checkpoint": checkpoint} if checkpoint else {}
    flow = make.workflow("sd_img2img").pk
    wish = make.wish(count, workflow_id=flow, values=values)
    return [job.pk for job in ordering.order(creator, character, wish).jobs]


def take():
    return claim("comfy", OWNER, TIMING, waiting.when_a_server_is_free)


def taken():
    ids = []
    while lease := take():
        ids.append(lease.job.pk)
    return ids


def submit(variant, server):
    submission = open_submission(server, {})
    ImageVariant.objects.filter(pk=variant.pk).update(submission=submission)


def change(server, **fields):
    ComfyServer.objects.filter(pk=server.pk).update(**fields)


def notes():
    return list(Job.objects.filter(queue="comfy").order_by("pk").values_list("note", flat=True))


def test_two_a_slot_are_claimed_before_either_has_reached_the_server(asked):
    assert taken() == [asked[0].job_id, asked[1].job_id]


def test_a_prompt_that_is_sent_and_one_that_is_claimed_count_once_each(asked, server):
    take()
    submit(asked[0], server)
    assert taken() == [asked[1].job_id]


def test_a_full_server_s_own_prompts_are_taken_up_after_a_restart(asked, server):
    leases = [take(), take()]
    for variant in asked[:2]:
        submit(variant, server)
    for lease in leases:
        lease.give_back()
    assert set(taken()) == {asked[0].job_id, asked[1].job_id}, "and nothing beyond"


@pytest.mark.parametrize(
    "fields",
    [{"status_id": ServerStatus.OFFLINE}, {"paused": True}, {"retry_at": LATER}],
    ids=["offline", "paused", "resting"],
)
def test_while_no_server_may_be_given_work_none_is_claimed(asked, server, fields):
    change(server, **fields)
    assert take() is None


def test_prompts_of_a_paused_or_resting_server_are_followed_to_their_end(asked, server):
    submit(asked[0], server)
    change(server, paused=True, retry_at=LATER)
    assert taken() == [asked[0].job_id]


def test_a_lost_server_s_prompts_wait_until_another_has_room(asked, server):
    submit(asked[0], server)
    change(server, status_id=ServerStatus.OFFLINE)
    assert take() is None
    register("two")
    assert taken()[0] == asked[0].job_id


def test_one_prompt_tries_a_server_after_its_rest(asked, server):
    change(server, slots=3, failures=3, retry_at=timezone.now())
    assert taken() == [asked[0].job_id]


def test_work_for_a_model_waits_for_a_server_that_has_it(creator, ready, server):
    two = register("two", "a.safetensors", "b.safetensors", slots=2)
    a = ask(creator, ready, checkpoint="a.safetensors", count=3)
    b = ask(creator, ready, checkpoint="b.safetensors", count=2)
    change(two, paused=True)
    assert taken() == a[:2]
    change(two, paused=False)
    assert taken() == [a[2], *b]


def test_work_that_names_no_model_waits_for_a_server_with_exactly_one(creator, ready, server):
    register("two", "a.safetensors", "b.safetensors", slots=2)
    unnamed = ask(creator, ready, count=3)
    named = ask(creator, ready, checkpoint="a.safetensors", count=3)
    assert taken() == [*unnamed[:2], *named]


def test_a_job_that_was_claimed_takes_the_place_that_it_will_get(creator, ready, server):
    two = register("two", "b.safetensors", slots=2)
    b = ask(creator, ready, checkpoint="b.safetensors", count=1)
    a = ask(creator, ready, checkpoint="a.safetensors", count=3)
    assert taken() == [*b, *a[:2]], "b took none of the first server's places"
    assert two.pk != server.pk


def test_a_job_of_before_there_were_needs_is_claimed_by_any_server(asked, server):
    Job.objects.filter(pk=asked[0].job_id).update(needs={})
    assert asked[0].job_id in taken()


def test_a_cancelled_job_needs_no_server_to_end(asked, server):
    change(server, status_id=ServerStatus.OFFLINE)
    Job.objects.filter(pk=asked[2].job_id).update(cancel_requested_at=timezone.now())
    assert taken() == [asked[2].job_id]


def test_those_who_wait_for_a_server_say_why_and_stop_when_it_is_back(asked, server):
    waiting.explain()
    assert notes() == [""] * 4, "they only wait for their turn"
    change(server, status_id=ServerStatus.OFFLINE, last_error="No connection.")
    assert waiting.explain() == 4
    assert notes() == ["one is offline. No connection."] * 4
    assert waiting.explain() == 0, "there is nothing new to say"
    change(server, status_id=ServerStatus.ONLINE)
    assert waiting.explain() == 4
    assert notes() == [""] * 4


def test_each_says_what_it_is_that_it_waits_for(creator, ready, server):
    two = register("two", "b.safetensors")
    ask(creator, ready, checkpoint="a.safetensors")
    ask(creator, ready, checkpoint="b.safetensors")
    change(two, paused=True)
    waiting.explain()
    runs, waits = notes()
    assert runs == ""
    assert waits == "one: The server has no model file b.safetensors. two is paused."


def test_without_a_server_the_card_says_so(asked, server, page, creator, ready):
    server.delete()
    waiting.explain()
    said = page(creator).get(f"/characters/{ready.pk}/").content.decode()
    assert said.count("No ComfyUI server is registered. An admin can add one.") >= 4
