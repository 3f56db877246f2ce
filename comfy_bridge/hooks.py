"""Restart hooks: programs that the operator put into one folder, run by name and nothing else.

No command is ever stored: a server's row has only a file's name.
"""

import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from comfy_bridge.errors import HookMissing

LIMIT_S = 60
TAIL_BYTES = 4000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# A hook learns nothing of the studio's secrets, which live in the environment.
_KEPT = ("PATH", "HOME", "LANG", "USER")


@dataclass(frozen=True)
class Ran:
    """How a hook ended: its exit status, None when its time ran out, and the end of its output."""

    status: int | None
    tail: str

    @property
    def is_well(self) -> bool:
        return self.status == 0

    @property
    def sentence(self) -> str:
        if self.status is None:
            return f"The restart hook was stopped: it took longer than {LIMIT_S} s."
        if self.status:
            return f"The restart hook failed with status {self.status}."
        return "The restart hook ended well."


def names(folder: Path | None) -> list[str]:
    """The hooks there are: executable files of the folder with plain names."""
    return sorted(hook.name for hook in _hooks(folder))


def _hooks(folder: Path | None) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return [entry for entry in folder.iterdir() if _is_hook(entry)]


def _is_hook(file: Path) -> bool:
    return bool(_NAME.fullmatch(file.name)) and file.is_file() and os.access(file, os.X_OK)


def find(folder: Path | None, name: str) -> Path:
    """The program of that name. Raises HookMissing."""
    if not name:
        raise HookMissing("This server has no restart hook. Choose one in its form.")
    for hook in _hooks(folder):
        if hook.name == name:
            return hook
    raise HookMissing(f"There is no restart hook {name} in the operator's folder any more.")


def run(hook: Path, name: str, url: str, limit_s: float = LIMIT_S) -> Ran:
    """Run the hook with the server's name and address as its two arguments, without a shell.

    Its output goes to a file, for what it leaves running may hold a pipe open for ever.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [hook, name, url],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=hook.parent,
            env={key: os.environ[key] for key in _KEPT if key in os.environ},
            start_new_session=True,
        )
        try:
            status: int | None = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            status = None
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(max(0, output.seek(0, os.SEEK_END) - TAIL_BYTES))
        return Ran(status, output.read().decode(errors="replace"))
