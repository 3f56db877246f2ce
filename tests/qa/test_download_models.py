"""`manage.py download_models` against a real local server and from files."""

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from qa import weights
from qa.management.commands import download_models

CONTENT = b"weights" * 1000
NAME = "some-weights.pt"


@pytest.fixture
def shelf(tmp_path):
    """A server that offers the file of weights."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}/{NAME}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def models_dir(tmp_path, settings, monkeypatch, shelf):
    settings.MODELS_DIR = tmp_path / "models"
    known = weights.Weights(
        model="facenet-vggface2",
        filename=NAME,
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size_bytes=len(CONTENT),
        url=shelf[1],
    )
    monkeypatch.setitem(weights.WEIGHTS, known.model, known)
    return settings.MODELS_DIR


def run(*arguments):
    said = StringIO()
    call_command("download_models", *arguments, stdout=said)
    return said.getvalue()


def test_the_weights_are_downloaded_and_checked(models_dir):
    said = run()
    assert [path.name for path in models_dir.iterdir()] == [NAME]
    assert (models_dir / NAME).read_bytes() == CONTENT
    assert "100 %" in said
    assert "An admin makes it active" in said


def test_what_is_there_already_is_not_fetched_again(models_dir, shelf):
    run()
    (shelf[0] / NAME).unlink()
    assert "there already" in run()


def test_a_file_that_was_brought_is_taken(models_dir, tmp_path):
    brought = tmp_path / "brought.pt"
    brought.write_bytes(CONTENT)
    run("--from", str(brought))
    assert (models_dir / NAME).read_bytes() == CONTENT


def test_a_wrong_file_is_told_and_nothing_stays(models_dir, tmp_path):
    brought = tmp_path / "brought.pt"
    brought.write_bytes(b"another")
    with pytest.raises(CommandError, match="its checksum is another"):
        run("--from", str(brought))
    assert list(models_dir.iterdir()) == []


def test_a_file_that_is_not_there_is_a_sentence(models_dir, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run("--from", str(tmp_path / "nothing.pt"))


def test_a_failed_download_is_a_sentence_that_names_the_way_out(models_dir, shelf):
    (shelf[0] / NAME).unlink()
    with pytest.raises(CommandError, match="--from FILE"):
        run()
    assert not models_dir.exists() or list(models_dir.iterdir()) == []


def test_only_models_that_need_a_download_are_offered():
    assert download_models.FETCHED == ["facenet-vggface2"]
