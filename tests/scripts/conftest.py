"""A checkout of the launchers alone, in a folder of its own, with nothing to install."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The launchers with what they take from the product, and an empty requirements.txt."""
    shutil.copytree(
        ROOT / "script", tmp_path / "script", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    (tmp_path / "studio" / "lib").mkdir(parents=True)
    shutil.copytree(ROOT / "studio" / "client", tmp_path / "studio" / "client")
    for name in ("studio/__init__.py", "studio/lib/__init__.py", "studio/lib/probing.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    return tmp_path


@pytest.fixture
def started() -> Iterator[list["subprocess.Popen[str]"]]:
    """Launchers that a test leaves running are ended with it."""
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()
