"""The built-in graphs are sound, fit a real server, and vary with their seed."""

import json

import pytest

from comfy_bridge import bindings, graph
from comfy_bridge.catalog import needs_of, read_object_info
from comfy_bridge.preparing import output_prefix, prepare
from comfy_bridge.recipes import Recipe, built_in, fitted
from tests.fakes.replay import DATA, png, submission, transcript

EACH = pytest.mark.parametrize("recipe", built_in(), ids=lambda recipe: recipe.name)
OBJECT_INFO = json.loads((DATA / "object_info_subset.json").read_text())


@EACH
def test_a_recipe_is_sound(recipe: Recipe) -> None:
    assert graph.faults(recipe.graph) == []
    assert bindings.faults(recipe.graph, recipe.bindings) == []
    assert graph.output_nodes(recipe.graph) == ("9",)


@EACH
def test_a_recipe_uses_only_nodes_and_inputs_that_a_real_server_has(recipe: Recipe) -> None:
    assert needs_of(recipe.graph).nodes <= read_object_info(OBJECT_INFO).nodes
    for node in recipe.graph.values():
        described = OBJECT_INFO[node["class_type"]]["input"]
        known = set(described["required"]) | set(described.get("optional", {}))
        assert set(described["required"]) <= set(node["inputs"]) <= known


@pytest.mark.parametrize("name", ["inpaint_modelfree", "sd_inpaint"])
def test_an_inpainting_recipe_takes_its_mask_white_as_edit(name: str) -> None:
    recipe = next(r for r in built_in() if r.name == name)
    (mask,) = (b for b in recipe.bindings if b.name == "mask")
    node = recipe.graph[mask.node]
    assert recipe.kind == "inpaint"
    assert (node["class_type"], node["inputs"]["channel"]) == ("LoadImageMask", "red")


def test_the_inpainting_recipes_are_the_recorded_graphs_but_for_the_masks_own_node() -> None:
    recorded = submission(transcript("wf_sd15_inpaint_conditioning"))
    mine = next(r for r in built_in() if r.name == "sd_inpaint").graph
    assert mine["10"]["inputs"].pop("mask") == ["5", 0]
    for key, node in recorded.items():
        links = {k: v for k, v in node["inputs"].items() if graph.is_link(v) and k != "mask"}
        assert mine[key]["class_type"] == node["class_type"]
        assert links.items() <= mine[key]["inputs"].items()
    recorded = submission(transcript("wf_inpaint_modelfree"))
    mine = next(r for r in built_in() if r.name == "inpaint_modelfree").graph
    assert recorded["3"]["class_type"] == mine["5"]["class_type"] == "ImageCompositeMasked"
    assert set(recorded["3"]["inputs"]) == set(mine["5"]["inputs"])
    assert recorded["9"]["inputs"]["images"] == ["3", 0]
    assert mine["9"]["inputs"]["images"] == ["5", 0]


def test_the_modelfree_recipe_is_the_recorded_graph_with_other_values() -> None:
    recorded = submission(transcript("wf_img2img_modelfree"))
    mine = next(r for r in built_in() if r.name == "modelfree_img2img").graph
    for key, node in recorded.items():
        links = {k: v for k, v in node["inputs"].items() if graph.is_link(v)}
        assert mine[key]["class_type"] == node["class_type"]
        assert links.items() <= mine[key]["inputs"].items()


def test_the_sd_recipe_is_the_recorded_graph_with_other_values() -> None:
    recorded = submission(transcript("wf_sd15_img2img"))
    mine = next(r for r in built_in() if r.name == "sd_img2img").graph
    for key, node in recorded.items():
        links = {k: v for k, v in node["inputs"].items() if graph.is_link(v)}
        assert mine[key]["class_type"] == node["class_type"]
        assert links.items() <= mine[key]["inputs"].items()


def test_candidates_of_the_modelfree_recipe_differ() -> None:
    recipe = next(r for r in built_in() if r.name == "modelfree_img2img")
    hashes = {
        graph.graph_hash(
            prepare(
                recipe.graph,
                recipe.bindings,
                {"seed": seed, "output_prefix": output_prefix("same")},
                {"source_image": png()},
            ).graph
        )
        for seed in range(50)
    }
    assert len(hashes) == 50


def test_a_picture_is_named_by_its_content() -> None:
    recipe = next(r for r in built_in() if r.name == "modelfree_img2img")
    values = {"seed": 1, "output_prefix": output_prefix("k")}
    one = prepare(recipe.graph, recipe.bindings, values, {"source_image": png()})
    same = prepare(recipe.graph, recipe.bindings, values, {"source_image": png()})
    other = prepare(recipe.graph, recipe.bindings, values, {"source_image": png(colour="red")})
    assert one.uploads[0].name == same.uploads[0].name != other.uploads[0].name
    assert one.graph["1"]["inputs"]["image"] == one.uploads[0].value
    assert one.outputs == ("9",)


@pytest.mark.parametrize(
    ("size", "options", "expected"),
    [
        ((512, 512), {}, (512, 512)),
        ((333, 500), {}, (333, 500)),
        ((333, 500), {"multiple": 8}, (336, 496)),
        ((3000, 2000), {"long_side_px": 1024, "multiple": 8}, (1024, 680)),
        ((100, 75), {"long_side_px": 1024, "multiple": 8}, (96, 72)),
        ((64, 640), {"long_side_px": 100, "multiple": 8}, (8, 96)),
    ],
)
def test_sizes_keep_the_sources_aspect(
    size: tuple[int, int], options: dict[str, int], expected: tuple[int, int]
) -> None:
    assert fitted(*size, **options) == expected  # type: ignore[arg-type]
