"""Workflows over the API: added in either format, revised, validated against a server, refused."""

import json
import re
from io import BytesIO
from typing import Any

import pytest

from audit.models import AuditEvent
from comfy_bridge import health, pool
from comfy_bridge.addresses import LOOPBACK
from comfy_bridge.handles import close_all
from comfy_bridge.models import ComfyServer, Workflow, WorkflowVersion
from tests import make
from tests.comfy_bridge.test_converting import export
from tests.comfy_bridge.test_detecting import recorded
from tests.fakes.sandbox import start_sandbox

URL = "/api/v1/workflows"
SAVE = {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}


@pytest.fixture
def sandbox(db):  # type: ignore[no-untyped-def]
    with start_sandbox(checkpoints=["random_sd15_small.safetensors"]) as running:
        (server,) = pool.register_urls([running.url])
        yield health.check(server, LOOPBACK)
    close_all()


def sent(client: Any, **body: Any) -> Any:
    return client.post(URL, {"name": "mine", **body})


def raw(client: Any, body: str | bytes, url: str = URL) -> Any:
    return client.generic("POST", url, body, content_type="application/json")


def test_an_api_graph_is_added_with_its_bindings_detected(api, admin) -> None:  # type: ignore[no-untyped-def]
    answer = sent(api(admin), graph=recorded("sd15_img2img"), title="Mine")
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["name"], body["title"], body["kind"], body["version"]) == (
        "mine",
        "Mine",
        "img2img",
        1,
    )
    taken = {one["name"]: one for one in body["bindings"]}
    assert set(taken) == {
        *("source_image", "prompt", "negative_prompt", "seed", "steps", "cfg", "denoise"),
        *("width", "height", "checkpoint", "sampler"),
    }
    assert taken["steps"] == {
        "name": "steps",
        "type": "int",
        "required": False,
        "default": 4,
        "min": 1,
        "max": 150,
        "choices": [],
    }
    assert taken["source_image"]["required"] is True
    version = WorkflowVersion.objects.get(workflow__name="mine")
    assert version.graph == recorded("sd15_img2img")
    assert version.outputs == ["9"]
    assert version.created_by == admin
    assert AuditEvent.objects.filter(verb="workflow.create", actor=admin).count() == 1


def test_a_file_is_taken_too(api, admin) -> None:  # type: ignore[no-untyped-def]
    file = BytesIO(json.dumps(recorded("inpaint_separate_mask")).encode())
    file.name = "workflow_api.json"
    answer = api(admin).post(URL, {"name": "masked", "file": file}, format="multipart")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["kind"] == "inpaint"


def test_bindings_may_be_said(api, admin) -> None:  # type: ignore[no-untyped-def]
    declared = [
        {"name": "source_image", "node": "1", "input": "image", "type": "image"},
        {"name": "strength", "node": "4", "input": "blend_factor", "type": "float", "max": 0.5},
        {"name": "output_prefix", "node": "9", "input": "filename_prefix", "type": "prefix"},
    ]
    answer = sent(api(admin), graph=recorded("img2img_modelfree"), bindings=declared)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["takes"] == ["source_image", "strength"]


def test_a_change_is_a_version_more_and_the_old_one_stays(api, admin) -> None:  # type: ignore[no-untyped-def]
    client = api(admin)
    first = sent(client, graph=recorded("sd15_img2img")).json()
    url = f"{URL}/{first['id']}/versions"
    assert client.post(url, {"graph": recorded("sd15_img2img")}).status_code == 200
    bindings = [one for one in first["current"]["bindings"] if one["name"] != "cfg"]
    bindings[1]["name"] = "prompt"
    second = client.post(url, {"bindings": bindings})
    assert (second.status_code, second.json()["version"]) == (201, 2)
    assert "cfg" not in second.json()["takes"]
    graph = recorded("sd15_img2img")
    graph["7"]["inputs"]["steps"] = 9
    third = client.post(url, {"graph": graph}).json()
    assert third["version"] == 3
    listed = client.get(url).json()["results"]
    assert [one["version"] for one in listed] == [3, 2, 1]
    assert listed[2]["graph"] == recorded("sd15_img2img")
    assert AuditEvent.objects.filter(verb="workflow.revise").count() == 2


def test_a_built_in_workflow_is_not_revised(api, admin) -> None:  # type: ignore[no-untyped-def]
    row = make.workflow("sd_img2img")
    answer = api(admin).post(f"{URL}/{row.pk}/versions", {"graph": recorded("sd15_img2img")})
    assert (answer.status_code, answer.json()["code"]) == (409, "workflow_built_in")
    assert row.versions.count() == 1


def test_a_name_stands_for_one_workflow(api, admin) -> None:  # type: ignore[no-untyped-def]
    graph = recorded("img2img_modelfree")
    assert sent(api(admin), graph=graph).status_code == 201
    again = sent(api(admin), graph=graph)
    assert (again.status_code, again.json()["code"]) == (409, "workflow_exists")


def test_an_archived_one_is_no_longer_offered(api, admin, creator) -> None:  # type: ignore[no-untyped-def]
    made = sent(api(admin), graph=recorded("img2img_modelfree")).json()
    answer = api(admin).patch(f"{URL}/{made['id']}", {"is_archived": True, "title": "Old"})
    assert (answer.json()["is_archived"], answer.json()["title"]) == (True, "Old")
    listed = api(creator).get(URL).json()["results"]
    assert made["id"] not in {one["id"] for one in listed}


def test_creators_see_what_it_takes_and_not_the_graph(api, admin, creator) -> None:  # type: ignore[no-untyped-def]
    made = sent(api(admin), graph=recorded("img2img_modelfree")).json()
    seen = api(creator).get(f"{URL}/{made['id']}")
    assert seen.json()["takes"] == ["height", "source_image", "width"]
    assert "current" not in seen.json()
    assert sent(api(creator), graph=recorded("img2img_modelfree")).status_code == 403


# --- against a server ---------------------------------------------------------------------------


def test_the_list_tells_who_can_run_what(api, creator, sandbox) -> None:  # type: ignore[no-untyped-def]
    listed = {one["name"]: one for one in api(creator).get(URL).json()["results"]}
    [told] = listed["sd_img2img"]["servers"]
    assert (told["name"], told["online"], told["can_run"], told["lacks"]) == (
        sandbox.name,
        True,
        True,
        [],
    )
    taken = {one["name"]: one for one in listed["sd_img2img"]["bindings"]}
    assert taken["checkpoint"]["choices"] == ["random_sd15_small.safetensors"]
    assert "url" not in told


def test_a_workflow_is_held_against_a_live_server(api, admin, creator, sandbox) -> None:  # type: ignore[no-untyped-def]
    made = sent(api(admin), graph=recorded("sd15_img2img")).json()
    url = f"{URL}/{made['id']}/validate"
    for server in (sandbox.pk, sandbox.name, None):
        answer = api(creator).post(url, {} if server is None else {"server": server})
        assert answer.status_code == 200, answer.json()
        assert (answer.json()["valid"], answer.json()["problems"]) == (True, [])
    graph = recorded("sd15_img2img")
    graph["1"]["inputs"]["ckpt_name"] = "absent.safetensors"
    graph["7"]["inputs"] |= {"steps": 0, "sampler_name": "magic"}
    graph["8"] = {"class_type": "VAEDecodeTiled", "inputs": graph["8"]["inputs"]}
    worse = api(admin).post(f"{URL}/{made['id']}/versions", {"graph": graph})
    assert worse.status_code == 201, worse.json()
    body = api(creator).post(f"{url}/", {"server": str(sandbox.pk)}).json()
    assert body["valid"] is False
    told = {(one["code"], one["node"]): one for one in body["problems"]}
    assert set(told) == {
        ("missing_model", "1"),
        ("value_too_small", "7"),
        ("value_not_in_list", "7"),
        ("missing_node", "8"),
    }
    assert told["missing_model", "1"]["available"] == ["random_sd15_small.safetensors"]
    assert api(creator).post(url, {"version": 1}).json()["valid"] is True
    assert api(creator).post(url, {"version": 9}).status_code == 404


def test_nobody_to_ask_and_a_silent_server_are_told(api, admin) -> None:  # type: ignore[no-untyped-def]
    made = sent(api(admin), graph=recorded("img2img_modelfree")).json()
    url = f"{URL}/{made['id']}/validate"
    for body in ({}, {"server": "gpu-9"}):
        answer = api(admin).post(url, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_server_to_ask")
    silent = ComfyServer.objects.create(name="gone", url="http://127.0.0.1:9")
    body = api(admin).post(url, {"server": silent.pk}).json()
    assert (body["valid"], body["asked"]) == (False, False)
    assert body["problems"][0]["code"] == "server_silent"


def test_a_page_export_is_converted_by_what_a_server_has(api, admin, sandbox) -> None:  # type: ignore[no-untyped-def]
    answer = sent(api(admin), graph=export("img2img_1"))
    assert answer.status_code == 201, answer.json()
    graph = answer.json()["current"]["graph"]
    assert {key: node["inputs"] for key, node in graph.items()} == {
        key: node["inputs"] for key, node in recorded("sd15_img2img").items()
    }


def test_a_page_export_without_a_server_names_what_is_missing(api, admin) -> None:  # type: ignore[no-untyped-def]
    answer = sent(api(admin), graph=export("img2img_1"))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_server_to_ask")
    assert "Workflow > Export (API)" in answer.json()["detail"]


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        ({}, "not an API-format graph"),
        ([], "not an API-format graph"),
        ("", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": 1, "a": 2}', "'a' twice"),
        ('{"9": NaN}', "NaN"),
        ("9" * 5000, "too many digits"),
        ({"nodes": [], "links": []}, "no node that a server would run"),
        ({"1": {"class_type": 5, "inputs": {}}, "9": SAVE}, "Node 1 has no class_type"),
        ({"1": {"class_type": "Evil", "inputs": {}}, "9": SAVE}, "Node 1 .Evil. is not on the"),
        ({"1": {"class_type": "LoadLatent", "inputs": {}}, "9": SAVE}, "not on the allow-list"),
        ({"9": SAVE}, "Node 9 .SaveImage.: its input images leads to node 1, which is not there"),
        ({str(n): SAVE for n in range(2000)}, "2000 nodes"),
        (recorded("animated_png"), "SaveAnimatedPNG. is not on the allow-list"),
        (recorded("empty_preview"), "no SaveImage node. It ends at Node 9 .PreviewImage."),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_graph_that_cannot_be_sent_is_refused(api, admin, graph, words) -> None:  # type: ignore[no-untyped-def]
    answer = sent(api(admin), graph=graph)
    assert answer.status_code == 400, answer.content[:300]
    assert answer.json()["code"] in {"graph_refused", "workflow_not_converted"}
    assert re.search(words, answer.json()["detail"]), answer.json()["detail"]
    assert not Workflow.objects.filter(name="mine").exists()


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "mine", "name": "other"}',
        '{"name": "mine", "graph": {"1": {}, "1": {}}}',
        '{"name": "mine", "graph": {"1": NaN}}',
        '{"name": "mine", "graph": ' + "[" * 50_000,
        b"\xff\xfe\x00",
        b'{"name": "\\ud800", "graph": {}}',
        b'{"name": "' + b"x" * (2 * 2**20) + b'"}',
    ],
    ids=lambda value: str(value[:30]),
)
def test_a_body_that_is_ambiguous_or_too_much_is_malformed(api, admin, body) -> None:  # type: ignore[no-untyped-def]
    answer = raw(api(admin), body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_million_nodes_are_refused_without_being_read(api, admin) -> None:  # type: ignore[no-untyped-def]
    nodes = b",".join(b'"%d":{"class_type":"X","inputs":{}}' % n for n in range(1_000_000))
    answer = raw(api(admin), b'{"name":"mine","graph":{' + nodes + b"}}")
    assert answer.status_code == 400
    assert "at most 2 MB" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("bindings", "words"),
    [
        ("nonsense", "Bindings are a list"),
        ({}, "Bindings are a list"),
        ([5], "has a name, a node, an input and a type"),
        ([{"name": "a", "node": "1", "input": "image", "type": "magic"}], "'magic' does not exist"),
        ([], "has to be bound"),
        ([{"name": "x", "node": "77", "input": "image", "type": "image"}], "no node 77"),
    ],
)
def test_bindings_that_do_not_fit_are_refused(api, admin, bindings, words) -> None:  # type: ignore[no-untyped-def]
    answer = sent(api(admin), graph=recorded("img2img_modelfree"), bindings=bindings)
    assert (answer.status_code, answer.json()["code"]) == (400, "binding_refused")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("name", ["", "x", "Mine", "my name", "../x", "x" * 61, "1x", "a\nb"])
def test_a_name_is_a_plain_word(api, admin, name) -> None:  # type: ignore[no-untyped-def]
    answer = api(admin).post(URL, {"name": name, "graph": recorded("img2img_modelfree")})
    assert answer.status_code == 400
    assert answer.json()["errors"].get("name"), answer.json()


def test_an_unknown_kind_is_refused(api, admin) -> None:  # type: ignore[no-untyped-def]
    answer = sent(api(admin), graph=recorded("img2img_modelfree"), kind="video")
    assert (answer.status_code, answer.json()["code"]) == (400, "workflow_refused")


def test_a_page_export_without_a_picture_or_with_strange_classes_is_refused(api, admin) -> None:  # type: ignore[no-untyped-def]
    document = export("img2img_1")
    document["nodes"][4] |= {"type": "SetNode", "mode": 0}
    answer = sent(api(admin), graph=document)
    assert answer.status_code == 400
    assert "SetNode" in answer.json()["detail"]
