"""Masks from outside, and what is made with them: white is what changes, black is what stays.

Decoding is the limited child's (`masking`). Knows nothing of rows, storage or ComfyUI.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from studio.lib import decoder
from studio.lib.decoder import Task
from studio.lib.errors import StudioError
from studio.lib.pictures import Limits, Picture, decoded, scan, vet
from studio.lib.scans.refusing import ImageRefused
from studio.lib.scans.structure import Structure

Channel = Literal["grey", "alpha"]
UNFIT = {
    "no_alpha": "The image has no alpha channel. Send an RGBA PNG in which what is to change is "
    "opaque, or a grey PNG as `mask`.",
    "transparent": "The mask is partly transparent. Save it as a grey PNG without transparency: "
    "white is what changes.",
    "coloured": "The mask has colours. Save it as a grey PNG: white is what changes.",
}


class MaskRefused(StudioError):
    """A picture that cannot be used as the mask of this image; `code` says why."""


@dataclass(frozen=True)
class Mask:
    """A mask that passed, as 8-bit grey PNG; `coverage` is its mean, above 0 and at most 1."""

    picture: Picture
    coverage: float


def vet_mask(
    data: bytes, *, channel: Channel, size: tuple[int, int], limits: Limits, field: str = "mask"
) -> Mask:
    """Check a PNG against the image of `size` (width, height, upright) that it is for.

    `channel` is where the mask stands: in a picture that is `grey`, or in `alpha`, opaque being
    what changes. Raises ImageRefused (the validator's codes) and MaskRefused (`mask_not_grey`,
    `mask_size`, `mask_empty`).
    """
    # Its size is judged by the image's, with a sentence of its own.
    open_limits = replace(limits, min_side_px=1, max_aspect=math.inf)
    try:
        structure = scan(data, "", open_limits)
        _judge(structure, size)
        done = decoded(Task("read_mask", [structure], asked={"channel": channel}))
    except decoder.Unfit as reason:
        raise MaskRefused(UNFIT[str(reason)], code="mask_not_grey", field=field) from reason
    except (ImageRefused, MaskRefused) as refusal:
        refusal.extra["field"] = field
        raise
    if done.facts["highest"] <= 0:
        raise MaskRefused(
            "The mask is empty: it is black all over. Paint white over what is to change.",
            code="mask_empty",
            field=field,
        )
    (file,) = done.files
    ours = Limits(
        max_bytes=len(file.data), max_pixels=limits.max_pixels, min_side_px=1, max_aspect=math.inf
    )
    return Mask(vet(file.data, "", ours), done.facts["coverage"])


def lay_over(base: bytes, made: bytes, mask: bytes, limits: Limits) -> bytes:
    """A PNG with `made` over `base` where the mask is white; elsewhere `base`, bit for bit.

    `base` is an original that was taken in before, `mask` a PNG of ours of the same upright size;
    `made` comes from outside, may have another size, and is judged by `limits` (ImageRefused).
    """
    images = [_own(base), scan(made, "", limits)]
    (file,) = decoded(Task("lay_over", images, [mask])).files
    return file.data


def fit(
    base: bytes, mask: bytes, size: tuple[int, int], in_alpha: Mapping[str, bool]
) -> dict[str, bytes]:
    """PNGs `source_image` and `mask`, scaled to `size`, as a ComfyUI graph reads them.

    Where `in_alpha` says so of a name, its alpha is 1 - mask: ComfyUI's LoadImage makes the mask
    of what is transparent. The mask is white where the picture changes.
    """
    asked = {"size": size, "in_alpha": dict(in_alpha)}
    done = decoded(Task("fit", [_own(base)], [mask], asked))
    return {file.name: file.data for file in done.files}


def _judge(structure: Structure, size: tuple[int, int]) -> None:
    if structure.format != "png":
        raise ImageRefused(
            "A mask is a PNG. Save it as a grey PNG: white is what changes.",
            code="not_allowed_format",
            limit="png",
            actual=structure.format,
        )
    turned = structure.orientation >= 5  # EXIF: lying on its side
    found = (structure.width, structure.height)
    if (found[::-1] if turned else found) != size:
        raise MaskRefused(
            f"The mask has {found[0]} × {found[1]} pixels and the image {size[0]} × {size[1]}. "
            "Send a mask of the image's size.",
            code="mask_size",
            limit=f"{size[0]}x{size[1]}",
            actual=f"{found[0]}x{found[1]}",
        )


def _own(data: bytes) -> Structure:
    """A stored original: it passed once, and is not judged by today's limits again."""
    own = Limits(
        max_bytes=len(data),
        max_pixels=10**9,
        min_side_px=1,
        max_aspect=math.inf,
        max_metadata_bytes=len(data),
    )
    return scan(data, "", own)
