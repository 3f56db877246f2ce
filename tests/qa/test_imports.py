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


CHECK = """
import runpy, sys
sys.argv = ["manage.py", "check"]
try:
    runpy.run_path("manage.py", run_name="__main__")
except SystemExit as end:
    assert not end.code, end.code
print(sorted({"torch", "torchvision", "dlib", "facenet_pytorch"} & sys.modules.keys()))
"""

WEB_AND_WORKERS = """
import sys
import django
django.setup()
import studio.asgi, studio.embedded, studio.urls, studio.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(sorted({"torch", "torchvision", "dlib", "facenet_pytorch"} & sys.modules.keys()))
"""


def test_manage_py_check_costs_no_torch():
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_a_server_with_embedded_workers_costs_no_torch():
    command = [sys.executable, "-c", WEB_AND_WORKERS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
