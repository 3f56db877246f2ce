"""Angles of faces, from landmarks whose true pose is known."""

import math

import numpy as np
import pytest

from qa.poses import FRONTAL, pose_of


def seen(yaw=0.0, pitch=0.0, roll=0.0, scale=2.5, at=(300.0, 200.0)):
    """Landmarks of the average face after it was turned: pitch first, then yaw, then roll."""
    p, y, r = (math.radians(angle) for angle in (pitch, yaw, roll))
    about_x = np.array([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
    about_y = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    about_z = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    turned = FRONTAL @ (about_z @ about_y @ about_x).T
    return turned[:, :2] * scale + at


@pytest.mark.parametrize(
    "angles",
    [(0, 0, 0), (30, 0, 0), (-45, 0, 0), (0, 20, 0), (0, -25, 0), (0, 0, 40), (25, -15, -10)],
)
def test_the_pose_is_what_the_face_was_turned_by(angles):
    pose = pose_of(seen(*angles))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx(angles, abs=1e-6)


def test_size_and_place_do_not_matter():
    near, far = pose_of(seen(20, 5, 3)), pose_of(seen(20, 5, 3, scale=0.3, at=(4000.0, -20.0)))
    assert (near.yaw, near.pitch, near.roll) == pytest.approx((far.yaw, far.pitch, far.roll))


def test_signs_are_those_that_are_written_down():
    right, up, leaning = seen(yaw=30), seen(pitch=20), seen(roll=20)
    straight = seen()
    assert right[2][0] > straight[2][0]  # the nose goes to the right of the picture
    assert up[2][1] < straight[2][1]  # it goes up
    assert leaning[1][1] > leaning[0][1]  # the eye on the right is the lower one
    assert pose_of(right).yaw > 0 < pose_of(up).pitch
    assert pose_of(leaning).roll > 0


def test_a_mirrored_face_looks_and_leans_the_other_way():
    landmarks = seen(25, 10, 15)
    mirrored = (landmarks * (-1, 1))[[1, 0, 2, 4, 3]]
    pose = pose_of(mirrored)
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((-25, 10, -15), abs=1e-6)


@pytest.mark.parametrize("landmarks", [[(5, 5)] * 5, [(n, 2 * n) for n in range(5)]])
def test_landmarks_in_a_point_or_a_line_have_no_pose(landmarks):
    assert pose_of(landmarks) is None
