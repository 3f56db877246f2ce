"""The demo takes Stable Diffusion only when it is plain which checkpoint to take."""

import pytest

from script.launch.choosing import choose_workflow
from script.launch.telling import LaunchError

WORKFLOWS = [
    {"id": 3, "name": "sd_img2img", "title": "Stable Diffusion"},
    {"id": 4, "name": "modelfree_img2img", "title": "Without a model"},
]


def test_the_only_checkpoint_is_taken() -> None:
    choice = choose_workflow(WORKFLOWS, ["a.safetensors"], None)
    assert (choice.workflow, choice.checkpoint) == (3, "a.safetensors")
    assert "exactly one checkpoint: a.safetensors" in choice.why


def test_the_named_checkpoint_is_taken_among_several() -> None:
    choice = choose_workflow(WORKFLOWS, ["a.safetensors", "b.safetensors"], "b.safetensors")
    assert (choice.workflow, choice.checkpoint) == (3, "b.safetensors")


@pytest.mark.parametrize("checkpoints", [[], ["a.safetensors", "b.safetensors"]])
def test_without_a_plain_choice_no_model_is_used_and_it_says_why(checkpoints: list[str]) -> None:
    choice = choose_workflow(WORKFLOWS, checkpoints, None)
    assert (choice.workflow, choice.checkpoint) == (4, None)
    assert all(name in choice.why for name in checkpoints)


def test_a_checkpoint_that_no_server_has_is_a_sentence_with_those_that_are_there() -> None:
    with pytest.raises(LaunchError, match=r"No server has the checkpoint c.*They have: a, b"):
        choose_workflow(WORKFLOWS, ["a", "b"], "c")
