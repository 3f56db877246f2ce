"""Values to verdicts and sentences."""

import pytest

from qa.checks import CHECKS
from qa.policy import FaceRules, Limits, Verdict, judge, judge_check, judge_faces, worst


def said(name, value, warn=None, fail=None):
    return judge(CHECKS[name], value, Limits(warn, fail))


def test_a_face_that_is_too_small_is_told_with_value_limit_and_fix():
    judged = said("face_size", 148.0, warn=224)
    assert judged.verdict == Verdict.WARN
    assert judged.threshold == 224
    assert judged.sentence == "Face is 148 px wide, 224 needed: use a closer crop."


def test_a_value_that_passes_is_told_without_a_fix():
    assert said("face_size", 300.0, warn=224).sentence == "Face is 300 px wide, 224 needed."


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(512, Verdict.PASS), (511, Verdict.WARN), (256, Verdict.WARN), (255, Verdict.FAIL)],
)
def test_a_value_on_the_limit_passes_it(value, verdict):
    assert said("resolution", value, 512, 256).verdict == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(8, Verdict.PASS), (8.1, Verdict.WARN), (20, Verdict.WARN), (20.1, Verdict.FAIL)],
)
def test_more_is_worse_where_the_direction_is_max(value, verdict):
    assert said("noise", value, 8, 20).verdict == verdict


def test_a_range_is_judged_and_told_on_both_sides():
    dark, bright = said("exposure", -2.5, 2, 4), said("exposure", 2.2, 2, 4)
    assert dark.sentence == "Image is 2.5 stops darker than mid-grey, 2 allowed: brighten it."
    assert bright.sentence == "Image is 2.2 stops brighter than mid-grey, 2 allowed: darken it."
    assert said("exposure", -4.5, 2, 4).verdict == Verdict.FAIL
    assert said("exposure", 0.0, 2, 4).verdict == Verdict.PASS


def test_a_value_is_never_rounded_onto_the_limit_that_it_misses():
    assert "223 px" in said("face_size", 223.7, 224).sentence
    assert "2.1 stops" in said("exposure", -2.01, 2).sentence
    assert "0.49" in said("likeness", 0.499, 0.5).sentence
    assert "0.29" in said("likeness", 0.29, 0.5).sentence


def test_without_limits_nothing_warns():
    judged = said("noise", 99)
    assert (judged.verdict, judged.threshold) == (Verdict.PASS, None)
    assert judged.sentence == "Noise is 99.0 levels."


def test_not_measured_has_no_verdict_and_no_zero():
    judged = judge_check("likeness", None, Limits(0.5, 0.4), "no face was found")
    assert (judged.verdict, judged.threshold) == (None, None)
    assert judged.sentence == "Likeness is not measured: no face was found."


def test_no_face_is_a_warning_that_asks():
    judged = judge_faces(0)
    assert judged.verdict == Verdict.WARN
    assert "is this the right image?" in judged.sentence


def test_several_faces_are_a_warning_that_asks():
    judged = judge_check("face_count", 3.0, Limits())
    assert judged.verdict == Verdict.WARN
    assert judged.sentence.startswith("3 faces were found")
    assert "?" in judged.sentence


def test_one_face_passes():
    assert judge_faces(1).verdict == Verdict.PASS


def test_a_report_is_as_bad_as_its_worst_check():
    assert worst([Verdict.PASS, Verdict.FAIL, Verdict.WARN]) == Verdict.FAIL
    assert worst([Verdict.PASS]) == Verdict.PASS


def test_what_no_face_means_is_the_projects_to_say():
    for verdict in Verdict:
        assert judge_faces(0, FaceRules(without=verdict)).verdict == verdict


def test_a_face_that_a_person_chose_of_several_passes():
    judged = judge_faces(3, FaceRules(chosen=True))
    assert (judged.verdict, judged.sentence) == (
        Verdict.PASS,
        "3 faces were found; one of them was chosen.",
    )
