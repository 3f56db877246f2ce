"""Ordering variants: what is written, and every reason for a refusal."""

import pytest

from characters import approving
from characters.errors import (
    ContentRefused,
    NoSource,
    QAFailed,
    QAPending,
    SourceNotApproved,
)
from comfy_bridge.errors import BindingRefused
from comfy_bridge.models import ComfyServer, ServerStatus
from jobs.models import Job
from studio.lib.errors import Forbidden, KeyReused, NotFound, StudioError
from tests import make
from variants import ordering
from variants.errors import BadValue, NoCapableServer
from variants.models import GenerationRequest, ImageVariant
from variants.vocabulary import VariantStatus, VariantType

pytestmark = pytest.mark.django_db


def test_pending_rows_with_a_seed_each_and_a_job_each(creator, character):
    make.ready(creator, character)
    ordered = ordering.order(creator, character, make.wish(5))
    assert len({variant.seed for variant in ordered.variants}) == 5
    assert {variant.state for variant in ordered.variants} == {VariantStatus.PENDING}
    assert [variant.job_id for variant in ordered.variants] == [job.pk for job in ordered.jobs]
    assert Job.objects.filter(kind__name="variant.generate").count() == 5
    assert {v.source_image for v in ordered.variants} == {character.current_source}


def test_a_fixed_seed_counts_up(creator, character):
    make.ready(creator, character)
    ordered = ordering.order(creator, character, make.wish(3, seed=41))
    assert [variant.seed for variant in ordered.variants] == [41, 42, 43]


def test_the_same_key_asks_once(creator, character):
    make.ready(creator, character)
    first = ordering.order(creator, character, make.wish(2), idempotency_key="once")
    again = ordering.order(creator, character, make.wish(2), idempotency_key="once")
    assert again.request == first.request
    assert [v.pk for v in again.variants] == [v.pk for v in first.variants]
    assert ImageVariant.objects.count() == 2


def test_a_key_that_stands_for_something_else_is_refused(creator, character):
    make.ready(creator, character)
    ordering.order(creator, character, make.wish(2), idempotency_key="once")
    with pytest.raises(KeyReused):
        ordering.order(creator, character, make.wish(3), idempotency_key="once")


def test_each_gap_has_its_reason(creator, character):
    with pytest.raises(NoSource):
        ordering.order(creator, character, make.wish())
    make.source(creator, character)
    character.refresh_from_db()
    with pytest.raises(QAPending):
        ordering.order(creator, character, make.wish())
    make.passed_source(creator, character)
    with pytest.raises(SourceNotApproved):
        ordering.order(creator, character, make.wish())
    approving.approve_baseline(creator, character)
    assert ordering.order(creator, character, make.wish()).variants


def test_an_override_of_failed_qa_is_an_admins_and_is_recorded(creator, admin, character):
    make.passed_source(creator, character, verdict=3)
    approving.approve_baseline(admin, character, override=True, reason="only photo")
    with pytest.raises(QAFailed):
        ordering.order(creator, character, make.wish(), override_qa=True)
    ordered = ordering.order(admin, character, make.wish(), override_qa=True)
    assert ordered.request.overrode_qa is True


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"variant_type": "topless"}, "unknown_variant_type"),
        ({"workflow_id": 999_999}, "unknown_workflow"),
        ({"count": 0}, "bad_count"),
        ({"count": 65}, "bad_count"),
        ({"prompt": "x" * 4001}, "prompt_too_long"),
        ({"seed": -1}, "bad_value"),
        ({"values": {"denoise": 0.5}}, "bad_value"),
        ({"values": {"source_image": "other.png"}}, "bad_value"),
    ],
)
def test_a_bad_wish_is_refused_with_its_code(creator, character, wish, code):
    make.ready(creator, character)
    with pytest.raises(StudioError) as refused:
        ordering.order(creator, character, make.wish(**wish))
    assert refused.value.code == code
    assert refused.value.status == 400
    assert GenerationRequest.objects.count() == 0


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan")])
def test_a_value_out_of_range_is_refused_before_anything_is_written(creator, character, value):
    make.ready(creator, character)
    wish = make.wish(workflow_id=make.workflow("sd_img2img").pk, values={"denoise": value})
    with pytest.raises(BindingRefused):
        ordering.order(creator, character, wish)
    assert ImageVariant.objects.count() == 0


def test_a_type_without_a_rating_counts_as_adult_and_is_refused(creator, character):
    make.ready(creator, character)
    VariantType.objects.create(name="unrated")
    with pytest.raises(ContentRefused) as refused:
        ordering.order(creator, character, make.wish(variant_type="unrated"))
    assert refused.value.code == "rating_not_enabled"


def test_reviewers_and_outsiders_do_not_generate(creator, reviewer, outsider, character):
    make.ready(creator, character)
    with pytest.raises(Forbidden):
        ordering.order(reviewer, character, make.wish())
    with pytest.raises(NotFound):
        ordering.order(outsider, character, make.wish())


def _online(capabilities):
    return ComfyServer.objects.create(
        name="gpu-1",
        url="http://127.0.0.1:9",
        status_id=ServerStatus.ONLINE,
        capabilities=capabilities,
    )


def test_a_node_that_no_online_server_has_is_told_by_name(creator, character):
    make.ready(creator, character)
    _online({"nodes": ["LoadImage", "ImageScale", "ImageInvert", "ImageBlend", "SaveImage"]})
    with pytest.raises(NoCapableServer, match="ImageSharpen"):
        ordering.order(creator, character, make.wish())
    assert ImageVariant.objects.count() == 0


def test_one_of_several_checkpoints_has_to_be_named(creator, character):
    make.ready(creator, character)
    flow = make.workflow("sd_img2img")
    nodes = sorted(flow.latest().needs["nodes"])
    _online({"nodes": nodes, "models": {"CheckpointLoaderSimple.ckpt_name": ["a.ckpt", "b.ckpt"]}})
    with pytest.raises(NoCapableServer, match=r"a\.ckpt"):
        ordering.order(creator, character, make.wish(workflow_id=flow.pk))
    named = make.wish(workflow_id=flow.pk, values={"checkpoint": "b.ckpt"})
    assert ordering.order(creator, character, named).variants


def test_any_declared_value_of_a_workflow_can_be_given(creator, character):
    make.ready(creator, character)
    flow = make.workflow("sd_img2img")
    wish = make.wish(1, workflow_id=flow.pk, values={"steps": 31, "width": 640})
    assert ordering.order(creator, character, wish).request.params == {"steps": 31, "width": 640}


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("output_prefix", "../x", BadValue),
        ("source_image", "x.png", BadValue),
        ("seed", 5, BadValue),
        ("is_hero", True, BadValue),
        ("width", 7, BindingRefused),
        ("width", [1, 0], BindingRefused),
        ("steps", "many", BindingRefused),
        ("checkpoint", {"a": 1}, BindingRefused),
    ],
)
def test_a_value_that_is_not_declared_or_does_not_fit_is_refused(
    creator, character, name, value, error
):
    make.ready(creator, character)
    flow = make.workflow("sd_img2img")
    with pytest.raises(error) as refused:
        ordering.order(creator, character, make.wish(1, workflow_id=flow.pk, values={name: value}))
    assert refused.value.extra["field"] == name
