"""What the sandbox's nodes do to pictures, seen from outside: upload, run, look at the result."""

import io
import json
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from tests.comfy_bridge.sandbox_play import (
    flat_graph,
    output,
    picture,
    png,
    recorded_graph,
    run,
    upload,
    view,
)
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with start_sandbox(step_ms=1) as one:
        yield one


def saved(sandbox: SandboxProcess, name: str, content: bytes, mask: bool = False) -> np.ndarray:
    """What LoadImage makes of an upload: its picture, or its mask in grey."""
    upload(sandbox, name, content, overwrite="true")
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": name}},
        "2": {"class_type": "MaskToImage", "inputs": {"mask": ["1", 1]}},
        "9": {
            "class_type": "SaveImage",
            "inputs": {"images": ["2" if mask else "1", 0], "filename_prefix": "load"},
        },
    }
    return picture(sandbox, output(run(sandbox, graph)))


def test_round_trip_keeps_every_pixel_and_drops_alpha(sandbox: SandboxProcess) -> None:
    content = png(96, 80, "RGBA")
    original = np.asarray(Image.open(io.BytesIO(content)))

    np.testing.assert_array_equal(saved(sandbox, "a.png", content), original[..., :3])


def test_mask_is_one_minus_alpha(sandbox: SandboxProcess) -> None:
    content = png(96, 80, "RGBA")
    alpha = np.asarray(Image.open(io.BytesIO(content)))[..., 3].astype(int)

    mask = saved(sandbox, "a.png", content, mask=True)[..., 0]

    assert mask.shape == (80, 96)
    assert np.abs(mask - (255 - alpha)).max() <= 1


def test_picture_without_alpha_has_a_small_empty_mask(sandbox: SandboxProcess) -> None:
    mask = saved(sandbox, "rgb.png", png(96, 80), mask=True)

    assert mask.shape == (64, 64, 3)
    assert not mask.any()


def test_exif_rotation_is_applied(sandbox: SandboxProcess) -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(io.BytesIO(png(96, 80))).save(buffer, "jpeg", exif=exif)

    assert saved(sandbox, "turned.jpg", buffer.getvalue()).shape == (96, 80, 3)


def test_sixteen_bits_are_scaled(sandbox: SandboxProcess) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((80, 96), 40000, np.uint16)).save(buffer, "png")

    assert set(saved(sandbox, "deep.png", buffer.getvalue()).ravel()) == {155}


def test_truncated_png_is_accepted(sandbox: SandboxProcess) -> None:
    content = png(96, 80)

    assert saved(sandbox, "cut.png", content[: len(content) // 2]).shape == (80, 96, 3)


def test_model_free_recipe_is_computed_truly(sandbox: SandboxProcess) -> None:
    grey = Image.new("RGB", (96, 96), (64, 128, 192))
    buffer = io.BytesIO()
    grey.save(buffer, "png")
    upload(sandbox, "in.png", buffer.getvalue(), overwrite="true")

    result = picture(sandbox, output(run(sandbox, recorded_graph("wf_img2img_modelfree"))))

    assert result.shape == (128, 128, 3)
    expected = np.array([64, 128, 192]) * 0.75 + (255 - np.array([64, 128, 192])) * 0.25
    assert np.abs(result - expected).max() <= 1


def test_png_carries_the_prompt_and_the_extra_info(sandbox: SandboxProcess) -> None:
    graph = flat_graph(color=0x102030)
    entry = run(sandbox, graph, extra_data={"extra_pnginfo": {"workflow": {"id": "w"}}})

    image = Image.open(io.BytesIO(view(sandbox, output(entry)).content))

    assert json.loads(image.info["prompt"]) == graph
    assert json.loads(image.info["workflow"]) == {"id": "w"}
    assert image.getpixel((0, 0)) == (0x10, 0x20, 0x30)


def test_prefix_may_hold_folders_and_tokens(sandbox: SandboxProcess) -> None:
    entry = run(sandbox, flat_graph(41, "job/%width%x%height%"))

    expected = {"filename": "32x32_00001_.png", "subfolder": "job", "type": "output"}
    assert output(entry) == expected


def test_prefix_that_leaves_the_folder_fails_at_run_time(sandbox: SandboxProcess) -> None:
    entry = run(sandbox, flat_graph(42, "../../evil"))

    kind, said = entry["status"]["messages"][-1]
    assert kind == "execution_error"
    assert "outside the output folder" in said["exception_message"]
    assert said["node_type"] == "SaveImage"


def test_file_that_is_no_picture_fails_at_run_time_and_later_prompts_run(
    sandbox: SandboxProcess,
) -> None:
    upload(sandbox, "broken.png", b"this is no image")
    graph = flat_graph(43) | {
        "2": {
            "class_type": "LoadImageMask",
            "inputs": {"image": "broken.png", "channel": "red"},
        },
        "3": {"class_type": "MaskToImage", "inputs": {"mask": ["2", 0]}},
        "10": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}},
    }

    entry = run(sandbox, graph)

    kind, said = entry["status"]["messages"][-1]
    assert kind == "execution_error"
    assert said["exception_type"] == "PIL.UnidentifiedImageError"
    assert said["exception_message"] == (
        "cannot identify image file '/srv/comfy/input/broken.png'\n"
    )
    assert set(entry["outputs"]) == {"9"}
    assert run(sandbox, flat_graph(44))["status"]["completed"]
