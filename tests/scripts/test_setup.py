"""The first run makes the environment; what hinders it is a sentence, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PREPARE = """
import sys
from script.launch.setup import prepare
from script.launch.telling import LaunchError, Steps
try:
    prepare(Steps(2))
except LaunchError as error:
    print(error)
    sys.exit(1)
"""


def prepare(checkout: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", PREPARE],
        cwd=checkout, env={**os.environ, **env}, capture_output=True, text=True,
    )  # fmt: skip


def test_a_second_run_leaves_the_environment_alone_until_the_requirements_change(
    checkout: Path,
) -> None:
    first = prepare(checkout)
    assert first.returncode == 0, first.stdout + first.stderr
    assert ".venv made with Python" in first.stdout
    assert (checkout / ".venv/bin/python").exists()
    log = checkout / "var/log/install.log"
    log.unlink()

    second = prepare(checkout)
    assert "Virtual environment: .venv is here" in second.stdout
    assert "Packages: installed" in second.stdout
    assert not log.exists()

    (checkout / "requirements.txt").write_text("# other\n")
    third = prepare(checkout)
    assert third.returncode == 0
    assert "Installing requirements.txt" in third.stdout
    assert log.exists()


def test_a_failed_download_is_a_sentence_and_is_tried_again(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("no-such-package-of-this-test==1\n")
    unreachable = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    for _attempt in range(2):
        done = prepare(checkout, **unreachable, PIP_CONFIG_FILE=os.devnull)
        assert done.returncode == 1
        assert "A download failed" in done.stdout
        assert "no-such-package-of-this-test" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr


def test_an_installation_that_was_killed_is_made_anew(checkout: Path) -> None:
    prepare(checkout)
    (checkout / ".venv/.unfinished").touch()
    half_written = checkout / ".venv/half-written"
    half_written.touch()

    again = prepare(checkout)
    assert ".venv made with Python" in again.stdout
    assert not half_written.exists()
    assert not (checkout / ".venv/.unfinished").exists()


def test_a_python_without_ensurepip_names_the_package_to_install(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = tmp_path_factory.mktemp("site")
    (site / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'ensurepip' else find(name, *a)\n"
    )
    done = prepare(checkout, PYTHONPATH=str(site))
    assert done.returncode == 1
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"sudo apt-get install python{version}-venv" in done.stdout
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("verb", ["demo", "start", "test", "lint"])
def test_a_machine_without_python_is_told_what_is_needed(checkout: Path, verb: str) -> None:
    tools = checkout / "tools"
    tools.mkdir()
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(Path("/usr/bin") / name)
    done = subprocess.run(
        [checkout / "script" / verb], env={"PATH": str(tools)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed and none was found" in done.stderr
