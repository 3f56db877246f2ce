"""A recipe run again by the same ComfyUI gives the same picture, bit for bit, and says so."""

import pytest

from comfy_bridge import health, pool
from comfy_bridge.handles import close_all
from studio.lib.files import read
from tests import make
from tests.fakes.sandbox import start_sandbox
from variants import ordering
from variants.generating import NETWORKS
from variants.models import GenerationRequest, ImageVariant
from variants.vocabulary import VariantStatus


@pytest.fixture
def sandbox(committed):
    with start_sandbox(step_ms=1) as running:
        (server,) = pool.register_urls([running.url])
        health.check(server, NETWORKS)
        yield running
    close_all()


@pytest.fixture
def original(sandbox, creator, character):
    make.approved(creator, character)
    (made,) = ordering.order(creator, character, make.wish(1, prompt="", seed=7)).variants
    make.run_jobs()
    made.refresh_from_db()
    assert made.state is VariantStatus.GENERATED, made.error
    return made


def url(variant, verb):
    return f"/api/v1/characters/{variant.character_id}/variants/{variant.pk}/{verb}"


@pytest.mark.parametrize("restarted", [True, False], ids=["computed anew", "from its cache"])
def test_the_same_recipe_gives_the_same_picture(
    committed, api, creator, sandbox, original, restarted
):
    client = api(creator)
    if restarted:
        close_all()
        sandbox.stop()
        sandbox.start()
    answer = client.post(url(original, "reproduce"))
    assert answer.status_code == 202, answer.json()
    before = client.get(url(original, "reproduce")).json()["results"]
    assert [(row["status"], row["compared"]) for row in before] == [("pending", False)]
    make.run_jobs()
    made = ImageVariant.objects.get(pk=answer.json()["id"])
    assert made.state is VariantStatus.GENERATED, made.error
    assert made.seed == original.seed
    assert made.generation_params["graph_hash"] == original.generation_params["graph_hash"]
    assert made.generation_params["inputs"] == original.generation_params["inputs"]
    (report,) = client.get(url(made, "reproduce")).json()["results"]
    assert report["original"] == original.pk
    assert report["same_graph"] is True
    assert report["cached"] is not restarted
    assert report["pixels"] == {"max": 0, "mean": 0, "share": 0}
    assert report["perceptual"]["phash_distance"] == 0
    assert report["perceptual"]["ssim"] == pytest.approx(1)
    assert report["identity"]["cosine_distance"] == 0
    assert report["sentence"].startswith("Every pixel is the same.")
    assert read(made.rendition_path("display")) == read(original.rendition_path("display"))
    assert GenerationRequest.objects.get(pk=made.request_id).count == 1


def test_two_recipes_differ_only_where_they_differ(committed, api, creator, character, original):
    again = ordering.order(creator, character, make.wish(1, seed=8))
    make.run_jobs()
    (other,) = again.variants
    answer = api(creator).get(url(original, "recipe-diff") + f"?with={other.pk}")
    found = {row["parameter"]: (row["this"], row["other"]) for row in answer.json()["differences"]}
    assert found.pop("seed") == (7, 8)
    assert set(found) == {"blend_factor", "sharpen_alpha"}, "which the seed decides here"
