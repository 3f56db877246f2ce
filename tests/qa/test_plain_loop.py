"""Boxes and landmarks are those of facenet-pytorch's own loop over single images."""

import numpy as np
import pytest
import torch
from PIL import Image

from qa.detection import Detector  # it makes torchvision importable
from qa.running import Place
from tests.qa.pictures import portrait

from facenet_pytorch import MTCNN  # isort: skip


def turned(angle, size):
    return np.asarray(Image.fromarray(portrait()).rotate(angle).resize((size, size)))


def crowd():
    """Three faces of 60 to 170 px on one picture of another shape than the others."""
    page = np.full((1000, 1400, 3), 140, np.uint8)
    for x, y, size in ((0, 0, 1000), (1020, 30, 360), (1020, 500, 380)):
        page[y : y + size, x : x + size] = turned(0, size)
    return page


PICTURES = {
    "as it is": portrait(),
    "turned": turned(17, 512),
    "large": turned(-9, 1500),
    "small": turned(0, 300),
    "three faces": crowd(),
    "nobody": np.full((512, 512, 3), 90, np.uint8),
}


@pytest.fixture(scope="module")
def readings():
    """What both find in every picture: ours in one batch."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    plain = MTCNN(keep_all=True)
    theirs = [plain.detect(Image.fromarray(page), landmarks=True) for page in PICTURES.values()]
    mine = Detector(Place("cpu")).detect(list(PICTURES.values()))
    torch.set_num_threads(threads)
    return dict(zip(PICTURES, zip(mine, theirs, strict=True), strict=True))


@pytest.mark.parametrize("name", [name for name in PICTURES if name != "nobody"])
def test_faces_are_where_the_plain_loop_sees_them(readings, name):
    mine, (boxes, chances, points) = readings[name]
    sure = [
        (np.asarray(box, float), np.asarray(five, float), float(chance))
        for box, chance, five in zip(boxes, chances, points, strict=True)
        if chance > 0.9 and box[2] - box[0] > 48
    ]
    assert len(mine) == len(sure) == (3 if name == "three faces" else 1)
    sure.sort(key=lambda one: -(one[0][2] - one[0][0]) * (one[0][3] - one[0][1]))
    for face, (box, five, chance) in zip(mine, sure, strict=True):
        assert face.box == pytest.approx(box, abs=0.05)
        assert np.asarray(face.landmarks) == pytest.approx(five, abs=0.05)
        assert face.confidence == pytest.approx(chance, abs=1e-4)


def test_where_the_plain_loop_sees_nobody_there_is_nobody(readings):
    mine, (boxes, _, _) = readings["nobody"]
    assert (mine, boxes) == ([], None)
