"""The node classes on offer (object_info) and what a graph may know of each.

Knows the packaged descriptions, the checkpoint names and the input folder; runs nothing.
"""

import copy
import json
from collections.abc import Sequence
from importlib import resources
from typing import Any, cast

from comfy_bridge.sandbox.folders import Folders

Json = dict[str, Any]
InputSpec = tuple[Any, Json]


class Catalog:
    """object_info with its two living lists: checkpoints and files at the top of input/."""

    def __init__(self, folders: Folders, checkpoints: Sequence[str]) -> None:
        packaged = resources.files(__package__).joinpath("object_info.json").read_text("utf-8")
        self._classes: dict[str, Json] = json.loads(packaged)
        self._folders = folders
        self.checkpoints = list(checkpoints)
        loader = self._classes["CheckpointLoaderSimple"]["input"]["required"]
        loader["ckpt_name"][0] = self.checkpoints

    def __contains__(self, class_type: object) -> bool:
        return class_type in self._classes

    def described(self, class_type: str) -> Json:
        """One class as GET /object_info/CLASS shows it; KeyError if there is none."""
        shown = copy.deepcopy(self._classes[class_type])
        image = shown["input"].get("required", {}).get("image")
        if image and len(image) > 1 and image[1].get("image_upload"):
            image[0] = self._folders.inputs()
        return shown

    def all_described(self) -> Json:
        """All classes as GET /object_info shows them."""
        return {name: self.described(name) for name in self._classes}

    def is_output(self, class_type: str) -> bool:
        """Whether nodes of this class end a graph."""
        return class_type in self and bool(self._classes[class_type]["output_node"])

    def output_types(self, class_type: str) -> list[str]:
        """What the sockets of a node give, in their order; KeyError if there is no such class."""
        return cast("list[str]", self._classes[class_type]["output"])

    def inputs(self, class_type: str) -> list[tuple[str, bool, Any, Json]]:
        """(name, required, type or list of choices, options) of each input; order as declared."""
        declared = self._classes[class_type]["input"]
        found = []
        for group in ("required", "optional"):
            for name, spec in declared.get(group, {}).items():
                options = spec[1] if len(spec) > 1 else {}
                found.append((name, group == "required", spec[0], options))
        return found
