"""The whole main job over the API, against the sandbox in a process of its own."""

import hashlib
from datetime import timedelta

import httpx
import pytest

from comfy_bridge import health, pool
from comfy_bridge.handles import close_all
from studio.integrity import faults
from tests import make
from tests.fakes.sandbox import start_sandbox
from variants.generating import NETWORKS


@pytest.fixture
def sandbox(committed):
    with start_sandbox(step_ms=5) as running:
        (server,) = pool.register_urls([running.url])
        health.check(server, NETWORKS)
        yield running
    close_all()


@pytest.fixture
def storage(request):
    """Where the files go: the disk, or a real local S3."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    return request.param


@pytest.mark.parametrize(
    ("workflow", "storage"),
    [("modelfree_img2img", "disk"), ("sd_img2img", "disk"), ("modelfree_img2img", "s3")],
    indirect=["storage"],
)
def test_from_upload_to_hero(
    committed, sandbox, storage, api, admin, creator, reviewer, project, workflow
):
    make_ = api(creator)
    made = make_.post(
        "/api/v1/characters", {"project": project.pk, "name": "Eileen", "depicts": "real_person"}
    )
    assert made.status_code == 201, made.json()
    base = f"/api/v1/characters/{made.json()['id']}"

    with make.PORTRAIT.open("rb") as file:
        uploaded = make_.post(f"{base}/source-image", {"file": file}, format="multipart")
    assert uploaded.status_code == 201, uploaded.json()
    body = uploaded.json()
    assert (body["width"], body["height"], body["format"]) == (512, 512, "png")
    assert body["sha256"] == hashlib.sha256(make.portrait()).hexdigest()
    assert body["base_image_status"] == "draft"
    assert set(body["jobs"]) == {"qa", "embedding"}

    wish = {
        "variant_type": "clothed",
        "workflow_id": make.workflow(workflow).pk,
        "count": 3,
        "prompt": "a portrait",
    }
    assert make_.post(f"{base}/variants/generate", wish).json()["code"] == "qa_pending"
    make.run_jobs("cpu", "gpu")
    source = make_.get(f"{base}/source-image").json()
    assert source["qa"]["verdict"] in {"pass", "warn"}
    assert source["face"]["model"] == "dlib-resnet"
    assert make_.post(f"{base}/variants/generate", wish).json()["code"] == "source_not_approved"

    refused = make_.post(f"{base}/seed-image/approve")
    assert refused.json()["code"] == "attestation_required"
    stated = {"statement": "NASA portrait in the public domain", "source": "scikit-image"}
    assert make_.post(f"{base}/attestation", stated).status_code == 201
    assert make_.post(f"{base}/seed-image/approve").json()["appearance_locked"] is True

    asked = make_.post(f"{base}/variants/generate", wish)
    assert asked.status_code == 202, asked.json()
    make.run_jobs()
    request = make_.get(f"/api/v1/requests/{asked.json()['request_id']}").json()
    assert request["finished"] is True
    assert request["statuses"] == {"generated": 3}, request
    shas = {variant["sha256"] for variant in request["variants"]}
    assert len(shas) == 3, "each seed gives a picture of its own"
    for variant in request["variants"]:
        assert variant["likeness"] > 0.5
        assert variant["qa_verdict"] in {"pass", "warn"}
    best = max(request["variants"], key=lambda variant: variant["likeness"])

    approved = api(reviewer).post(f"{base}/variants/{best['id']}/approve")
    assert approved.status_code == 200, approved.json()
    assert approved.json()["is_hero"] is True
    assert approved.json()["generation_params"]["server"]["sandbox"] is True
    seeds = make_.get(f"{base}/scene-seeds").json()["results"]
    assert [seed["id"] for seed in seeds] == [best["id"]]
    file = make_.get(best["file_url"])
    data = file.getvalue() if storage == "disk" else httpx.get(file.headers["Location"]).content
    assert hashlib.sha256(data).hexdigest() == best["sha256"]
    assert [fault.sentence for fault in faults(grace=timedelta(0), read_files=True)] == []
