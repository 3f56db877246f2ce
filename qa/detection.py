"""Finding faces with MTCNN, whose weights come in the wheel. Lives in the face child only.

The cascade of K. Zhang et al., "Joint Face Detection and Alignment using Multitask Cascaded
Convolutional Networks" (2016), with facenet-pytorch's three nets, over several images at once.
For faces of a reasonable size (qa/proposals.py) boxes are those of facenet-pytorch's own loop.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from qa.areas import Areas
from qa.boxes import Boxes, moved, squared, suppress, within
from qa.pixels import Pixels
from qa.proposals import Proposals, of_level, of_pyramid, pyramid
from qa.readings import Face
from qa.running import Net, Numbers, Place
from qa.torchvision_shim import ensure_torchvision

ensure_torchvision()

from facenet_pytorch.models.mtcnn import ONet, PNet, RNet  # noqa: E402  the shim has to come first

LONG_SIDE_PX = 2048  # beyond, a picture is reduced: its faces are large enough for all three nets
REFINED = 0.7  # the second net's limit, facenet-pytorch's
MIN_CONFIDENCE = 0.9  # below, most boxes are patterns in cloth and foliage
PROPOSED_AT_ONCE, CROPS_AT_ONCE = 32, 512


@dataclass(frozen=True)
class View:
    """An image as the nets look at it: `factor` times smaller than it is."""

    areas: Areas
    factor: int

    @property
    def size(self) -> tuple[int, int]:
        return self.areas.height, self.areas.width


class Detector:
    """MTCNN for batches of images of any sizes."""

    def __init__(self, place: Place) -> None:
        self._propose = Net(PNet(), place, PROPOSED_AT_ONCE)
        self._refine = Net(RNet(), place, CROPS_AT_ONCE)
        self._decide = Net(ONet(), place, CROPS_AT_ONCE)

    def detect(self, images: Sequence[Pixels]) -> list[list[Face]]:
        """Every face of each upright RGB image, largest first, in pixels of that image."""
        views = [_view(image) for image in images]
        found = self._decided(views, self._refined(views, self._proposed(views)))
        return [sorted(faces, key=lambda face: face.area, reverse=True) for faces in found]

    def _proposed(self, views: Sequence[View]) -> list[Boxes]:
        """First stage: every place of every level of the pyramid; images of a size go together."""
        proposed: list[Boxes] = [np.zeros((0, 4), np.float32)] * len(views)
        for size in {view.size for view in views}:
            alike = [number for number, view in enumerate(views) if view.size == size]
            levels = [
                self._on_level(scale, [views[number].areas for number in alike])
                for scale in pyramid(*size)
            ]
            for place, number in enumerate(alike):
                proposed[number] = of_pyramid([level[place] for level in levels])
        return proposed

    def _on_level(self, scale: float, images: Sequence[Areas]) -> list[Proposals]:
        height, width = int(images[0].height * scale + 1), int(images[0].width * scale + 1)
        inputs = np.stack([image.resized(height, width) for image in images])
        shares, chances = self._propose(_normal(inputs))
        return [
            of_level(share, chance[1], scale) for share, chance in zip(shares, chances, strict=True)
        ]

    def _refined(self, views: Sequence[View], proposed: Sequence[Boxes]) -> list[Boxes]:
        """Second stage: each candidate at 24 px."""
        refined = []
        for boxes, (shares, chances) in self._looked_at(self._refine, 24, views, proposed):
            enough = chances[:, 1] > REFINED
            kept = suppress(boxes[enough], chances[enough, 1], 0.7, "union")
            refined.append(squared(moved(boxes[enough][kept], shares[enough][kept], 1)))
        return refined

    def _decided(self, views: Sequence[View], refined: Sequence[Boxes]) -> list[list[Face]]:
        """Third stage: each at 48 px, with its landmarks."""
        decided = []
        looked = self._looked_at(self._decide, 48, views, refined)
        for view, (candidates, (shares, points, chances)) in zip(views, looked, strict=True):
            enough = chances[:, 1] > MIN_CONFIDENCE
            before, scores = candidates[enough], chances[enough, 1]
            sides = before[:, 2:] - before[:, :2] + 1
            five = points[enough].reshape(-1, 2, 5).transpose(0, 2, 1)
            landmarks = sides[:, None] * five + before[:, None, :2] - 1
            boxes = moved(before, shares[enough], 1)
            kept = suppress(boxes, scores, 0.7, "smaller", 1)
            decided.append(
                [_face(boxes[i], landmarks[i], float(scores[i]), view.factor) for i in kept]
            )
        return decided

    def _looked_at(
        self, net: Net, size: int, views: Sequence[View], proposed: Sequence[Boxes]
    ) -> Iterator[tuple[Boxes, tuple[Numbers, ...]]]:
        """The boxes of each view that cover some of it, and what the net says of them; the crops
        of all views go through it together."""
        held = []
        crops = [np.zeros((1, 3, size, size), np.float32)]  # the nets take no empty batch
        for view, boxes in zip(views, proposed, strict=True):
            whole = within(boxes, view.areas.width, view.areas.height)
            covers = (whole[:, 2] > whole[:, 0]) & (whole[:, 3] > whole[:, 1])
            held.append(boxes[covers])
            crops.append(view.areas.crops(whole[covers], size))
        outputs = net(_normal(np.concatenate(crops)))
        first = 1
        for boxes in held:
            after = first + len(boxes)
            yield boxes, tuple(output[first:after] for output in outputs)
            first = after


def _view(image: Pixels) -> View:
    factor = -(-max(image.shape[:2]) // LONG_SIDE_PX)
    reduced = np.asarray(Image.fromarray(image).reduce(factor)) if factor > 1 else image
    return View(Areas(reduced), factor)


def _normal(means: Numbers) -> Numbers:
    return (means - np.float32(127.5)) * np.float32(1 / 128)


def _face(box: Boxes, landmarks: Boxes, confidence: float, factor: int) -> Face:
    x0, y0, x1, y1 = (float(value) * factor for value in box)
    return Face(
        box=(x0, y0, x1, y1),
        landmarks=tuple((float(x) * factor, float(y) * factor) for x, y in landmarks),
        confidence=confidence,
    )
