"""Whatever the picture, a measure gives a number or None: no NaN, no crash, no failing by shape."""

import math

import numpy as np
import pytest
from PIL import Image

from qa.checks import CHECKS
from qa.measuring import MEASURES, measure
from qa.policy import Limits, Verdict, judge
from qa.views import View, view
from tests.qa.pictures import encoded
from tests.qa.series import flat, noisy, photo
from tests.qa.test_pixels import saved

SHAPES = [(1, 1), (1, 40), (40, 1), (2, 2), (3, 3), (8, 8), (17, 3), (31, 33), (16, 3000)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("level", [0, 100, 255])
def test_any_shape_is_measured_or_not_measured(shape, level):
    for function in MEASURES:
        for picture in (flat(level, shape), noisy(flat(level, shape), 9)):
            value = function(View(picture))
            assert value is None or math.isfinite(value), function.__name__


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_any_mode_is_measured(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    data = saved(Image.fromarray(photo((300, 300))).convert(mode), kind)
    values = {found.check: found.value for found in measure(data).measurements}
    assert values["resolution"] == 300
    assert all(value is None or math.isfinite(value) for value in values.values())


@pytest.mark.parametrize(
    ("picture", "may_fail"),
    [
        (flat(118, (1024, 1024)), set()),
        (flat(25, (1024, 1024)), {"exposure"}),
        (flat(0, (1024, 1024)), {"exposure", "clipped_shadows"}),
        (flat(255, (1024, 1024)), {"clipped_highlights"}),
        (photo((512, 512)), set()),
        (np.repeat(photo((512, 512))[..., 1:2], 3, axis=2), set()),
        (photo((40, 40)), {"resolution"}),
    ],
)
def test_only_what_is_wrong_fails(picture, may_fail, studio_limits):
    failed = set()
    for found in measure(encoded(picture)).measurements:
        limits = studio_limits.get(found.check, Limits())
        if judge(CHECKS[found.check], found.value, limits).verdict == Verdict.FAIL:
            failed.add(found.check)
    assert failed <= may_fail


def test_a_view_is_the_picture_itself_where_it_is_small():
    seen = view(encoded(photo((600, 800))))
    assert (seen.factor, seen.size, seen.rgb.shape) == (1, (800, 600), (800, 600, 3))
