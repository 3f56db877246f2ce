"""Whatever the seed, the model-free workflow keeps a clean portrait within the limits of QA."""

import itertools

import numpy as np
import pytest
from PIL import Image

from comfy_bridge.recipes import built_in
from comfy_bridge.sandbox import nodes
from qa.measuring import MEASURES
from qa.models import QAThreshold
from qa.policy import Limits, Verdict, judge_check
from qa.views import View
from tests import make

MAPS = {
    binding.name: binding.seed_map
    for recipe in built_in()
    if recipe.name == "modelfree_img2img"
    for binding in recipe.bindings
    if binding.seed_map
}
BLENDS, SHARPENS = ((MAPS[name].low, MAPS[name].high) for name in ("blend_factor", "sharpen_alpha"))
ENDS = list(itertools.product(BLENDS, SHARPENS))


def _made(blend_factor: float, sharpen_alpha: float) -> np.ndarray:
    with Image.open(make.PORTRAIT) as portrait:
        pixels = np.asarray(portrait.convert("RGB"), np.float32)[None] / 255
    inverse = nodes.image_invert(None, pixels)[0]
    blended = nodes.image_blend(None, pixels, inverse, blend_factor, "normal")[0]
    sharpened = nodes.image_sharpen(None, blended, 1, 1.0, sharpen_alpha)[0]
    return (sharpened[0].clip(0, 1) * 255).round().astype(np.uint8)


@pytest.mark.django_db
@pytest.mark.parametrize("values", ENDS, ids=str)
def test_no_measure_fails_at_either_end_of_what_a_seed_can_draw(values: tuple) -> None:
    pixels = _made(*values)
    for measure in MEASURES:
        row = QAThreshold.objects.get(qa_check__name=measure.__name__, project=None)
        limits = Limits(row.warn_limit, row.fail_limit)
        judged = judge_check(measure.__name__, measure(View(pixels)), limits)
        assert judged.verdict is not Verdict.FAIL, judged.sentence
