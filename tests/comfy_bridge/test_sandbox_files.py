"""Uploads and GET /view of the sandbox: names, folders, escapes, types, ranges."""

import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.comfy_bridge.sandbox_play import (
    flat_graph,
    get,
    output,
    png,
    post,
    run,
    upload,
    view,
)
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    with start_sandbox(dir=tmp_path) as one:
        yield one


def test_name_is_kept_for_equal_bytes_and_numbered_for_others(sandbox: SandboxProcess) -> None:
    def stored(seed: int, **fields: str) -> str:
        return upload(sandbox, "c.png", png(seed=seed), **fields).json()["name"]

    assert [stored(seed) for seed in (1, 1, 2, 3)] == [
        "c.png",
        "c.png",
        "c (1).png",
        "c (2).png",
    ]
    assert stored(4, overwrite="true") == stored(5, overwrite="1") == "c.png"
    assert stored(6, overwrite="True") == "c (3).png"
    assert sandbox.state()["uploads"] == 7


def test_bytes_arrive_as_they_were(sandbox: SandboxProcess, tmp_path: Path) -> None:
    content = b"\r\n--boundary\r\n\r\n" + bytes(range(256)) + b"\r\n"
    answer = upload(sandbox, "mein Bild ä 図.bin", content, subfolder="users/42")

    assert answer.json() == {
        "name": "mein Bild ä 図.bin",
        "subfolder": "users/42",
        "type": "input",
    }
    assert (tmp_path / "input/users/42/mein Bild ä 図.bin").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("c.png", {"subfolder": "../../etc"}, 400),
        ("c.png", {"subfolder": "/absolute"}, 400),
        ("../c.png", {}, 400),
        ("a/b/c.png", {}, 500),
        ("c.png", {"type": "bogus"}, 500),
        ("c.png", {"type": "temp"}, 200),
        ("c.png", {"type": "output"}, 200),
    ],
)
def test_upload_stays_in_its_folder(
    sandbox: SandboxProcess, tmp_path: Path, name: str, fields: dict[str, str], status: int
) -> None:
    assert upload(sandbox, name, png(), **fields).status_code == status
    outside = [path for path in tmp_path.parent.iterdir() if path.name == "c.png"]
    assert outside == []


def test_form_without_a_picture_is_refused(sandbox: SandboxProcess) -> None:
    url = f"{sandbox.url}/upload/image"
    assert httpx.post(url).status_code == 400
    assert httpx.post(url, data={"overwrite": "true"}).status_code == 400
    assert httpx.post(url, files={"file": ("c.png", png())}).status_code == 400
    assert httpx.post(url, content=png(), headers={"Content-Type": "image/png"}).status_code == 400


def test_load_image_reads_all_three_folders_by_suffix(sandbox: SandboxProcess) -> None:
    for kind in ("input", "temp", "output"):
        upload(sandbox, "c.png", png(), type=kind)
    for name in ("c.png", "c.png [input]", "c.png [temp]", "c.png [output]"):
        graph = flat_graph() | {"1": {"class_type": "LoadImage", "inputs": {"image": name}}}
        assert run(sandbox, graph)["status"]["completed"]
    graph["1"]["inputs"]["image"] = "../c.png"
    errors = post(sandbox, graph).json()["node_errors"]["1"]["errors"]
    assert errors[0]["type"] == "custom_validation_failed"


def test_view_tells_type_length_and_change(sandbox: SandboxProcess) -> None:
    image = output(run(sandbox, flat_graph()))
    whole = view(sandbox, image)
    url = f"{sandbox.url}/api/view"

    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["content-disposition"] == f'filename="{image["filename"]}"'
    part = httpx.get(url, params=image, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, whole.content[:10])
    assert part.headers["content-range"] == f"bytes 0-9/{len(whole.content)}"
    since = {"If-Modified-Since": whole.headers["last-modified"]}
    assert httpx.get(url, params=image, headers=since).status_code == 304
    head = httpx.head(url, params=image)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"filename": "nope.png"}, 404),
        ({}, 404),
        ({"filename": ""}, 400),
        ({"filename": "a.png", "type": "bogus"}, 400),
        ({"filename": "../x.png"}, 400),
        ({"filename": "/etc/passwd"}, 400),
        ({"filename": "x.png", "subfolder": "../.."}, 403),
    ],
)
def test_view_refuses_what_is_not_its_own(
    sandbox: SandboxProcess, query: dict[str, str], status: int
) -> None:
    assert get(sandbox, "/view", **query).status_code == status


def test_view_reencodes_on_request(sandbox: SandboxProcess) -> None:
    upload(sandbox, "rgba.png", png(mode="RGBA"))

    def seen(**query: str) -> Image.Image:
        content = get(sandbox, "/view", filename="rgba.png", type="input", **query).content
        return Image.open(io.BytesIO(content))

    assert seen(preview="webp;50").format == "WEBP"
    assert seen(preview="jpeg;80").format == "JPEG"
    assert seen(channel="rgb").mode == "RGB"
    assert seen(channel="a").mode == "RGBA"


def test_page_is_served_as_a_download(sandbox: SandboxProcess) -> None:
    upload(sandbox, "x.html", b"<script></script>")

    answer = get(sandbox, "/view", filename="x.html", type="input")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_top_level_inputs_are_choices_of_load_image(sandbox: SandboxProcess) -> None:
    upload(sandbox, "top.png", png())
    upload(sandbox, "below.png", png(), subfolder="deep")

    described = get(sandbox, "/object_info/LoadImage").json()["LoadImage"]

    assert described["input"]["required"]["image"][0] == ["top.png"]
