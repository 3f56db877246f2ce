"""Bindings are found by links: real graphs, and the ways in which prompts reach a sampler."""

import json
from pathlib import Path
from typing import Any

import pytest

from comfy_bridge import declaring
from comfy_bridge.detecting import detect
from tests.fakes.replay import DATA

WORKFLOWS = DATA / "workflows"


def recorded(name: str) -> dict[str, Any]:
    return dict(json.loads((WORKFLOWS / f"{name}.json").read_text()))


def places(graph: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for binding in detect(graph).bindings:
        found.setdefault(binding.name, set()).add(f"{binding.node}.{binding.input}")
    return found


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def sampled(**more: Any) -> dict[str, Any]:
    """A graph whose sampler takes nodes p (positive) and n (negative)."""
    return {
        "s": node(
            "KSampler",
            model=["c", 0],
            seed=5,
            steps=20,
            cfg=7.0,
            denoise=1.0,
            positive=["p", 0],
            negative=["n", 0],
        ),
        "c": node("CheckpointLoaderSimple", ckpt_name="a.safetensors"),
        "p": node("CLIPTextEncode", clip=["c", 1], text="yes"),
        "n": node("CLIPTextEncode", clip=["c", 1], text="no"),
        "9": node("SaveImage", images=["s", 0], filename_prefix="x"),
        **more,
    }


def test_an_image_to_image_graph() -> None:
    assert detect(recorded("sd15_img2img")).kind == "img2img"
    assert places(recorded("sd15_img2img")) == {
        "source_image": {"4.image"},
        "prompt": {"2.text"},
        "negative_prompt": {"3.text"},
        "seed": {"7.seed"},
        "steps": {"7.steps"},
        "cfg": {"7.cfg"},
        "sampler": {"7.sampler_name"},
        "denoise": {"7.denoise"},
        "width": {"5.width"},
        "height": {"5.height"},
        "output_prefix": {"9.filename_prefix"},
        "checkpoint": {"1.ckpt_name"},
    }


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.json")), ids=lambda path: path.stem)
def test_what_is_found_in_a_recorded_graph_may_stand(path: Path) -> None:
    graph = json.loads(path.read_text())
    if "SaveImage" in path.read_text():
        found = detect(graph)
        assert declaring.faults(graph, found.bindings, found.kind) == []


def test_a_picture_that_is_only_a_mask_is_told_from_the_source() -> None:
    graph = recorded("inpaint_separate_mask")
    assert detect(graph).kind == "inpaint"
    assert places(graph)["source_image"] == {"1.image"}
    assert places(graph)["mask"] == {"2.image"}


def test_one_picture_with_the_mask_in_its_alpha_is_the_source_of_an_inpaint() -> None:
    graph = recorded("inpaint_modelfree")
    assert detect(graph).kind == "inpaint"
    assert "mask" not in places(graph)


def test_prompts_are_traced_through_nodes_with_a_positive_and_a_negative_side() -> None:
    found = places(recorded("sd15_inpaint_conditioning"))
    assert (found["prompt"], found["negative_prompt"]) == ({"2.text"}, {"3.text"})


def test_prompts_are_traced_through_conditioning_and_into_primitives() -> None:
    graph = sampled(
        p=node("FluxGuidance", conditioning=["p1", 0], guidance=3.5),
        p1=node("ConditioningCombine", conditioning_1=["p2", 0], conditioning_2=["p3", 0]),
        p2=node("CLIPTextEncode", clip=["c", 1], text=["t", 0]),
        p3=node("CLIPTextEncode", clip=["c", 1], text="more"),
        t=node("PrimitiveStringMultiline", value="a portrait"),
    )
    found = places(graph)
    assert found["prompt"] == {"t.value"}
    assert found["prompt_2"] == {"p3.text"}
    assert found["negative_prompt"] == {"n.text"}
    assert found["guidance"] == {"p.guidance"}


def test_both_texts_of_sdxl_are_one_prompt() -> None:
    graph = sampled(p=node("CLIPTextEncodeSDXL", clip=["c", 1], text_g="yes", text_l="yes"))
    assert places(graph)["prompt"] == {"p.text_g", "p.text_l"}


def test_a_negative_that_is_zeroed_is_no_prompt() -> None:
    graph = sampled(n=node("ConditioningZeroOut", conditioning=["p", 0]))
    assert "negative_prompt" not in places(graph)


def test_custom_sampling_is_followed_through_its_guider() -> None:
    graph = {
        "s": node(
            "SamplerCustomAdvanced",
            noise=["r", 0],
            guider=["g", 0],
            sigmas=["b", 0],
            sampler=["k", 0],
        ),
        "r": node("RandomNoise", noise_seed=["i", 0]),
        "i": node("PrimitiveInt", value=3),
        "g": node("BasicGuider", model=["u", 0], conditioning=["p", 0]),
        "b": node("BasicScheduler", model=["u", 0], scheduler="simple", steps=20, denoise=1.0),
        "k": node("KSamplerSelect", sampler_name="euler"),
        "u": node("UNETLoader", unet_name="flux1-dev.safetensors", weight_dtype="default"),
        "d": node("DualCLIPLoader", clip_name1="a", clip_name2="b", type="flux"),
        "p": node("CLIPTextEncode", clip=["d", 0], text="yes"),
        "e": node("EmptySD3LatentImage", width=1024, height=1024, batch_size=1),
        "9": node("SaveImage", images=["s", 0], filename_prefix="x"),
    }
    found = places(graph)
    assert detect(graph).kind == "txt2img"
    assert found["prompt"] == {"p.text"}
    assert found["seed"] == {"i.value"}
    assert found["steps"] == {"b.steps"}
    assert {"unet_name", "clip_name1", "clip_name2", "width", "height"} <= set(found)


def test_two_of_a_kind_get_names_of_their_own_and_seeds_share_one() -> None:
    graph = sampled(
        s2=node("KSampler", seed=6, steps=9, latent_image=["s", 0], positive=["p", 0]),
        l1=node("LoraLoader", lora_name="a", model=["c", 0]),
        l2=node("LoraLoader", lora_name="b", model=["l1", 0]),
    )
    found = places(graph)
    assert found["seed"] == {"s.seed", "s2.seed"}
    assert (found["steps"], found["steps_2"]) == ({"s.steps"}, {"s2.steps"})
    assert (found["lora_name"], found["lora_name_2"]) == ({"l1.lora_name"}, {"l2.lora_name"})


def test_a_range_holds_what_the_graph_says() -> None:
    graph = sampled()
    graph["s"]["inputs"]["steps"] = 400
    steps = next(b for b in detect(graph).bindings if b.name == "steps")
    assert (steps.min, steps.max) == (1, 400)


@pytest.mark.parametrize(("cfg", "sampler", "bound"), [(7.0, "euler", True), (1.0, "euler", False),
                                                       (7.0, "lcm", False)])  # fmt: skip
def test_the_sampler_of_a_distilled_model_stays(cfg: float, sampler: str, bound: bool) -> None:
    graph = sampled()
    graph["s"]["inputs"] |= {"cfg": cfg, "sampler_name": sampler}
    assert ("sampler" in places(graph)) is bound
