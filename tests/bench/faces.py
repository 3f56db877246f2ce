"""`script/bench faces`: detecting and embedding, beside facenet-pytorch's plain loop.

The plain loop is the README's: `resnet(mtcnn(picture))`, a picture at a time. Both sides begin with
decoded pictures of 1024 px, embed the largest face, and run on one thread. InceptionResnetV1 has
seeded random weights, its batch norms fitted to the pictures: time is that of the real ones, and a
cosine tells as much. `--device cuda` runs both sides on the GPU, with batches up to 256.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from qa.detection import MIN_CONFIDENCE, Detector
from qa.embedders import DlibResnet, Embedder, FacenetVggface2
from qa.pixels import Pixels
from qa.readings import Face
from qa.running import Place
from qa.weights import DLIB_RESNET, locate
from tests.bench.face_pictures import pictures
from tests.bench.rounds import in_turns, seconds_of
from tests.bench.rows import Row, least, most

from facenet_pytorch import MTCNN, InceptionResnetV1  # isort: skip  after the shim
from facenet_pytorch.models.mtcnn import fixed_image_standardization  # isort: skip

DEVICE = os.environ.get("BENCH_DEVICE") or "cpu"
BATCHES = {"cpu": (1, 8, 32), "cuda": (1, 8, 32, 64, 128, 256)}
GOAL = {"cpu": 2.0, "cuda": 1.0}
Vectors = NDArray[np.float32]


class Plain:
    """facenet-pytorch as its README uses it."""

    def __init__(self, resnet: InceptionResnetV1) -> None:
        self.device = torch.device(DEVICE)
        self.mtcnn = MTCNN(device=self.device)
        self.resnet = resnet.to(self.device)

    def embed(self, pages: Sequence[Pixels]) -> Vectors:
        return np.stack([self._vector(self.mtcnn(Image.fromarray(page))) for page in pages])

    def boxes(self, page: Pixels) -> Vectors:
        """Of what it is as sure of as the product wants to be, largest first."""
        found, chances = self.mtcnn.detect(Image.fromarray(page))
        boxes = np.asarray(found, np.float32)[np.asarray(chances, float) > MIN_CONFIDENCE]
        sides = boxes[:, 2:] - boxes[:, :2]
        return boxes[np.argsort(-sides.prod(axis=1))]

    def vector(self, page: Pixels, box: Vectors) -> Vectors:
        return self._vector(self.mtcnn.extract(Image.fromarray(page), box[None], None))

    def _vector(self, face: torch.Tensor) -> Vectors:
        with torch.no_grad():
            return np.asarray(self.resnet(face[None].to(self.device))[0].cpu().numpy())


class Product:
    """Detector and embedder of the face child, in this process."""

    def __init__(self, embedder: Embedder, place: Place) -> None:
        self.detector = Detector(place)
        self.embedder = embedder

    def embed(self, pages: Sequence[Pixels]) -> Vectors:
        found = self.detector.detect(pages)
        seen = [(page, faces[0]) for page, faces in zip(pages, found, strict=True)]
        return np.stack([vector for vector in self.embedder.embed(seen) if vector is not None])


def measure(rounds: int, *, quick: bool, folder: Path) -> list[Row]:
    """All rows of the area."""
    torch.set_num_threads(1)
    place = Place(DEVICE)
    if place.note:
        sys.exit(place.note)
    sizes = (1, 2) if quick else BATCHES[DEVICE]
    pages = pictures(min(max(sizes), 32))
    resnet = _resnet(pages)
    weights = folder / "random.pt"
    torch.save(resnet.state_dict(), weights)
    plain = Plain(resnet)
    product = Product(FacenetVggface2(weights, place), place)
    dlib = Product(DlibResnet(locate(DLIB_RESNET, folder)), place)
    rows = _equality(plain, product, pages)
    for size in sizes:
        rows.append(_speed(plain, product, (pages * size)[:size], rounds))
    some = pages[: min(8, len(pages))]
    dlib_s = in_turns(rounds, {"dlib": lambda: seconds_of(lambda: dlib.embed(some))}).median("dlib")
    return [
        *rows,
        Row("dlib's embedder, batch of 8", f"{len(some) / dlib_s:.1f} pictures a second"),
    ]


def _speed(plain: Plain, product: Product, pages: Sequence[Pixels], rounds: int) -> Row:
    product.embed(pages)  # the first pass of a shape prepares it
    plain.embed(pages[:1])
    found = in_turns(
        rounds,
        {
            "product": lambda: seconds_of(lambda: product.embed(pages)),
            "plain": lambda: seconds_of(lambda: plain.embed(pages)),
        },
    )
    return least(
        f"detect and embed on {DEVICE}, random weights, batch of {len(pages)}",
        f"{len(pages) / found.median('product'):.1f} pictures a second",
        f"{len(pages) / found.median('plain'):.1f} a second (facenet-pytorch's loop)",
        found.ratio("plain", "product"),
        GOAL[DEVICE],
    )


def _equality(plain: Plain, product: Product, pages: Sequence[Pixels]) -> list[Row]:
    """How far both sides are apart: boxes of every face that both are to find, and vectors."""
    found = product.detector.detect(pages)
    theirs = [plain.boxes(page) for page in pages]
    apart = [
        _nearest(box, faces)
        for boxes, faces in zip(theirs, found, strict=True)
        for box in boxes
        if box[2] - box[0] >= 48  # it also finds faces too small for us
    ]
    mine = product.embed(pages)
    pairs = zip(pages, theirs, strict=True)
    other = np.stack([plain.vector(page, boxes[0]) for page, boxes in pairs])
    cosines = (mine * other).sum(axis=1)
    strangers = (
        float((mine @ mine.T)[~np.eye(len(mine), dtype=bool)].mean()) if len(mine) > 1 else 0
    )
    return [
        most(
            f"boxes of {len(apart)} faces in {len(pages)} pictures",
            f"{max(apart):.2f} px apart at most",
            "2 px",
            max(apart) / 2,
            1,
        ),
        Row(
            f"vectors of {len(cosines)} faces",
            f"cosine {cosines.min():.6f} at least",
            f"{strangers:.3f} (between pictures)",
            goal="above 0.999",
            met=bool(cosines.min() > 0.999),
        ),
    ]


def _nearest(box: Vectors, faces: Sequence[Face]) -> float:
    return min(
        (float(np.abs(box - np.asarray(face.box)).max()) for face in faces), default=float("inf")
    )


def _resnet(pages: Sequence[Pixels]) -> InceptionResnetV1:
    """Random weights with batch norms that fit the pictures, so that vectors differ."""
    torch.manual_seed(0)
    resnet = InceptionResnetV1()
    crops = np.stack([np.asarray(Image.fromarray(page).resize((160, 160))) for page in pages])
    inputs = fixed_image_standardization(torch.tensor(crops).permute(0, 3, 1, 2).float())
    for module in resnet.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.momentum = 1.0
    resnet.train()
    with torch.no_grad():
        resnet(torch.cat([inputs, inputs.flip(3)])[:16])
    return resnet.eval()
