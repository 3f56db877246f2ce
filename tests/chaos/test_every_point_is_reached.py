"""A run of the main job passes every fault point that there is, so none is a dead letter."""

import re

import pytest

from studio.lib.fault_points import POINTS
from tests.chaos.studio import Studio


@pytest.fixture
def studio(tmp_path):
    with Studio(tmp_path, production=False) as running:
        yield running


def _said(studio):
    return set(re.findall(r"fault point ([\w.]+)", studio.log("server")))


@pytest.mark.chaos
def test_every_named_point_is_passed_by_the_main_job(studio):
    studio.kill("server")
    studio.start_role("server", "*:say")
    studio.until(studio.answers, "the first page")
    character = studio.approved_character()
    asked = studio.ask(character, 2, "modelfree_img2img")
    studio.until(lambda: "driving.ended" in _said(studio), "a run to end")
    studio.freeze("server")
    studio.kill("server")
    studio.start_role("server", "*:say")  # takes up what was lost
    studio.until(studio.answers, "the first page")
    studio.until(studio.is_idle, "every job to end")
    studio.post(f"characters/{character}/variants/{asked['variant_ids'][0]}/approve")
    assert _said(studio) == set(POINTS)
