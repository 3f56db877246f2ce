"""`manage.py models` says what is there, what counts, and what to run for what is missing."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from qa.activating import switch
from qa.models import EmbeddingModel

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models_dir(settings, tmp_path):
    settings.MODELS_DIR = tmp_path
    return tmp_path


def said(*arguments):
    out = StringIO()
    call_command("models", *arguments, stdout=out)
    return out.getvalue()


def embedder(name):
    rows = json.loads(said("--json"))["embedders"]
    return next(row for row in rows if row["model"] == name)


def test_the_model_that_needs_no_download_is_there_and_active():
    row = embedder("dlib-resnet")
    assert (row["active"], row["dimensions"], row["state"]) == (True, 128, "there")
    assert row["path"].endswith("dlib_face_recognition_resnet_model_v1.dat")
    assert row["licence"]


def test_a_model_without_weights_says_what_to_run(models_dir):
    row = embedder("facenet-vggface2")
    assert (row["active"], row["dimensions"], row["state"]) == (False, 512, "missing")
    assert row["path"] == str(models_dir / "20180402-114759-vggface2.pt")
    assert "manage.py download_models facenet-vggface2" in said()


def test_weights_with_another_checksum_are_damaged(models_dir):
    (models_dir / "20180402-114759-vggface2.pt").write_bytes(b"something else")
    assert embedder("facenet-vggface2")["state"] == "damaged"
    assert "damaged" in said()


def test_the_detector_is_listed_with_its_checksums():
    nets = json.loads(said("--json"))["detector"]
    assert [net["weights"] for net in nets] == ["mtcnn pnet", "mtcnn rnet", "mtcnn onet"]
    assert {net["state"] for net in nets} == {"there"}


def test_the_active_one_is_marked():
    switch(None, EmbeddingModel.objects.get(name="facenet-vggface2").pk)
    lines = said().splitlines()
    assert "facenet-vggface2 20180402-114759, active" in lines
    assert "dlib-resnet v1-mtcnn5" in lines
