"""The catalogue of checks: what each is called, which way is good, and how a person mends it.

Limits live in the database; the ones that a new studio starts with are in the first migration.
"""

from dataclasses import dataclass
from typing import Literal

FACE_COUNT = "face_count"  # no limits: none or several is a warning
Direction = Literal["min", "max", "range"]


@dataclass(frozen=True)
class Check:
    """One check. `min`: more is better; `max`: less is better; `range`: nearer to 0 is better.

    `says` states the value, `wants` the limit, `fix` what to do; `says_above` and `fix_above`
    replace them for a positive value of a `range`.
    """

    name: str
    title: str
    direction: Direction
    says: str
    wants: str
    fix: str
    decimals: int = 0
    says_above: str = ""
    fix_above: str = ""


_ALL = (
    Check(
        name="resolution",
        title="Resolution",
        direction="min",
        says="Short side is {value} px",
        wants="{limit} needed",
        fix="use a larger image",
    ),
    Check(
        name="sharpness",
        title="Sharpness",
        direction="min",
        says="Sharpness is {value} line pairs",
        wants="{limit} needed",
        fix="use an image in focus, without motion blur",
    ),
    Check(
        name="exposure",
        title="Exposure",
        direction="range",
        says="Image is {value} stops darker than mid-grey",
        says_above="Image is {value} stops brighter than mid-grey",
        wants="{limit} allowed",
        fix="brighten it",
        fix_above="darken it",
        decimals=1,
    ),
    Check(
        name="clipped_shadows",
        title="Clipped shadows",
        direction="max",
        says="{value} % of the image is pure black",
        wants="{limit} % allowed",
        fix="lift the shadows",
        decimals=1,
    ),
    Check(
        name="clipped_highlights",
        title="Clipped highlights",
        direction="max",
        says="{value} % of the image is pure white",
        wants="{limit} % allowed",
        fix="lower the exposure",
        decimals=1,
    ),
    Check(
        name="noise",
        title="Noise",
        direction="max",
        says="Noise is {value} levels",
        wants="{limit} allowed",
        fix="use a cleaner image or denoise it",
        decimals=1,
    ),
    Check(
        name="colour_cast",
        title="Colour cast",
        direction="max",
        says="Colour cast is {value} in CIELAB",
        wants="{limit} allowed",
        fix="correct the white balance",
    ),
    Check(
        name="blockiness",
        title="Compression blocks",
        direction="max",
        says="Steps at the edges of compression blocks are {value} times the others",
        wants="{limit} allowed",
        fix="use a less compressed file",
        decimals=2,
    ),
    Check(
        name="near_duplicate",
        title="Near-duplicate",
        direction="min",
        says="The most similar image differs in {value} of 64 bits of the perceptual hash",
        wants="{limit} needed",
        fix="keep one of the two",
    ),
    Check(
        name=FACE_COUNT,
        title="Faces",
        direction="range",
        says="{value} found",
        wants="one expected",
        fix="crop to one face",
    ),
    Check(
        name="face_size",
        title="Face size",
        direction="min",
        says="Face is {value} px wide",
        wants="{limit} needed",
        fix="use a closer crop",
    ),
    Check(
        name="face_yaw",
        title="Face turned",
        direction="range",
        says="Face is turned by {value}° to the left",
        says_above="Face is turned by {value}° to the right",
        wants="{limit}° allowed",
        fix="use an image that looks at the camera",
    ),
    Check(
        name="face_roll",
        title="Face tilted",
        direction="range",
        says="Face is tilted by {value}° to the left",
        says_above="Face is tilted by {value}° to the right",
        wants="{limit}° allowed",
        fix="turn the image upright",
    ),
    Check(
        name="eyes_open",
        title="Eyes open",
        direction="min",
        says="{value} of 2 eyes are seen open",
        wants="{limit} needed",
        fix="use an image with both eyes open and nothing in front of them",
    ),
    Check(
        name="likeness",
        title="Likeness",
        direction="min",
        says="Likeness is {value}",
        wants="{limit} needed",
        fix="compare it with the source, or generate again",
        decimals=2,
    ),
)

CHECKS = {check.name: check for check in _ALL}
