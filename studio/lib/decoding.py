"""The decoding child: one long-lived, limited process that opens images from outside.

Parent: `decode()`. Child: `python -m studio.lib.decoding`, Pillow only, one image at a time over
its pipes, replaced after a violation or 200 images.
"""

import atexit
import io
import json
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps

from studio.lib.containers import png

MEMORY_BYTES = 1536 * 2**20
CPU_S = 10
WALL_S = 20.0
IMAGES_PER_CHILD = 200
THUMBNAIL_SIDES_PX = (1280, 512, 256)
JPEG_QUALITY = 95
THUMBNAIL_QUALITY = 82
FORMATS = ["PNG", "JPEG", "WEBP"]


class DecodeFailed(Exception):
    """The decoder found the image broken, or ran out of memory."""


class DecodeTimeout(Exception):
    """Decoding took longer than an honest image needs."""


@dataclass(frozen=True)
class Decoded:
    """What the child made: upright size, a new display file if it had to change, thumbnails."""

    width: int
    height: int
    display: bytes | None
    display_ext: str
    thumbnails: tuple[tuple[str, int, int, bytes], ...]


# --- the parent's side ------------------------------------------------------------------------


class Decoder:
    """One child; several threads take turns."""

    def __init__(self, wall_s: float = WALL_S, cpu_s: int = CPU_S) -> None:
        self._wall_s = wall_s
        self._cpu_s = cpu_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._used = 0

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def decode(self, data: bytes, kind: str, *, deep: bool) -> Decoded:
        """Decode one image fully. Raises DecodeFailed and DecodeTimeout; never leaves a child
        behind that has seen a violation."""
        with self._lock:
            child = self._ready()
            clock = threading.Timer(self._wall_s, child.kill)
            clock.start()
            try:
                assert child.stdin and child.stdout  # noqa: S101  both are pipes
                _send(child.stdin, {"kind": kind, "deep": deep, "cpu_s": self._cpu_s}, [data])
                head, blobs = _receive(child.stdout)
            except (OSError, EOFError) as error:
                raise self._violation(child, timed_out=not clock.is_alive()) from error
            finally:
                clock.cancel()
            self._used += 1
        if "error" in head:
            raise DecodeFailed(head["error"])
        display = blobs.pop(0) if head["display"] else None
        sizes = zip(head["thumbnails"], blobs, strict=True)
        return Decoded(
            width=head["width"],
            height=head["height"],
            display=display,
            display_ext=head["ext"],
            thumbnails=tuple((name, w, h, blob) for (name, w, h), blob in sizes),
        )

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self._child and (self._used >= IMAGES_PER_CHILD or self._child.poll() is not None):
            self._end()
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "studio.lib.decoding"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),  # noqa: PTH100, PTH120
            )
            self._used = 0
        return self._child

    def _violation(self, child: "subprocess.Popen[bytes]", *, timed_out: bool) -> Exception:
        self._end()
        if timed_out or child.returncode == -signal.SIGXCPU:
            return DecodeTimeout()
        return DecodeFailed("the decoder gave up")

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill() if child.poll() is None else None
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


decoder = Decoder()
atexit.register(decoder.close)


# --- both sides ---------------------------------------------------------------------------------


def _send(pipe: Any, head: dict[str, Any], blobs: list[bytes]) -> None:
    text = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode()
    pipe.write(struct.pack(">I", len(text)) + text)
    for blob in blobs:
        pipe.write(blob)
    pipe.flush()


def _receive(pipe: Any) -> tuple[dict[str, Any], list[bytes]]:
    head = json.loads(_exactly(pipe, struct.unpack(">I", _exactly(pipe, 4))[0]))
    return head, [_exactly(pipe, size) for size in head.pop("blobs")]


def _exactly(pipe: Any, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise EOFError
    return bytes(data)


# --- the child's side -----------------------------------------------------------------------------


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer one image after the other until the parent closes the pipe."""
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    warnings.simplefilter("error")
    Image.MAX_IMAGE_PIXELS = None  # the structural scan has counted them
    while True:
        try:
            head, (data,) = _receive(requests)
        except EOFError:
            return
        spent_s = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _limit(resource.RLIMIT_CPU, int(spent_s) + head["cpu_s"] + 1)
        try:
            answer, blobs = render(data, head["kind"], deep=head["deep"])
        except Exception as error:  # noqa: BLE001  Pillow raises at least eight classes on bad files
            answer, blobs = {"error": f"{type(error).__name__}: {error}"}, []
        _send(answers, answer, blobs)


def _limit(what: int, soft: int) -> None:
    hard = resource.getrlimit(what)[1]
    if sys.platform == "linux":
        resource.setrlimit(what, (soft, hard))


def render(data: bytes, kind: str, *, deep: bool) -> tuple[dict[str, Any], list[bytes]]:
    """Decode fully, turn upright, bring to sRGB and 8 bits, and draw the thumbnails."""
    if kind == "png" and not png.holds_every_row(data, 2**31):
        raise ValueError("the image data is incomplete")
    image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    profile = image.info.get("icc_profile")
    image.load()
    upright = ImageOps.exif_transpose(image)
    changed = upright.size != image.size or image.getexif().get(0x0112, 1) not in (0, 1)
    managed, recoloured = _to_srgb(upright, profile)
    plain, converted = _to_eight_bits(managed)
    must_change = changed or recoloured or converted or deep
    display = _encode(plain, kind) if must_change else None
    thumbnails = _thumbnails(plain)
    head = {
        "width": plain.width,
        "height": plain.height,
        "display": display is not None,
        "ext": {"jpeg": "jpg"}.get(kind, kind),
        "thumbnails": [[name, w, h] for name, w, h, _ in thumbnails],
    }
    blobs = [display] if display is not None else []
    return head, blobs + [blob for *_, blob in thumbnails]


def _to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bool]:
    """Convert from an embedded profile; one that is broken counts as sRGB."""
    if not profile:
        return image, False
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image, False
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image, False
    return converted or image, True


def _to_eight_bits(image: Image.Image) -> tuple[Image.Image, bool]:
    if image.mode in ("L", "LA", "RGB", "RGBA", "P", "1"):
        return image, False
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256).convert("L"), True
    if image.mode == "I":
        return image.point(lambda value: value / 256).convert("L"), True
    return image.convert("RGBA" if image.mode == "PA" else "RGB"), True


def _encode(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    clean = image.copy()
    clean.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    if kind == "jpeg":
        clean.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    elif kind == "png":
        clean.save(out, "PNG")
    else:
        clean.save(out, "WEBP", quality=JPEG_QUALITY, method=4, exact=True)
    return out.getvalue()


def _thumbnails(image: Image.Image) -> list[tuple[str, int, int, bytes]]:
    """WebP, the longer side at most so many px, never enlarged; each is drawn from the last."""
    has_alpha = image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info
    current = image.convert("RGBA" if has_alpha else "RGB")
    made = []
    for side in THUMBNAIL_SIDES_PX:
        scale = min(1.0, side / max(current.size))
        size = (max(1, round(current.width * scale)), max(1, round(current.height * scale)))
        if size != current.size:
            current = current.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        out = io.BytesIO()
        current.save(out, "WEBP", quality=THUMBNAIL_QUALITY, method=2)
        made.append((f"w{side}", current.width, current.height, out.getvalue()))
    return made


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)
