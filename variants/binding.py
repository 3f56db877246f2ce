"""From a stored workflow version and a wish to the prompt that is sent: the only such path."""

from collections.abc import Mapping
from typing import Any, Protocol

from comfy_bridge import bindings
from comfy_bridge.mask_places import is_one_picture
from comfy_bridge.models import WorkflowVersion
from comfy_bridge.preparing import output_prefix, prepare
from comfy_bridge.requests import BoundPrompt
from variants.images import Image
from variants.sizing import drawn_size


class HasSize(Protocol):
    """A picture's size in px, upright."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


def prompt_for(
    version: WorkflowVersion,
    source: HasSize | Image,
    picture: bytes,
    *,
    seed: int,
    key: str,
    wish: Mapping[str, Any],
    mask: bytes | None = None,
) -> BoundPrompt:
    """The version's graph with picture, seed, size, prefix and every wished value that it takes.

    `key` names the candidate's own output folder; `mask` is for a workflow that inpaints, in the
    form in which its graph reads it (feeding.py). A wish of None or an empty text is left as the
    graph has it; so is a prompt that the workflow has no place for. Raises BindingRefused.
    """
    declared = version.declared_bindings
    takes = bindings.names(declared)
    width, height = sent_size(version, source)
    values: dict[str, Any] = {
        "output_prefix": output_prefix(key),
        "seed": seed,
        "width": width,
        "height": height,
        **{name: value for name, value in wish.items() if value not in (None, "")},
    }
    given = {name: value for name, value in values.items() if name in takes}
    pictures = {"source_image": picture} if "source_image" in takes else {}
    if mask is not None and "mask" in takes:
        pictures["mask"] = picture if is_one_picture(declared) else mask
    return prepare(version.graph, declared, given, pictures, version.outputs)


def sent_size(version: WorkflowVersion, source: HasSize | Image) -> tuple[int, int]:
    """Width and height, in px, at which the workflow draws this image (sizing.py)."""
    return drawn_size(version, int(source.width or 0), int(source.height or 0))
