"""The input, output and temp folders on disk: safe paths, file names, counters.

Knows nothing of HTTP or graphs; a name that leaves its folder is an EscapeError.
"""

import hashlib
import re
import shutil
import time
from pathlib import Path

KINDS = ("input", "output", "temp")
ANNOTATION = re.compile(r"^(?P<name>.*?)(?: \[(?P<kind>input|output|temp)\])?$", re.DOTALL)
COUNTED = re.compile(r"^(?P<digits>\d+)")


class EscapeError(ValueError):
    """A name points outside the folder it belongs to."""


class Folders:
    """`root`/input, /output and /temp; temp is emptied at the start, as a real server does."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        for kind in KINDS:
            (self.root / kind).mkdir(parents=True, exist_ok=True)
        self.wipe_temp()

    def wipe_temp(self) -> None:
        """Delete all previews."""
        shutil.rmtree(self.root / "temp", ignore_errors=True)
        (self.root / "temp").mkdir()

    def within(self, kind: str, *parts: str) -> Path:
        """The absolute path of `parts` under a folder. Raises KeyError (kind), EscapeError."""
        if kind not in KINDS:
            raise KeyError(kind)
        base = self.root / kind
        path = base.joinpath(*parts).resolve()
        if path != base and base not in path.parents:
            raise EscapeError("/".join(parts))
        return path

    def annotated(self, name: str) -> Path:
        """The path of `sub/file.png [output]` (default: input). Raises EscapeError."""
        match = ANNOTATION.match(name)
        assert match is not None  # noqa: S101  every part of the pattern is optional
        return self.within(match["kind"] or "input", match["name"])

    def inputs(self) -> list[str]:
        """The names of the files at the top of the input folder, sorted."""
        return sorted(path.name for path in (self.root / "input").iterdir() if path.is_file())

    def store(self, kind: str, subfolder: str, name: str, content: bytes, overwrite: bool) -> str:
        """Write an upload; the name under which it was kept.

        Same name and bytes: nothing is written. Same name, other bytes: "name (1).png".
        Raises KeyError (kind), EscapeError, OSError (a folder inside `name` does not exist).
        """
        folder = self.within(kind, subfolder)
        target = self.within(kind, subfolder, name)
        if folder != target.parent and folder not in target.parents:
            raise EscapeError(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not overwrite:
            digest = hashlib.sha256(content).digest()
            stem, suffix, number = target.stem, target.suffix, 1
            while target.exists():
                if hashlib.sha256(target.read_bytes()).digest() == digest:
                    return str(target.relative_to(folder))
                target = target.with_name(f"{stem} ({number}){suffix}")
                number += 1
        target.write_bytes(content)
        return str(target.relative_to(folder))

    def next_file(self, kind: str, prefix: str, width: int, height: int) -> tuple[Path, str, int]:
        """Where the next picture of a prefix goes: (folder, file stem, counter).

        The counter is the largest one now in the folder plus one: names come back after a delete.
        """
        now = time.localtime()
        tokens = {"width": str(width), "height": str(height), "year": str(now.tm_year)}
        clock = (now.tm_mon, now.tm_mday, now.tm_hour, now.tm_min, now.tm_sec)
        for token, number in zip(("month", "day", "hour", "minute", "second"), clock, strict=True):
            tokens[token] = f"{number:02d}"
        for token, text in tokens.items():
            prefix = prefix.replace(f"%{token}%", text)
        target = self.within(kind, prefix)
        folder, stem = target.parent, target.name
        folder.mkdir(parents=True, exist_ok=True)
        largest = 0
        for path in folder.glob("*"):
            if path.name.startswith(f"{stem}_"):
                match = COUNTED.match(path.name[len(stem) + 1 :])
                largest = max(largest, int(match["digits"]) if match else 0)
        return folder, stem, largest + 1

    def nominal(self, text: str) -> str:
        """`text` with this machine's path replaced by the one a ComfyUI might have had."""
        return text.replace(str(self.root), "/srv/comfy")
