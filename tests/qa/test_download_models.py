"""`manage.py download_models` against a real local server, through a proxy, and from files."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from qa import weights
from qa.management.commands import download_models
from qa.models import EmbeddingModel
from tests.fakes.weights_server import start_weights_server

CONTENT = b"weights" * 1000
NAME = "some-weights.pt"


@pytest.fixture
def server():
    with start_weights_server(CONTENT) as running:
        yield running


@pytest.fixture
def models_dir(tmp_path, settings, monkeypatch, server):
    settings.MODELS_DIR = tmp_path / "models"
    known = weights.Weights(
        model="facenet-vggface2",
        filename=NAME,
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size_bytes=len(CONTENT),
        url=f"{server.url}/releases/{NAME}",
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
    assert "an admin makes it active" in said


def test_what_is_there_already_is_not_fetched_again(models_dir, server):
    run()
    assert "there already" in run()
    assert len(server.requests) == 1


def test_a_damaged_file_is_replaced(models_dir):
    models_dir.mkdir()
    (models_dir / NAME).write_bytes(b"damaged")
    run()
    assert (models_dir / NAME).read_bytes() == CONTENT


def test_a_mirror_is_asked_by_the_name_of_the_file(models_dir, server, settings):
    settings.MODELS_MIRROR = f"{server.url}/mirror/"
    assert settings.MODELS_MIRROR in run()
    assert server.requests == [(f"/mirror/{NAME}", None)]


def test_the_usual_proxy_is_gone_through(models_dir, server, settings, monkeypatch):
    settings.MODELS_MIRROR = "http://weights.invalid/faces"
    monkeypatch.setenv("HTTP_PROXY", server.url)
    run()
    assert server.requests == [(f"http://weights.invalid/faces/{NAME}", None)]
    assert (models_dir / NAME).read_bytes() == CONTENT


@pytest.mark.django_db
def test_weights_that_come_activate_nothing(models_dir):
    before = EmbeddingModel.objects.get(is_active=True)
    run()
    assert EmbeddingModel.objects.get(is_active=True) == before


def test_what_is_no_terminal_gets_a_line_for_each_tenth(models_dir):
    bar = [line for line in run().splitlines() if line.startswith("[")]
    assert bar[-1].startswith(f"[{'#' * 10}")
    assert "100 %, 0.0 of 0.0 MB" in bar[-1]
    assert not any("\r" in line for line in bar)


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


def test_a_failed_download_is_a_sentence_that_names_the_way_out(models_dir, server):
    server.moods = ["missing"]
    with pytest.raises(CommandError, match="--from FILE"):
        run()
    assert not models_dir.exists() or list(models_dir.iterdir()) == []


def test_only_models_that_need_a_download_are_offered():
    assert download_models.FETCHED == ["facenet-vggface2"]
