"""Makes `.venv` and installs into it, once; later calls only compare a stamp.

Knows pip and venv; never what is installed or why.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from script.launch.places import LOGS, PYTHON, ROOT, VAR, VENV
from script.launch.telling import LaunchError, LiveLine, Steps, last_lines, say

UNFINISHED = VENV / ".unfinished"  # pip was killed here: what lies there may be half a package
DISK_FULL = "The disk is full: the packages need about 2.5 GB (8 GB with torch for CUDA)."
NO_ANSWER = (
    "A download failed: the package index did not answer. Check the network or the proxy (pip's "
    "own settings and PIP_* variables are used) and run this again; what was downloaded is kept."
)
NOTHING_THERE = (
    "A download failed: the package index that pip asks has nothing at all of what is needed. No "
    "network, a proxy, or a wrong index address (pip's own settings and PIP_* variables are used)?"
)
NOT_THERE = (
    "The package index that pip uses lacks a package that is needed here. The versions were "
    "verified with Python 3.11 on Linux x86_64."
)
MAY_NOT = "pip may not write here: run this as the user who owns this folder."
FAILURES = (
    ("No space left on device|Errno 28", DISK_FULL),
    (
        "(Read|Connect)Timeout|timed out|Connection(Error|Reset|Refused)|Connection refused",
        NO_ANSWER,
    ),
    (
        "NewConnection|NameResolution|IncompleteRead|ProtocolError|Max retries|HTTP ?[Ee]rror",
        NO_ANSWER,
    ),
    ("SSLError|ProxyError", NO_ANSWER),
    ("from versions: none", NOTHING_THERE),
    ("No matching distribution|Could not find a version", NOT_THERE),
    ("Permission denied|Errno 13", MAY_NOT),
)


def child_environment(**settings: str) -> dict[str, str]:
    """The environment of a child process: ours without the launcher's own Python settings."""
    ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PYTHONUNBUFFERED": "1", **settings}


def prepare(steps: Steps, *, dev: bool = False, bench: bool = False) -> None:
    """Two steps: make the virtual environment, install the product's packages.

    `dev`: its tests' too; `bench`: and those of the benchmarks' peers.

    Raises LaunchError when Python lacks venv, a download fails, or the disk is full.
    """
    names = ["requirements.txt"]
    if dev or bench:
        names.insert(0, "requirements-dev.txt")
    if bench:
        names.insert(0, "requirements-bench.txt")
    with _one_at_a_time():
        tag = steps.tag()
        if _is_usable():
            say(f"{tag} Virtual environment: .venv is here")
        else:
            _make_venv(tag)
        tag = steps.tag()
        if all(_is_installed(name) for name in names):
            say(f"{tag} Packages: installed")
            return
        _install(tag, names[0])
        for name in names:
            _stamp(name).write_text(_digest(name))


def _is_installed(name: str) -> bool:
    return _stamp(name).is_file() and _stamp(name).read_text() == _digest(name)


def _digest(name: str) -> str:
    """sha256 of a requirements file and of those that it includes."""
    text = (ROOT / name).read_text("utf-8")
    included = re.findall(r"^-r\s+(\S+)", text, re.MULTILINE)
    inner = "".join(_digest(other) for other in included)
    return hashlib.sha256((text + inner).encode()).hexdigest()


def _stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two launchers started together install one after the other."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another launcher is installing here; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_usable() -> bool:
    """Whether `.venv` runs, has pip, and is of a Python that is new enough."""
    if not PYTHON.exists() or UNFINISHED.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def _make_venv(tag: str) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise LaunchError(
            f"This Python {version} cannot make a virtual environment: its module ensurepip is not "
            f"installed. On Debian or Ubuntu:\n  sudo apt-get install python{version}-venv\n"
            "Then run this again."
        )
    # A venv made by the python of the very venv that is cleared would saw off its own branch.
    base = Path(sys.base_prefix) / "bin" / f"python{version}"
    python = str(base) if base.exists() else sys.executable
    line = LiveLine()
    line.show(f"{tag} Making .venv with Python {version}")
    made = subprocess.run(
        [python, "-m", "venv", "--clear", str(VENV)],
        capture_output=True, check=False, text=True, env=child_environment(),
    )  # fmt: skip
    line.clear()
    if made.returncode != 0:
        told = (made.stdout + made.stderr).strip()
        raise LaunchError(f"The virtual environment .venv could not be made. Python said:\n{told}")
    say(f"{tag} Virtual environment: .venv made with Python {version} in {line.elapsed_s:.0f} s")


def _install(tag: str, name: str) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "install.log"
    before = _installed()
    say(f"{tag} Installing {name} (1.6 GB on disk or more, 1 to 4 min; log: {_short(log)})")
    line = LiveLine()
    UNFINISHED.touch()
    with log.open("w", encoding="utf-8") as out:
        pip = subprocess.Popen(
            [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check",
             "--progress-bar", "off", "-r", str(ROOT / name)],
            stdout=out, stderr=subprocess.STDOUT, env=child_environment(PIP_USER="0"), cwd=ROOT,
        )  # fmt: skip
        try:
            while _still_runs(pip):
                line.show(f"{tag} {_state(log, before)}, {line.elapsed_s:.0f} s")
        finally:
            pip.terminate()
            pip.wait()
    UNFINISHED.unlink()
    line.clear()
    if pip.returncode != 0:
        raise LaunchError(_why_it_failed(log))
    say(f"{tag} {_installed()} packages installed in {line.elapsed_s:.0f} s")


def _still_runs(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        return True
    return False


def _installed() -> int:
    return sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info"))


def _state(log: Path, before: int) -> str:
    """What pip is at, read from its log and from what lies in the environment already."""
    told = log.read_text("utf-8", "replace")
    installing = re.search(r"^Installing collected packages: (.*)$", told, re.MULTILINE)
    if installing:
        wanted = installing.group(1).count(",") + 1
        return f"{min(_installed() - before, wanted)} of {wanted} packages installed"
    collected = len(set(re.findall(r"^Collecting ([A-Za-z0-9_.-]+)", told, re.MULTILINE)))
    fetching = re.findall(r"^\s*Downloading (\S+)(?: \(([^)]*)\))?", told, re.MULTILINE)
    if not fetching:
        return f"{collected} packages found"
    name, size = fetching[-1]
    short = name.rsplit("/", 1)[-1].split("-")[0]
    return f"{collected} packages found, last {short}" + (f" ({size})" if size else "")


def _why_it_failed(log: Path) -> str:
    told = log.read_text("utf-8", "replace")
    sentence = next(
        (words for pattern, words in FAILURES if re.search(pattern, told)),
        "Installing the packages failed.",
    )
    return f"{sentence}\npip's last lines (all of them: {_short(log)}):\n{last_lines(log)}"


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))
