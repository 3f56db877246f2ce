"""Ports, locks and the end of child processes, with real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

SERVE = """
import sys
from script.launch.processes import Children, sole_launcher
from script.launch.telling import say
with sole_launcher("demo") as lock, Children(lock) as children:
    children.start("server", [sys.executable, "-c", CHILD], {})
    try:
        print("ready", children._running[0][1].pid, flush=True)
        children.wait()
    except KeyboardInterrupt:
        pass  # it came before the wait began
"""
CHILD = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(99)'])"
)


def serve(checkout: Path) -> tuple["subprocess.Popen[str]", int]:
    launcher = subprocess.Popen(
        [sys.executable, "-c", f"CHILD = {CHILD!r}\n{SERVE}"],
        cwd=checkout, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert launcher.stdout
    return launcher, int(launcher.stdout.readline().split()[1])


def ended(group: int) -> bool:
    """Whether a whole process group is gone within ten seconds."""
    for _round in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_ends_a_launcher_that_a_shell_script_put_into_the_background(
    checkout: Path, started: list["subprocess.Popen[str]"]
) -> None:
    code = "import signal, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    code += "from script.launch import __main__ as it; "
    code += "it.VERBS['demo'] = lambda _: print('ready', flush=True) or time.sleep(99); "
    code += "sys.argv = ['it', 'demo']; sys.exit(it.main())"
    launcher = subprocess.Popen(
        [sys.executable, "-c", code], cwd=checkout, stdout=subprocess.PIPE, text=True
    )
    started.append(launcher)
    assert launcher.stdout
    assert launcher.stdout.readline() == "ready\n"
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(20) == 128 + signal.SIGINT


def test_ctrl_c_ends_the_child_and_its_own_children(checkout: Path) -> None:
    launcher, group = serve(checkout)
    launcher.send_signal(signal.SIGINT)
    assert launcher.wait(20) == 0
    assert ended(group)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_killed_launcher_takes_its_child_along(
    checkout: Path, started: list["subprocess.Popen[str]"]
) -> None:
    launcher, child = serve(checkout)
    started.append(launcher)
    launcher.kill()
    launcher.wait()
    # The grandchild of this test ignores its parent's end; what counts is the direct child.
    for _round in range(200):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child outlived its launcher")
    os.killpg(child, signal.SIGKILL)


def test_a_second_launcher_is_refused_for_as_long_as_a_child_lives(
    checkout: Path, started: list["subprocess.Popen[str]"]
) -> None:
    launcher, group = serve(checkout)
    started.append(launcher)
    asking = [
        sys.executable, "-c",
        "from script.launch.processes import sole_launcher\nwith sole_launcher('demo'): pass",
    ]  # fmt: skip
    refused = subprocess.run(asking, cwd=checkout, capture_output=True, text=True)
    assert refused.returncode != 0
    assert f"script/demo already runs from this folder (process {launcher.pid})" in refused.stderr

    launcher.send_signal(signal.SIGINT)
    launcher.wait(20)
    assert ended(group)
    assert subprocess.run(asking, cwd=checkout, capture_output=True).returncode == 0


@pytest.mark.parametrize("verb", ["demo", "start"])
def test_a_port_in_use_is_a_sentence_and_nothing_is_made(checkout: Path, verb: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [checkout / "script" / verb, "--port", str(port)], capture_output=True, text=True
        )
    assert done.returncode == 1
    assert f"Port {port} is in use by another program" in done.stdout
    assert "--port" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not (checkout / ".venv").exists()
    assert not (checkout / "var").exists()


def test_a_comfyui_that_does_not_answer_is_named(checkout: Path) -> None:
    done = subprocess.run(
        [checkout / "script/demo", "--comfyui", "127.0.0.1:9", "--port", "18971"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "No ComfyUI answers at http://127.0.0.1:9" in done.stdout
    assert not (checkout / ".venv").exists()


def test_a_photo_that_is_not_there_is_a_sentence(checkout: Path) -> None:
    done = subprocess.run(
        [checkout / "script/demo", "--image", "nobody.png"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "There is no file nobody.png" in done.stdout


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80,81", ""])
def test_what_is_no_port_is_a_sentence(checkout: Path, port: str) -> None:
    done = subprocess.run(
        [checkout / "script/demo", f"--port={port}"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "a port is a number from 1 to 65535." in done.stderr
