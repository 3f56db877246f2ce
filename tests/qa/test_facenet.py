"""The embedder for vggface2, with random weights in a file of the same layout."""

import json
import subprocess
import sys

import pytest

from qa.faces import ROOT
from tests.qa.pictures import PORTRAIT

EMBED = """
import json, sys
from dataclasses import replace
from pathlib import Path
import numpy as np
import torch
from qa import pixels
from qa.detection import Detector
from qa.embedders import FacenetVggface2
from qa.running import Place
from facenet_pytorch import InceptionResnetV1

torch.set_num_threads(1)
torch.manual_seed(0)
layout = InceptionResnetV1().state_dict()
layout["logits.weight"], layout["logits.bias"] = torch.zeros(8631, 512), torch.zeros(8631)
assert len(layout) == 716  # as many as the published file has
path = Path(sys.argv[1]) / "weights.pt"
torch.save(layout, path)
image = pixels.decode(Path(sys.argv[2]).read_bytes())
place = Place("cpu")
((face,),) = Detector(place).detect([image])
embedder = FacenetVggface2(path, place)
nowhere = replace(face, box=(900.0, 900.0, 950.0, 950.0))
vector, nothing, again = embedder.embed([(image, face), (image, nowhere), (image, face)])
assert nothing is None
assert np.allclose(vector, again, atol=1e-6)
assert embedder.embed([]) == []
print(json.dumps([list(vector.shape), str(vector.dtype), float(np.linalg.norm(vector))]))
"""


def test_a_face_becomes_512_numbers_of_unit_length(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", EMBED, tmp_path, PORTRAIT], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    shape, kind, length = json.loads(done.stdout)
    assert (shape, kind) == ([512], "float32")
    assert length == pytest.approx(1, abs=1e-5)
