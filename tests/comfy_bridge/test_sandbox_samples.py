"""The played sampler: visible, repeatable, varied by the seed, and the face stays the same."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.comfy_bridge.sandbox_play import output, picture, run, sampling_graph, upload
from tests.fakes.sandbox import SandboxProcess, start_sandbox

PORTRAIT = np.add.outer(np.linspace(20, 200, 75), np.linspace(0, 50, 100)).astype(np.uint8)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with start_sandbox(step_ms=1) as one:
        yield one


@pytest.fixture
def source(sandbox: SandboxProcess, tmp_path: Any) -> np.ndarray:
    colours = (PORTRAIT[..., None] * [1.0, 0.8, 0.6]).astype(np.uint8)
    Image.fromarray(colours).save(tmp_path / "face.png")
    upload(sandbox, "face.png", (tmp_path / "face.png").read_bytes(), overwrite="true")
    return colours


def image_to_image(seed: int, denoise: float, text: str = "a hill") -> dict[str, Any]:
    graph = sampling_graph(steps=2, seed=seed, denoise=denoise)
    graph["2"]["inputs"]["text"] = text
    graph["4"] = {"class_type": "LoadImage", "inputs": {"image": "face.png"}}
    graph["6"] = {"class_type": "VAEEncode", "inputs": {"pixels": ["4", 0], "vae": ["1", 2]}}
    return graph


def sampled(sandbox: SandboxProcess, graph: dict[str, Any], prefix: str = "p") -> np.ndarray:
    graph["9"]["inputs"]["filename_prefix"] = prefix
    return picture(sandbox, output(run(sandbox, graph))).astype(float)


def test_vae_cuts_to_multiples_of_eight(sandbox: SandboxProcess, source: np.ndarray) -> None:
    assert sampled(sandbox, image_to_image(1, 0.5)).shape == (72, 96, 3)


def test_equal_seeds_give_equal_pictures_and_others_do_not(
    sandbox: SandboxProcess, source: np.ndarray
) -> None:
    first = sampled(sandbox, image_to_image(1, 0.6), "one")
    other = sampled(sandbox, image_to_image(2, 0.6), "two")
    again = sampled(sandbox, image_to_image(1, 0.6), "three")
    worded = sampled(sandbox, image_to_image(1, 0.6, text="a lake"), "four")

    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 2
    assert np.abs(first - worded).mean() > 2


@pytest.mark.parametrize("seed", range(5))
def test_picture_stays_recognisable_and_denoise_scales_the_change(
    sandbox: SandboxProcess, source: np.ndarray, seed: int
) -> None:
    cut = source[1:73, 2:98].astype(float)

    little = sampled(sandbox, image_to_image(seed, 0.2))
    much = sampled(sandbox, image_to_image(seed, 1.0))

    assert np.abs(little - cut).mean() < np.abs(much - cut).mean()
    assert np.corrcoef(much.mean(axis=2).ravel(), cut.mean(axis=2).ravel())[0, 1] > 0.85


def test_empty_latent_becomes_a_drawing_of_its_seed(sandbox: SandboxProcess) -> None:
    first = sampled(sandbox, sampling_graph(seed=1, denoise=1.0), "five")
    other = sampled(sandbox, sampling_graph(seed=2, denoise=1.0), "six")

    assert first.std() > 5
    assert np.abs(first - other).mean() > 5


def test_mask_keeps_the_rest_as_it_was(sandbox: SandboxProcess, source: np.ndarray) -> None:
    graph = image_to_image(3, 1.0)
    graph["20"] = {
        "class_type": "SolidMask",
        "inputs": {"value": 0.0, "width": 100, "height": 75},
    }
    graph["21"] = {
        "class_type": "SetLatentNoiseMask",
        "inputs": {"samples": ["6", 0], "mask": ["20", 0]},
    }
    graph["7"]["inputs"]["latent_image"] = ["21", 0]

    kept = sampled(sandbox, graph, "seven")

    np.testing.assert_array_equal(kept, source[1:73, 2:98])


@pytest.mark.parametrize("class_type", ["VAEEncodeForInpaint", "InpaintModelConditioning"])
def test_inpainting_changes_what_the_mask_covers(
    sandbox: SandboxProcess, source: np.ndarray, class_type: str
) -> None:
    graph = image_to_image(4, 1.0)
    graph["20"] = {
        "class_type": "SolidMask",
        "inputs": {"value": 1.0, "width": 100, "height": 75},
    }
    inputs: dict[str, Any] = {"pixels": ["4", 0], "vae": ["1", 2], "mask": ["20", 0]}
    if class_type == "VAEEncodeForInpaint":
        graph["6"] = {"class_type": class_type, "inputs": inputs | {"grow_mask_by": 6}}
    else:
        both = {"positive": ["2", 0], "negative": ["3", 0], "noise_mask": True}
        graph["6"] = {"class_type": class_type, "inputs": inputs | both}
        graph["7"]["inputs"] |= {"positive": ["6", 0], "negative": ["6", 1]}
        graph["7"]["inputs"]["latent_image"] = ["6", 2]

    changed = sampled(sandbox, graph, class_type)

    assert changed.shape == (72, 96, 3)
    assert np.abs(changed - source[1:73, 2:98]).mean() > 2
