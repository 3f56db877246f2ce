"""`manage.py evaluate_identity` on real pictures: figures, what is left out, and no database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.qa.pictures import drawn_face, encoded, portrait, relit

ROOT = Path(__file__).parent.parent.parent

LIST = """file1,file2,same
jane.png,jane-warm.jpg,1
jane.png,jane-mirrored.png,yes
jane.png,joan.png,0
jane-warm.jpg,judy.png,FALSE
jane.png,two.png,1
jane.png,nobody.png,0
jane.png,gone.png,1
jane.png,broken.png,1
jane.png,joan.png
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("people")
    jane, joan = portrait(), drawn_face(1, 512)
    small = np.full((512, 256, 3), 128, np.uint8)
    small[100:250, 50:200] = drawn_face(1, 150)
    two = np.concatenate([jane, small], axis=1)
    for name, data in {
        "jane.png": encoded(jane),
        "jane-warm.jpg": encoded(relit(jane), "JPEG", quality=90),
        "jane-mirrored.png": encoded(jane[:, ::-1]),
        "joan.png": encoded(joan),
        "judy.png": encoded(drawn_face(2, 512)),
        "two.png": encoded(two),
        "nobody.png": encoded(np.full((200, 200, 3), 90, np.uint8)),
        "broken.png": b"no picture",
    }.items():
        (where / name).write_bytes(data)
    (where / "pairs.csv").write_text(LIST)
    return where


def evaluate(folder, capsys, *options):
    call_command("evaluate_identity", str(folder), "--workers", "1", *options)
    return capsys.readouterr()


@pytest.mark.django_db
def test_the_figures_of_a_folder_are_printed_as_json(folder, capsys):
    said = evaluate(folder, capsys, "--json")
    figures = json.loads(said.out)
    assert (figures["pairs"], figures["scored"]) == (8, 5)
    assert (figures["same"], figures["different"]) == (3, 2)
    assert figures["left_out"] == {
        "odd_rows": 1, "missing_file": 1, "unreadable_file": 1, "no_face": 1,
    }  # fmt: skip
    assert figures["pictures_with_several_faces"] == 1
    assert (figures["model"], figures["version"]) == ("dlib-resnet", "v1-mtcnn5")
    assert (figures["auc"], figures["accuracy"], figures["best_accuracy"]) == (1.0, 1.0, 1.0)
    assert figures["false_accepts_at_95"] == 0.0
    assert figures["threshold"] == 0.5
    assert "gone.png" in said.err
    assert "nobody.png" in said.err
    assert "9 of 9 pictures" in said.err


@pytest.mark.django_db
def test_the_same_in_words_for_a_list_beside_the_folder(folder, tmp_path, capsys):
    listed = tmp_path / "few.csv"
    listed.write_text("jane.png;jane-mirrored.png;1\njane.png;joan.png;0\n")
    said = evaluate(folder, capsys, "--pairs", str(listed)).out
    for words in ("AUC", "1.0000 at the model's threshold", "at 95 % true accepts", "(1 same, 1 d"):
        assert words in said


@pytest.mark.django_db
def test_a_list_without_pairs_of_both_sorts_is_refused_with_a_sentence(folder, tmp_path, capsys):
    listed = tmp_path / "one.csv"
    listed.write_text("file1,file2,same\ngone.png,jane-mirrored.png,1\n")
    with pytest.raises(CommandError, match="both sorts are needed"):
        evaluate(folder, capsys, "--pairs", str(listed))


@pytest.mark.django_db
def test_a_model_that_there_is_not_is_told(folder):
    with pytest.raises(CommandError, match="no face model"):
        call_command("evaluate_identity", str(folder), "--model", "guess")


def test_it_needs_no_database_that_was_set_up(folder, tmp_path):
    environment = {
        **os.environ,
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/no.db",
    }
    command = [sys.executable, "manage.py", "evaluate_identity", str(folder), "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["auc"] == 1.0
