"""What waits for the face child goes to it together. The child is played by a small process."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa import faces
from qa.errors import FaceChildDied
from qa.faces import FaceChild
from qa.readings import Look

PLAYED = """
import os, sys, time
from pathlib import Path
from qa import frames
log = Path(sys.argv[1]) / "asked"
while True:
    try:
        asked, block = frames.receive(sys.stdin.buffer)
    except EOFError:
        break
    sizes = [image["size"] for image in asked["images"]]
    with log.open("a") as lines:
        lines.write(f"{asked['model']} {len(sizes)}\\n")
    if b"poison" in block:
        os._exit(9)
    time.sleep(0.3)
    header = {"faces": [], "chosen": None, "version": "1", "height": 1, "note": "", "size": 0}
    frames.send(sys.stdout.buffer, {"answers": [
        {**header, "model": asked["model"], "width": size} for size in sizes]})
"""


@pytest.fixture
def child(tmp_path, monkeypatch):
    monkeypatch.setattr(faces, "CHILD", (sys.executable, "-c", PLAYED))
    child = FaceChild(tmp_path)
    yield child
    child.close()


@pytest.fixture
def asked(tmp_path):
    """The questions so far, as (model, how many images)."""

    def read():
        lines = (tmp_path / "asked").read_text().splitlines()
        return [(model, int(count)) for model, count in map(str.split, lines)]

    return read


def at_once(child, images, models="a"):
    """Ask from a thread for each image; outcomes in their order, errors as they are."""

    def ask(image, model):
        try:
            return child.read(image, model).width
        except FaceChildDied as died:
            return died

    with ThreadPoolExecutor(len(images)) as pool:
        return list(pool.map(ask, images, models * len(images)))


def test_threads_that_wait_are_answered_by_one_question_each_with_its_own(child, asked):
    child.read(b"first", "a")
    images = [b"x" * number for number in range(1, 9)]
    assert at_once(child, images) == [1, 2, 3, 4, 5, 6, 7, 8]
    counts = [count for _, count in asked()][1:]
    assert sum(counts) == 8
    assert len(counts) <= 3  # whoever came first goes alone, the others together


def test_images_of_two_models_go_apart(child, asked):
    at_once(child, [b"1"] * 6, "ab")
    assert {model for model, _ in asked()} == {"a", "b"}
    assert sum(count for _, count in asked()) == 6


def test_of_a_batch_only_the_image_that_ends_the_child_fails(child):
    looks = [Look(b"1"), Look(b"poison"), Look(b"333")]
    one, two, three = child.read_many(looks, "a")
    assert (one.width, three.width) == (1, 3)
    assert isinstance(two, FaceChildDied)
    assert child.read(b"22", "a").width == 2


def test_no_images_are_no_question(child, tmp_path):
    assert child.read_many([], "a") == []
    assert not (tmp_path / "asked").exists()


def test_more_than_fit_into_a_question_are_asked_in_several(child, asked, monkeypatch):
    monkeypatch.setattr(faces, "AT_ONCE", 2)
    readings = child.read_many([Look(b"1")] * 5, "a")
    assert [reading.width for reading in readings] == [1] * 5
    assert [count for _, count in asked()] == [2, 2, 1]
