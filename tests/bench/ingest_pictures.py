"""The files that `script/bench ingest` feeds to both sides, whole and damaged."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from studio.lib.scans.refusing import Format
from tests import make_pictures
from tests.make import PORTRAIT


@dataclass(frozen=True)
class Sort:
    """A sort of file that people bring; the size in px."""

    name: str
    kind: Format
    size: tuple[int, int]

    def data(self) -> bytes:
        """The portrait, enlarged, with a camera's grain, and metadata that has to go."""
        with Image.open(PORTRAIT) as portrait:
            enlarged = portrait.convert("RGB").resize(self.size, Image.Resampling.BICUBIC)
        shape = (self.size[1], self.size[0], 3)
        grain = np.random.default_rng(0).integers(-4, 5, shape, np.int16)
        grainy = Image.fromarray((np.asarray(enlarged) + grain).clip(0, 255).astype(np.uint8))
        more = {} if self.kind == "png" else {"quality": 90}
        exif = make_pictures.exif(secret="somebody")
        return make_pictures.encoded(grainy, self.kind, exif=exif, **more)


SORTS = (
    Sort("12 MP JPEG", "jpeg", (4000, 3000)),
    Sort("2 MP JPEG", "jpeg", (1632, 1224)),
    Sort("1024² PNG", "png", (1024, 1024)),
    Sort("2048² PNG", "png", (2048, 2048)),
    Sort("1024² WebP", "webp", (1024, 1024)),
)


def damaged(sort: Sort, data: bytes) -> list[bytes]:
    """The file cut off at several places, and with a hole of zeros in its pixels."""
    cuts = [data[: round(len(data) * share)] for share in (0.3, 0.6, 0.9)]
    middle = len(data) // 2
    return [*cuts, data[:-40], data[:middle] + bytes(400) + data[middle + 400 :]]
