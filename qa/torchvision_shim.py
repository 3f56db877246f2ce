"""Lets torchvision import beside a CPU-only torch; knows nothing of faces.

PyPI's torchvision links CUDA libraries, so its compiled operators cannot load there and the import
ends in "operator torchvision::nms does not exist". facenet-pytorch needs only that one operator.
"""

import importlib
import sys
from typing import Any

import torch

from qa.boxes import suppress

MISSING_OPERATOR = "torchvision::nms"

_libraries: list[Any] = []  # a registration lives as long as its object does


def ensure_torchvision() -> bool:
    """Import torchvision, with its NMS replaced by numpy only where its own cannot load.

    Returns True where the shim is in place. Must run before anything else imports torchvision.
    Raises what the import raises when the cause is another one.
    """
    if _libraries:
        return True
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if MISSING_OPERATOR not in str(error):
            raise
    else:
        return False
    # The failed import leaves half-loaded modules behind.
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    operators: Any = torch.library  # untyped
    library = operators.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    # torchvision registers a meta function for qnms at import, so the operator has to exist.
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for device in ("CPU", "CUDA"):
        library.impl("nms", _nms, device)
    _libraries.append(library)
    importlib.import_module("torchvision")
    vars(importlib.import_module("torchvision.extension"))["_has_ops"] = lambda: True
    return True


def _nms(dets: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """What torchvision.ops.nms does: the indices that stay, best score first."""
    boxes, chances = dets.detach().cpu().numpy(), scores.detach().cpu().numpy()
    kept = suppress(boxes, chances, iou_threshold, "union")
    return torch.tensor(kept, dtype=torch.int64, device=dets.device)
