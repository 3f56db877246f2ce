"""Measures of size, light and colour: pure functions of a `View`, a number out.

They know no limits and no verdicts. None is "cannot be measured"; no number is ever NaN.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from qa.pixels import Pixels
from qa.views import CLIP_LEVELS, View

MID_GREY = 0.18  # reflectance of the photographer's grey card

_SRGB = np.arange(256) / 255.0
LINEAR: NDArray[np.float64] = np.where(
    _SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4
)
# Linear sRGB to CIE XYZ with the white point D65, which is divided out (IEC 61966-2-1).
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_XYZ /= _XYZ.sum(axis=1, keepdims=True)

MINKOWSKI = 6


def resolution(view: View) -> float:
    """The short side of the picture, in pixels."""
    return float(min(view.size))


def exposure(view: View) -> float:
    """Mean luminance against mid-grey, in stops: log2(Y / 0.18), Y linear by the sRGB curve.

    -1 is half the light of a grey card. A black image is -12, the floor of 8-bit sRGB.
    """
    luminance = float(view.levels @ LINEAR @ _XYZ[1])
    return float(np.log2(max(luminance, 2.0**-12 * MID_GREY) / MID_GREY))


def clipped_shadows(view: View) -> float:
    """Per cent of pixels whose every channel is at the black end."""
    return _share(view.rows, 0, CLIP_LEVELS)


def clipped_highlights(view: View) -> float:
    """Per cent of pixels whose every channel is at the white end."""
    return _share(view.rows, 255 - CLIP_LEVELS, 255)


def colour_cast(view: View) -> float:
    """Chroma C*ab of the light's colour in CIELAB (D65): 0 is neutral, about 2 is just seen.

    The light by shades of grey with a Minkowski norm of 6, over linear light: Finlayson and
    Trezzi, "Shades of gray and colour constancy" (CIC 2004). A black image has no cast.
    """
    light = (view.levels @ LINEAR**MINKOWSKI) ** (1 / MINKOWSKI)
    ratios = _XYZ @ light
    x, y, z = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return float(np.hypot(500 * (x - y), 200 * (y - z)))


def _share(rows: Pixels, low: int, high: int) -> float:
    within = cv2.inRange(rows, (low, low, low), (high, high, high))
    return 100 * cv2.countNonZero(within) / within.size
