"""How the likeness of a character's approved images went over time, as points and as a drawing.

One face model at a time: likenesses of different models are not comparable.
"""

from dataclasses import dataclass
from datetime import datetime

from characters.models import Character
from identity.labelling import ever_approved
from qa.inspection import active_model
from qa.models import EmbeddingModel
from qa.similarity import Band, band
from variants.models import ImageVariant

SHOWN = 400  # the newest of them; more would stand closer than a dot is wide
WIDTH, HEIGHT = 960, 320
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 16, 32


@dataclass(frozen=True)
class Point:
    """An approved image: when it was approved last, and its likeness to its source."""

    variant: ImageVariant
    at: datetime
    likeness: float
    band: Band
    is_first_outside: bool
    x: float
    y: float


@dataclass(frozen=True)
class Drift:
    """The approved images of a character, oldest first, and where the band of a match begins.

    `unmeasured` counts approved images without a likeness by this model; `earlier` those left out
    because there are so many.
    """

    model: EmbeddingModel
    points: list[Point]
    match_y: float
    check_y: float
    unmeasured: int
    earlier: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def first_outside(self) -> Point | None:
        """The first approved image that is no match any more."""
        return next((point for point in self.points if point.is_first_outside), None)

    @property
    def line(self) -> str:
        """The points as an SVG polyline has them."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)

    @property
    def ticks(self) -> list[tuple[str, float]]:
        """Likenesses that the drawing names, and how high they stand."""
        return [(f"{value:g}", _y(value)) for value in (0, 0.25, 0.5, 0.75, 1)]


def drift_of(character: Character) -> Drift:
    """Everything that was ever approved of a character and is not in the trash.

    Heroes that were replaced count; what was approved and then rejected or withheld does not.
    """
    model = active_model()
    ever = ever_approved().filter(character=character)
    measured = ever.filter(embedding__model=model, likeness__isnull=False)
    count, total = measured.count(), ever.count()
    newest = list(measured[:SHOWN])[::-1]
    return Drift(
        model=model,
        points=_points(newest, model),
        match_y=_y(model.thresholds["match"]),
        check_y=_y(model.thresholds["check"]),
        unmeasured=total - count,
        earlier=count - len(newest),
    )


def _points(rows: list[ImageVariant], model: EmbeddingModel) -> list[Point]:
    """In the order of approval, at equal distances: bursts of one day would else be one dot."""
    step = (WIDTH - LEFT - RIGHT) / max(len(rows) - 1, 1)
    found: list[Point] = []
    outside = False
    for number, row in enumerate(rows):
        likeness = row.likeness or 0.0
        inside = band(likeness, model.thresholds)
        found.append(
            Point(
                variant=row,
                at=row.approved_at,  # type: ignore[attr-defined]  # by `ever_approved`
                likeness=likeness,
                band=inside,
                is_first_outside=inside is not Band.MATCH and not outside,
                x=round(LEFT + (number if len(rows) > 1 else 0.5) * step, 1),
                y=_y(likeness),
            )
        )
        outside = outside or inside is not Band.MATCH
    return found


def _y(likeness: float) -> float:
    return round(TOP + (1 - likeness) * (HEIGHT - TOP - BOTTOM), 1)
