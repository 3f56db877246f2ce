"""The face child is a real process: it dies, hangs, is shared, and ends with its parent."""

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.errors import FaceChildDied, FaceModelMissing, UnknownFaceModel, UnreadableImage
from qa.faces import ROOT, FaceChild
from tests.qa.pictures import encoded, portrait

IMAGE = encoded(portrait())


def test_after_the_child_is_killed_the_next_reading_works(face_child):
    before = face_child.read(IMAGE, "dlib-resnet")
    dead = face_child.pid
    os.kill(dead, signal.SIGKILL)
    after = face_child.read(IMAGE, "dlib-resnet")
    assert (after.vector == before.vector).all()
    assert face_child.pid != dead


def test_a_child_that_takes_too_long_is_ended_and_says_that_trying_again_helps(tmp_path):
    child = FaceChild(tmp_path, answer_within_s=0.01)
    with pytest.raises(FaceChildDied) as caught:
        child.read(IMAGE, "dlib-resnet")
    assert not caught.value.permanent
    assert child.pid is None


def test_threads_take_turns_and_get_their_own_answers(face_child):
    small = encoded(portrait()[:256, 100:356])
    with ThreadPoolExecutor(4) as pool:
        readings = list(
            pool.map(lambda image: face_child.read(image, "dlib-resnet"), [IMAGE, small] * 4)
        )
    assert [reading.width for reading in readings] == [512, 256] * 4


async def test_the_event_loop_goes_on_while_faces_are_read(face_child):
    turns = 0
    heavy = {"torch", "dlib", "facenet_pytorch"}
    loaded_before = heavy & sys.modules.keys()  # by other tests of this run
    for _ in range(3):
        reading = asyncio.create_task(asyncio.to_thread(face_child.read, IMAGE, "dlib-resnet"))
        while not reading.done():
            await asyncio.sleep(0.001)
            turns += 1
    assert turns > 50
    assert heavy & sys.modules.keys() == loaded_before


def test_errors_of_the_child_arrive_as_they_are_and_leave_it_alive(face_child):
    face_child.read(IMAGE, "dlib-resnet")
    pid = face_child.pid
    with pytest.raises(UnreadableImage):
        face_child.read(b"no image", "dlib-resnet")
    with pytest.raises(UnknownFaceModel):
        face_child.read(IMAGE, "somebody's")
    with pytest.raises(FaceModelMissing):
        face_child.read(IMAGE, "facenet-vggface2")
    assert face_child.pid == pid


def test_a_missing_model_says_what_to_run(face_child):
    with pytest.raises(FaceModelMissing, match=r"manage\.py download_models") as caught:
        face_child.read(IMAGE, "facenet-vggface2")
    assert (caught.value.code, caught.value.permanent) == ("model_missing", True)


def test_weights_that_are_not_the_right_ones_are_refused(tmp_path):
    (tmp_path / "20180402-114759-vggface2.pt").write_bytes(b"something else")
    child = FaceChild(tmp_path)
    try:
        with pytest.raises(FaceModelMissing, match="damaged"):
            child.read(IMAGE, "facenet-vggface2")
    finally:
        child.close()


def test_a_closed_child_has_ended(tmp_path):
    child = FaceChild(tmp_path)
    with pytest.raises(UnreadableImage):
        child.read(b"", "dlib-resnet")
    pid = child.pid
    child.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


PARENT = """
import sys, time
from pathlib import Path
from qa.faces import FaceChild
child = FaceChild(Path(sys.argv[1]))
child.read(Path(sys.argv[2]).read_bytes(), "dlib-resnet")
print("read", flush=True)
time.sleep(600)
"""


def test_the_child_ends_when_its_parent_is_killed(tmp_path):
    image = tmp_path / "image.png"
    image.write_bytes(IMAGE)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path, image],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert parent.stdout.readline() == b"read\n"
    parent.kill()
    # The child shares its parent's error stream, which ends only when the last of both has ended.
    parent.communicate(timeout=60)
