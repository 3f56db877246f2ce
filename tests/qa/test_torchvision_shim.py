"""torchvision imports beside a CPU-only torch, in a process of its own."""

import subprocess
import sys

from qa.faces import ROOT

PLAIN_NMS = """
import warnings
warnings.simplefilter("error")
from qa.torchvision_shim import ensure_torchvision
shimmed = ensure_torchvision()
assert ensure_torchvision() is shimmed
import torch, torchvision
from torchvision.ops import batched_nms, nms

def plain(boxes, scores, limit):
    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if all(overlap(boxes[i], boxes[k]) <= limit for k in kept):
            kept.append(i)
    return kept

def overlap(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return width * height / (area(a) + area(b) - width * height)

torch.manual_seed(0)
corners = torch.rand(500, 2) * 200
boxes = torch.cat([corners, corners + 10 + torch.rand(500, 2) * 60], dim=1)
scores = torch.rand(500)
for limit in (0.3, 0.5, 0.7):
    assert nms(boxes, scores, limit).tolist() == plain(boxes.tolist(), scores.tolist(), limit)
assert nms(boxes[:0], scores[:0], 0.5).tolist() == []
groups = torch.arange(500) % 2
kept = batched_nms(boxes, scores, groups, 0.5).tolist()
apart = [i for g in (0, 1) for i in torch.where(groups == g)[0][
    nms(boxes[groups == g], scores[groups == g], 0.5)].tolist()]
assert sorted(kept) == sorted(apart)
print("as it should")
"""


def test_suppression_equals_a_plain_reference():
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_NMS], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("as it should\n", "")
