"""The sandbox as a process: light, clean at its end, forgetful at its death but for files."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest

from tests.comfy_bridge.sandbox_play import flat_graph, get, output, png, run, upload, view
from tests.fakes.sandbox import ROOT, SandboxProcess, start_sandbox

LIGHT = """
import sys
import comfy_bridge.sandbox.__main__
heavy = {"torch", "cv2", "django", "channels", "httpx"} & set(sys.modules)
sys.exit(", ".join(sorted(heavy)) or 0)
"""


def test_nothing_heavy_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_cleanly_and_removes_its_folder(
    how: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "comfy_bridge.sandbox", "--port=0", "--fault=hang"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    httpx.post(f"{url}/prompt", json={"prompt": flat_graph()})
    assert list(tmp_path.iterdir())

    os.kill(process.pid, how)
    _, errors = process.communicate(timeout=20)

    assert (process.returncode, errors) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_after_a_crash_memory_is_gone_and_files_are_there(tmp_path: Path) -> None:
    sandbox = SandboxProcess(dir=tmp_path).start()
    try:
        upload(sandbox, "keep.png", png())
        preview = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
        entry = run(sandbox, {**flat_graph(), "8": preview})
        before = sandbox.url

        sandbox.kill()
        with pytest.raises(httpx.ConnectError):
            get(sandbox, "/prompt")
        sandbox.start()

        assert sandbox.url == before
        assert get(sandbox, "/history").json() == {}
        assert view(sandbox, output(entry)).status_code == 200
        assert view(sandbox, output(entry, "8")).status_code == 404
        assert get(sandbox, "/view", filename="keep.png", type="input").status_code == 200
        again = run(sandbox, flat_graph(color=8))
        assert again["prompt"][0] == 0
        assert output(again)["filename"] == "q_00002_.png"
    finally:
        sandbox.stop()


def test_several_run_side_by_side() -> None:
    with start_sandbox() as one, start_sandbox() as two:
        run(one, flat_graph())

        assert one.url != two.url
        assert get(two, "/history").json() == {}


def test_port_in_use_is_a_sentence() -> None:
    with start_sandbox() as taken:
        port = taken.url.rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, "-m", "comfy_bridge.sandbox", f"--port={port}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    assert done.returncode == 1
    assert "cannot listen" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_fault_is_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "comfy_bridge.sandbox", "--port=0", "--fault=bogus"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert done.returncode == 2
    assert "No fault" in done.stderr
