"""Restart hooks are files that the operator put there, run by name, without a shell, in time."""

import os
from pathlib import Path

import pytest

from comfy_bridge import hooks
from comfy_bridge.errors import HookMissing
from tests.jobs.conftest import until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "hooks"
    made.mkdir()
    return made


def put(folder: Path, name: str, script: str, mode: int = 0o755) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(mode)
    return file


def test_only_executable_files_with_plain_names_are_hooks(folder: Path) -> None:
    put(folder, "gpu-1.sh", "true")
    put(folder, "notes.txt", "", 0o644)
    put(folder, ".hidden", "true")
    put(folder, "a b", "true")
    put(folder, "-rf", "true")
    (folder / "inner").mkdir()
    assert hooks.names(folder) == ["gpu-1.sh"]
    assert hooks.names(folder / "gone") == []
    assert hooks.names(None) == []


@pytest.mark.parametrize("name", ["", "other", "../gpu", "/bin/true", "hooks/../gpu", "."])
def test_nothing_outside_the_folder_is_ever_found(folder: Path, name: str) -> None:
    put(folder.parent, "gpu", "true")
    with pytest.raises(HookMissing):
        hooks.find(folder, name)


def test_it_gets_name_and_address_as_two_arguments_and_no_shell_reads_them(folder: Path) -> None:
    put(folder, "say", 'printf "%s|" "$#" "$@"')
    ran = hooks.run(hooks.find(folder, "say"), "a; touch x $(id)", "http://127.0.0.1:1")
    assert ran.is_well
    assert ran.tail == "2|a; touch x $(id)|http://127.0.0.1:1|"
    assert not (folder / "x").exists()


def test_it_learns_no_secret_of_the_studio(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "very secret")
    put(folder, "env", "env")
    ran = hooks.run(hooks.find(folder, "env"), "one", "http://127.0.0.1:1")
    assert "PATH=" in ran.tail
    assert "very secret" not in ran.tail


def test_a_failure_is_told_with_the_end_of_its_output(folder: Path) -> None:
    put(folder, "fails", "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 3")
    ran = hooks.run(hooks.find(folder, "fails"), "one", "u")
    assert (ran.status, ran.is_well) == (3, False)
    assert "status 3" in ran.sentence
    assert ran.tail.endswith("line 1999\n")
    assert len(ran.tail) <= hooks.TAIL_BYTES


def test_one_that_does_not_end_is_stopped_with_all_it_started(folder: Path) -> None:
    put(folder, "hangs", "echo begun; sleep 1000 & echo $! > child; wait")
    ran = hooks.run(hooks.find(folder, "hangs"), "one", "u", limit_s=0.5)
    assert ran.status is None
    assert "longer" in ran.sentence
    assert ran.tail == "begun\n"
    child = int((folder / "child").read_text())
    until(lambda: not _runs(child), "what it started to end")


def test_what_it_leaves_running_does_not_hold_it_up(folder: Path) -> None:
    put(folder, "starts", "sleep 1000 & echo $! > child; echo started")
    ran = hooks.run(hooks.find(folder, "starts"), "one", "u")
    child = int((folder / "child").read_text())
    assert _runs(child)
    os.kill(child, 9)
    assert (ran.status, ran.tail) == (0, "started\n")


def _runs(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"
