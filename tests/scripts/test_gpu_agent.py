"""`script/gpu_agent` as its own process, with an nvidia-smi that says what the test says."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from comfy_bridge import agents
from comfy_bridge.addresses import LOOPBACK
from comfy_bridge.errors import AgentSilent
from comfy_bridge.looking import QUICK

AGENT = Path(__file__).parents[2] / "script" / "gpu_agent"


@pytest.fixture
def agent(tmp_path):
    """`agent(script)` starts one whose nvidia-smi is that shell script; its address."""
    processes = []

    def start(script):
        smi = tmp_path / "nvidia-smi"
        smi.write_text(f"#!/bin/sh\n{script}\n")
        smi.chmod(0o755)
        process = subprocess.Popen(
            [sys.executable, str(AGENT), "--port", "0"],
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        processes.append(process)
        return process.stdout.readline().split()[-1]

    yield start
    for process in processes:
        process.terminate()
        process.wait()
        process.stdout.close()


def test_the_studio_reads_what_it_tells(agent):
    lines = "NVIDIA A100, 80GB, 61, 97, 2048, 81920\nNVIDIA T4, [N/A], 0, [N/A], 15360"
    url = agent(f"printf '%s\\n' '{lines}'")
    first, second = agents.ask(url, LOOPBACK, QUICK)
    assert first == agents.Gpu("NVIDIA A100, 80GB", 61, 97, 2048 * 2**20, 81920 * 2**20)
    assert second == agents.Gpu("NVIDIA T4", None, 0, None, 15360 * 2**20)


def test_it_asks_for_the_figures_by_name(agent, tmp_path):
    url = agent(f'printf "%s\\n" "$@" > {tmp_path}/asked; echo "X, 1, 2, 3, 4"')
    assert httpx.get(f"{url}/anything").json()["gpus"][0]["temperature_c"] == 1
    asked = (tmp_path / "asked").read_text()
    assert "temperature.gpu,utilization.gpu,memory.used,memory.total" in asked
    assert "nounits" in asked


def test_without_a_gpu_it_says_so_and_goes_on(agent):
    url = agent("echo 'No devices were found'; exit 6")
    assert httpx.get(url).status_code == 503
    with pytest.raises(AgentSilent, match="GPU agent"):
        agents.ask(url, LOOPBACK, QUICK)
    assert httpx.get(url).json() == {"error": "nvidia-smi did not answer"}
