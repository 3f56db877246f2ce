"""What ComfyUI's page saves becomes the graph its server ran, or is refused with the way on."""

import copy
import json
import re
from typing import Any

import pytest

from comfy_bridge.converting import classes_of, converted
from comfy_bridge.descriptions import read_descriptions
from comfy_bridge.exported import CannotConvert
from comfy_bridge.graph import check
from comfy_bridge.reading import format_of
from tests.comfy_bridge.test_detecting import recorded
from tests.fakes.replay import DATA

OBJECT_INFO = json.loads((DATA / "object_info_subset.json").read_text())
WAY_ON = re.escape('choose "Workflow > Export (API)"')


def export(name: str) -> dict[str, Any]:
    return dict(json.loads((DATA / "exports" / f"{name}.json").read_text()))


def graph_of(document: dict[str, Any], info: dict[str, Any] | None = None) -> dict[str, Any]:
    return converted(document, read_descriptions(info or OBJECT_INFO, classes_of(document)))


def node_in(document: dict[str, Any], node_id: int) -> dict[str, Any]:
    return dict(next(node for node in document["nodes"] if node["id"] == node_id))


def changed(name: str, node_id: int, **changes: Any) -> dict[str, Any]:
    document = export(name)
    next(node for node in document["nodes"] if node["id"] == node_id).update(changes)
    return document


def titled(graph: dict[str, Any]) -> dict[str, Any]:
    """The page's API export names every node, by its class where it has no title."""
    graph = copy.deepcopy(graph)
    for node in graph.values():
        plain = OBJECT_INFO[node["class_type"]]["display_name"]
        node.setdefault("_meta", {}).setdefault("title", plain)
    return graph


@pytest.mark.parametrize(
    ("name", "api"), [("txt2img_0.4", "sd15_txt2img_batch2"), ("img2img_1", "sd15_img2img")]
)
def test_an_export_becomes_the_graph_that_was_recorded(name: str, api: str) -> None:
    assert format_of(export(name)) == "ui"
    assert graph_of(export(name)) == titled(recorded(api))


def test_the_graph_can_be_sent() -> None:
    assert check(graph_of(export("img2img_1")))


def test_very_old_exports_have_yes_or_no_behind_a_seed() -> None:
    values = [7, True, 2, 7.0, "euler", "normal", 1.0]
    inputs = graph_of(changed("txt2img_0.4", 7, widgets_values=values))["7"]["inputs"]
    assert (inputs["seed"], inputs["steps"], inputs["denoise"]) == (7, 2, 1.0)


def test_a_seed_without_a_control_behind_it_is_read_too() -> None:
    values = [7, 2, 7.0, "euler", "normal", 1.0]
    inputs = graph_of(changed("txt2img_0.4", 7, widgets_values=values))["7"]["inputs"]
    assert (inputs["seed"], inputs["steps"], inputs["denoise"]) == (7, 2, 1.0)


def test_values_by_name_are_taken_by_name() -> None:
    values = {"width": 64, "height": 72, "batch_size": 1, "other": 5}
    inputs = graph_of(changed("txt2img_0.4", 6, widgets_values=values))["6"]["inputs"]
    assert inputs == {"width": 64, "height": 72, "batch_size": 1}


def test_a_value_that_an_older_page_did_not_have_is_the_servers_default() -> None:
    inputs = graph_of(changed("txt2img_0.4", 6, widgets_values=[64, 64]))["6"]["inputs"]
    assert inputs["batch_size"] == 1


def test_a_muted_node_takes_its_links_with_it() -> None:
    graph = graph_of(changed("txt2img_0.4", 3, mode=2))
    assert "3" not in graph
    assert "negative" not in graph["7"]["inputs"]


def test_a_bypassed_node_without_a_fitting_input_gives_nothing_on() -> None:
    graph = graph_of(changed("txt2img_0.4", 8, mode=4))
    assert "8" not in graph
    assert "images" not in graph["9"]["inputs"]


def test_reroutes_in_a_row_are_passed_through() -> None:
    document = export("img2img_1")
    reroute = {**node_in(document, 20), "id": 21, "inputs": [{"name": "", "type": "*", "link": 23}]}
    document["nodes"].append(reroute)
    document["links"] = [
        {**link, "origin_id": 21} if link["id"] == 22 else link for link in document["links"]
    ]
    document["links"].append({"id": 23, "origin_id": 20, "origin_slot": 0, "target_id": 21,
                              "target_slot": 0, "type": "VAE"})  # fmt: skip
    assert graph_of(document)["8"]["inputs"]["vae"] == ["1", 2]


def subgraphed() -> dict[str, Any]:
    kind = "0b5c5f3c-4ad5-4a6f-8f39-0d2b7d4ad1a1"
    document = changed("img2img_1", 40, type=kind, mode=0)
    document["definitions"] = {"subgraphs": [{"id": kind, "name": "Sharpen", "nodes": []}]}
    return document


def circular() -> dict[str, Any]:
    document = export("img2img_1")
    for link in document["links"]:
        if link["id"] == 20:
            link["origin_id"] = 20
    return document


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (subgraphed(), r"Node 40 is a subgraph \(Sharpen\)"),
        (changed("img2img_1", 40, type="workflow>mine"), "Node 40 is a group node"),
        (changed("img2img_1", 40, type="SetNode", mode=0), "Node 40 is a SetNode.*not describe"),
        (changed("txt2img_0.4", 7, widgets_values=["euler", 1, 2]), "Node 7 .*no value for seed"),
        (changed("txt2img_0.4", 7, widgets_values=[7, "randomize", "x"]), "no value for steps"),
        (changed("txt2img_0.4", 2, widgets_values=[]), "Node 2 .*has no value for text"),
        (changed("txt2img_0.4", 9, id=8), "the same id"),
        (changed("txt2img_0.4", 9, id=None), "has no id"),
        (changed("txt2img_0.4", 9, type=None), "has no type"),
        (changed("img2img_1", 50, widgets_values=[]), r"Node 50 \(PrimitiveNode\) has no value"),
        (circular(), "linked to itself through reroutes"),
        ({**export("txt2img_0.4"), "links": {}}, "no list of links"),
        ({**export("txt2img_0.4"), "links": [5]}, "link of the file is not readable"),
        ({**export("txt2img_0.4"), "links": []}, "has a lost link"),
        ({**export("txt2img_0.4"), "nodes": [5]}, "has no type"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_is_not_certain_is_refused_with_the_menu_item(
    document: dict[str, Any], words: str
) -> None:
    with pytest.raises(CannotConvert, match=words) as refused:
        graph_of(document)
    assert re.search(WAY_ON, refused.value.sentence)
    assert refused.value.status == 400


def test_an_input_with_parts_of_its_own_is_refused() -> None:
    document = changed("img2img_1", 40, type="ResizeImageMaskNode", mode=0)
    with pytest.raises(CannotConvert, match="resize_type has parts of its own"):
        graph_of(document)
