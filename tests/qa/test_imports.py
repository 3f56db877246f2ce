"""The heavy libraries stay out of every process but the face child."""

import subprocess
import sys

from qa.faces import ROOT

IMPORTS = """
import sys
import django
django.setup()
import qa.admin, qa.faces, qa.inspection, qa.models
print(sorted({"torch", "torchvision", "dlib", "facenet_pytorch"} & sys.modules.keys()))
"""


def test_the_app_costs_no_torch_and_no_dlib():
    done = subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
