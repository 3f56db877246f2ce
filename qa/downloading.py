"""Putting weights on disk: from their address, a mirror or a file, always checked by their sha256.

Only `manage.py download_models` calls it; no request and no job ever downloads. What came before a
connection broke stays beside the target as `.part`, and the next try, or the next run, goes on
from there. The proxy is the one that the usual variables name (HTTPS_PROXY, NO_PROXY).
"""

import fcntl
import hashlib
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

import httpx

from qa.errors import DownloadFailed
from qa.weights import Weights

CHUNK_BYTES = 2**18
SILENCE_S = 30.0  # that the server may send nothing; a slow one may take as long as it wants
PAUSES_S = (1.0, 3.0, 10.0)  # between tries that brought nothing; one that did counts as none
Progress = Callable[[int, int], None]  # bytes so far, bytes in all


class _Broken(Exception):
    """This try ended early; what came is kept."""


def address(weights: Weights, mirror: str) -> str:
    """Where the file is fetched from: the mirror's folder where there is one."""
    return f"{mirror.rstrip('/')}/{weights.filename}" if mirror else weights.url


def download(
    weights: Weights,
    models_dir: Path,
    url: str,
    progress: Progress,
    *,
    silence_s: float = SILENCE_S,
    pauses_s: Sequence[float] = PAUSES_S,
) -> Path:
    """Fetch the file, in as many tries as bring something; returns where it lies.

    Raises DownloadFailed, OSError (a full disk, say).
    """
    models_dir.mkdir(parents=True, exist_ok=True)
    target = models_dir / weights.filename
    with _alone(target.with_name(f"{target.name}.part")) as part:
        held = part.seek(0, 2)
        _require_room(models_dir, weights.size_bytes - held)
        went_on = held > 0
        _fetch_all(weights, url, part, progress, silence_s, pauses_s)
        if _sha256(part) != weights.sha256 and went_on:
            # The older piece may be of another file: once more from the beginning.
            part.truncate(0)
            _fetch_all(weights, url, part, progress, silence_s, pauses_s)
        if _sha256(part) != weights.sha256:
            Path(part.name).unlink()
            raise DownloadFailed(
                f"What {url} sent is not {weights.filename}: its checksum is another. Nothing was "
                "kept."
            )
        Path(part.name).replace(target)
    return target


def take(weights: Weights, models_dir: Path, file: Path, progress: Progress) -> Path:
    """Copy the weights from a file that a person brought. Raises DownloadFailed, OSError."""
    models_dir.mkdir(parents=True, exist_ok=True)
    target = models_dir / weights.filename
    copy = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with file.open("rb") as source, copy.open("x+b") as written:
            while chunk := source.read(CHUNK_BYTES):
                written.write(chunk)
                progress(written.tell(), weights.size_bytes)
            if _sha256(written) != weights.sha256:
                raise DownloadFailed(
                    f"{file} is not {weights.filename}: its checksum is another. Nothing was kept."
                )
        copy.replace(target)
    finally:
        copy.unlink(missing_ok=True)
    return target


def _fetch_all(
    weights: Weights,
    url: str,
    part: BufferedRandom,
    progress: Progress,
    silence_s: float,
    pauses_s: Sequence[float],
) -> None:
    """Try until the whole file is there. Raises DownloadFailed when tries bring nothing more."""
    idle = 0
    while (held := part.seek(0, 2)) < weights.size_bytes:
        try:
            _fetch(weights, url, part, progress, silence_s)
            why = "it sent too little"
        except (httpx.TransportError, _Broken) as error:
            why = str(error) or type(error).__name__
        except httpx.HTTPError as error:
            raise DownloadFailed(_told(weights, url, str(error))) from error
        if part.seek(0, 2) > held:
            idle = 0
        elif idle < len(pauses_s):
            time.sleep(pauses_s[idle])
            idle += 1
        else:
            raise DownloadFailed(_told(weights, url, why))


def _fetch(
    weights: Weights, url: str, part: BufferedRandom, progress: Progress, silence_s: float
) -> None:
    """One request for what is missing; appends what comes."""
    held = part.seek(0, 2)
    headers = {"Accept-Encoding": "identity"}
    if held:
        headers["Range"] = f"bytes={held}-"
    with httpx.stream(
        "GET", url, headers=headers, follow_redirects=True, timeout=silence_s
    ) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.truncate(0)
            raise _Broken("it has no such part of the file")
        if answer.is_server_error:
            raise _Broken(f"it answered {answer.status_code}")
        answer.raise_for_status()
        if not _goes_on(answer, held):
            part.truncate(0)
            if answer.status_code == httpx.codes.PARTIAL_CONTENT:
                raise _Broken("it sent another part of the file than was asked for")
        for chunk in answer.iter_raw():
            if part.seek(0, 2) + len(chunk) > weights.size_bytes:
                part.truncate(0)
                raise DownloadFailed(_told(weights, url, "it sends more than the file has"))
            part.write(chunk)
            progress(part.tell(), weights.size_bytes)


def _goes_on(answer: httpx.Response, held: int) -> bool:
    """Whether the answer is the rest of the file; a server may send all of it instead."""
    said = answer.headers.get("Content-Range", "")
    return answer.status_code == httpx.codes.PARTIAL_CONTENT and said.startswith(f"bytes {held}-")


def _told(weights: Weights, url: str, why: str) -> str:
    return (
        f"{weights.filename} did not come from {url}: {why}. Run it again to go on from what is "
        "there, set MODELS_MIRROR or HTTPS_PROXY, or get the file elsewhere and give it with "
        "--from FILE."
    )


def _require_room(folder: Path, size_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size_bytes:
        raise DownloadFailed(
            f"{folder} has {free / 1e6:.0f} MB free, {size_bytes / 1e6:.0f} needed: make room, or "
            "set MODELS_DIR."
        )


@contextmanager
def _alone(path: Path) -> Iterator[BufferedRandom]:
    """The part, open for reading and appending, while no other process has it."""
    with path.open("a+b") as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DownloadFailed("Another download of it is going on: wait for that.") from error
        try:
            yield part
        finally:
            if path.exists() and path.stat().st_size == 0:
                path.unlink()


def _sha256(file: BufferedRandom) -> str:
    file.flush()
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()
