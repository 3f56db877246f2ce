"""Drawing a calibration as a picture: its reliability and its ROC. Knows no models and no rows."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from qa.accuracy import Cut
from qa.calibration import Fit

SIDE, EDGE, HEAD = 440, 64, 56
INK, FAINT, LINE, PAPER = (28, 30, 34), (120, 126, 134), (36, 98, 176), (255, 255, 255)
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)

Point = tuple[float, float]


def picture(fit: Fit, cuts: Sequence[Cut], title: str) -> Image.Image:
    """Both plots side by side, RGB of 1136 x 584 px, with the figures that they show in words."""
    image = Image.new("RGB", (2 * (SIDE + 2 * EDGE), HEAD + SIDE + 2 * EDGE - 40), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((EDGE, 16), title, INK, ImageFont.load_default(20))
    counts = f"{fit.same} pairs of one person, {fit.different} of two"
    reliability = _Axes(
        draw,
        EDGE,
        f"Reliability, out of fold; Brier {fit.brier:.3f}",
        "predicted chance of one person",
        "observed",
    )
    reliability.line([(0, 0), (1, 1)], FAINT)
    reliability.line([(item.predicted, item.observed) for item in fit.reliability], LINE)
    largest = max(item.count for item in fit.reliability)
    for item in fit.reliability:
        size = 3 + 7 * (item.count / largest) ** 0.5
        reliability.dot((item.predicted, item.observed), size)
    roc = _Axes(
        draw,
        SIDE + 3 * EDGE,
        f"ROC; AUC {fit.auc:.4f}; {counts}",
        "false accepts",
        "true accepts",
    )
    roc.line([(0, 0), (1, 1)], FAINT)
    roc.line([(cut.false_accepts, cut.true_accepts) for cut in cuts], LINE)
    for word, limit in (("match", fit.match), ("check", fit.check)):
        accepted = [cut for cut in cuts if cut.threshold >= limit]
        at = (accepted[-1].false_accepts, accepted[-1].true_accepts) if accepted else (0.0, 0.0)
        roc.dot(at, 6)
        roc.note(at, f"{word} from {limit:.3f}", lower=word == "match")
    return image


class _Axes:
    """A square of 0..1 by 0..1 with ticks and words."""

    def __init__(
        self, draw: ImageDraw.ImageDraw, left: int, title: str, across: str, up: str
    ) -> None:
        self._draw, self._left, self._top = draw, left, HEAD + 24
        self._font = ImageFont.load_default(13)
        draw.text((left, HEAD), title, INK, self._font)
        draw.rectangle((*self._at((0, 1)), *self._at((1, 0))), outline=FAINT)
        for tick in TICKS:
            x, bottom = self._at((tick, 0))
            draw.line((x, bottom, x, bottom + 5), FAINT)
            draw.text((x, bottom + 8), f"{tick:g}", FAINT, self._font, anchor="ma")
            side, y = self._at((0, tick))
            draw.line((side - 5, y, side, y), FAINT)
            draw.text((side - 8, y), f"{tick:g}", FAINT, self._font, anchor="rm")
        x, bottom = self._at((0.5, 0))
        draw.text((x, bottom + 26), across, INK, self._font, anchor="ma")
        side, y = self._at((0, 0.5))
        upwards = ImageFont.TransposedFont(self._font, Image.Transpose.ROTATE_90)
        half = self._font.getlength(up) / 2
        draw.text((side - EDGE + 6, y - half), up, INK, upwards)

    def line(self, points: Sequence[Point], colour: tuple[int, int, int]) -> None:
        self._draw.line([self._at(point) for point in points], colour, 2)

    def dot(self, point: Point, radius: float) -> None:
        x, y = self._at(point)
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), LINE)

    def note(self, point: Point, text: str, *, lower: bool) -> None:
        x, y = self._at(point)
        self._draw.text((x + 12, y + (22 if lower else 4)), text, INK, self._font)

    def _at(self, point: Point) -> tuple[float, float]:
        return self._left + point[0] * SIDE, self._top + (1 - point[1]) * SIDE
