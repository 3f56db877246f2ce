"""Sizes keep the source's aspect, at the area that the workflow's model is made for."""

import pytest

from comfy_bridge.bindings import to_json
from comfy_bridge.models import Workflow, WorkflowVersion
from comfy_bridge.recipes import built_in
from variants.sizing import drawn_size


def version(name):
    recipe = next(recipe for recipe in built_in() if recipe.name == name)
    return WorkflowVersion(
        workflow=Workflow(kind=recipe.kind),
        graph=recipe.graph,
        bindings=to_json(recipe.bindings),
    )


@pytest.mark.parametrize(
    ("name", "source", "drawn"),
    [
        ("modelfree_img2img", (333, 500), (333, 500)),
        ("modelfree_img2img", (4000, 2000), (2048, 1024)),
        ("sd_img2img", (512, 512), (512, 512)),
        ("sd_img2img", (333, 500), (336, 496)),
        ("sd_img2img", (3000, 2000), (1024, 680)),
        ("sdxl_img2img", (512, 512), (1024, 1024)),
        ("sdxl_img2img", (2000, 3000), (832, 1248)),
        ("flux_img2img", (640, 360), (1360, 768)),
        ("sd_txt2img", (3000, 3000), (512, 512)),
        ("sd_txt2img", (1000, 2000), (368, 720)),
        ("sdxl_txt2img", (300, 300), (1024, 1024)),
        ("flux_txt2img", (100, 1000), (320, 3232)),
    ],
)
def test_the_size(name, source, drawn):
    assert drawn_size(version(name), *source) == drawn
