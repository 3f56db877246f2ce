"""Putting weights on disk: from their address or from a file, always checked by their sha256.

Only `manage.py download_models` calls it; no request and no job ever downloads.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx

from qa.errors import DownloadFailed
from qa.weights import Weights

CHUNK_BYTES = 2**20
Progress = Callable[[int, int], None]  # bytes so far, bytes in all


def download(weights: Weights, models_dir: Path, progress: Progress) -> Path:
    """Fetch the file and store it. Raises DownloadFailed; nothing half-written stays."""
    try:
        with httpx.stream("GET", weights.url, follow_redirects=True, timeout=30) as response:
            response.raise_for_status()
            return _store(weights, models_dir, response.iter_bytes(CHUNK_BYTES), progress)
    except httpx.HTTPError as error:
        raise DownloadFailed(
            f"{weights.filename} could not be downloaded ({error}). Get it from {weights.url} "
            "elsewhere and give it with --from FILE."
        ) from error


def take(weights: Weights, models_dir: Path, file: Path, progress: Progress) -> Path:
    """Copy the weights from a file that a person brought. Raises DownloadFailed, OSError."""
    return _store(weights, models_dir, _chunks(file), progress)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as handle:
        while chunk := handle.read(CHUNK_BYTES):
            yield chunk


def _store(weights: Weights, models_dir: Path, chunks: Iterable[bytes], progress: Progress) -> Path:
    models_dir.mkdir(parents=True, exist_ok=True)
    target = models_dir / weights.filename
    partial = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    digest, done = hashlib.sha256(), 0
    try:
        with partial.open("xb") as handle:
            for chunk in chunks:
                handle.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                progress(done, weights.size_bytes)
        if digest.hexdigest() != weights.sha256:
            raise DownloadFailed(
                f"What came is not {weights.filename}: its checksum is another. Nothing was kept."
            )
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target
