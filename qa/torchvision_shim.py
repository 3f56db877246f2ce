"""Lets torchvision import beside a CPU-only torch; knows nothing of faces.

PyPI's torchvision links CUDA libraries, so its compiled operators cannot load there and the import
ends in "operator torchvision::nms does not exist". facenet-pytorch needs only that one operator.
"""

import importlib
import sys
from typing import Any

import numpy as np
import torch

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


def suppress(boxes: np.ndarray, scores: np.ndarray, iou_threshold: float) -> np.ndarray:
    """Greedy non-maximum suppression: the indices that stay, best score first.

    boxes (N, 4) as x0, y0, x1, y1; scores (N,). A box goes when its intersection over union with
    a better one is above `iou_threshold`, as torchvision.ops.nms defines it.
    """
    x0, y0, x1, y1 = boxes.T
    areas = (x1 - x0) * (y1 - y0)
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        width = np.minimum(x1[best], x1[rest]) - np.maximum(x0[best], x0[rest])
        height = np.minimum(y1[best], y1[rest]) - np.maximum(y0[best], y0[rest])
        shared = np.clip(width, 0, None) * np.clip(height, 0, None)
        order = rest[shared <= iou_threshold * (areas[best] + areas[rest] - shared)]
    return np.asarray(kept, dtype=np.int64)


def _nms(dets: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    kept = suppress(dets.detach().cpu().numpy(), scores.detach().cpu().numpy(), iou_threshold)
    return torch.from_numpy(kept).to(dets.device)
