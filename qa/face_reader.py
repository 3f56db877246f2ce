"""Reading many images at once: decoded, detected and embedded together. Only in the face child."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qa import embedders, pixels
from qa.detection import Detector
from qa.errors import QAError, UnreadableImage
from qa.pixels import Pixels
from qa.readings import Face, Look, choose
from qa.running import AUTO, Place

PIXELS_AT_ONCE = 50_000_000  # decoded together; beside them lie up to four times their bytes

Answer = tuple[dict[str, Any], bytes]  # what was seen, and the vector (float32, little endian)
Decoded = tuple[Look, Pixels | UnreadableImage]


class Reader:
    """Detector and embedders, each loaded once, on the GPU where there is one."""

    def __init__(self, models_dir: Path, device: str = AUTO) -> None:
        self._models_dir = models_dir
        self._place = Place(device)
        self._detector = Detector(self._place)
        self._embedders: dict[str, embedders.Embedder] = {}

    def read(self, looks: Sequence[Look], model: str) -> list[Answer]:
        """One answer for each image, in their order; one that cannot be read says so in its place.

        Raises UnknownFaceModel, FaceModelMissing.
        """
        embedder = self._embedders.get(model)
        if embedder is None:
            embedder = embedders.load(model, self._models_dir, self._place)
            self._embedders[model] = embedder
        answers: list[Answer] = []
        for batch in _decoded(looks):
            there = [(look, image) for look, image in batch if not isinstance(image, QAError)]
            seen = iter(self._see(there, embedder))
            answers += [
                failure(image) if isinstance(image, QAError) else next(seen) for _, image in batch
            ]
        return answers

    def _see(
        self, images: Sequence[tuple[Look, Pixels]], embedder: embedders.Embedder
    ) -> Iterator[Answer]:
        found = self._detector.detect([image for _, image in images]) if images else []
        chosen = [choose(faces, look.at) for (look, _), faces in zip(images, found, strict=True)]
        numbered = list(zip(images, found, chosen, strict=True))
        counted = [(image, faces[n]) for (_, image), faces, n in numbered if n is not None]
        vectors = iter(embedder.embed(counted))
        for (_, image), faces, number in numbered:
            vector = None if number is None else next(vectors)
            yield self._answer(embedder, image, faces, number, vector)

    def _answer(
        self,
        embedder: embedders.Embedder,
        image: Pixels,
        faces: Sequence[Face],
        number: int | None,
        vector: embedders.Vector | None,
    ) -> Answer:
        header = {
            "faces": [asdict(face) for face in faces],
            "chosen": None if vector is None else number,
            "model": embedder.name,
            "version": embedder.version,
            "width": image.shape[1],
            "height": image.shape[0],
            "note": self._place.note,
        }
        return header, b"" if vector is None else vector.astype("<f4").tobytes()


def failure(error: QAError) -> Answer:
    """What is answered in place of a reading."""
    return {
        "error": type(error).__name__,
        "sentence": error.sentence,
        "extra": error.extra,
    }, b""


def _decoded(looks: Sequence[Look]) -> Iterator[list[Decoded]]:
    """The images, decoded, so many at a time as the memory should hold."""
    batch: list[Decoded] = []
    held = 0
    for look in looks:
        try:
            image: Pixels | UnreadableImage = pixels.decode(look.image)
        except UnreadableImage as error:
            image = error
        batch.append((look, image))
        held += 0 if isinstance(image, UnreadableImage) else image.shape[0] * image.shape[1]
        if held >= PIXELS_AT_ONCE:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
