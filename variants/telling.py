"""Telling how far a generation is: the job's row and bar, and the card with its preview."""

import base64
import time

from comfy_bridge.requests import Preview, Progress
from jobs.claiming import Lease
from studio.lib.pictures import ImageRefused, Limits, vet
from variants import publishing
from variants.models import ImageVariant
from variants.viewing import is_open_to_all

PREVIEW_EVERY_S = 0.4
CARD_EVERY_S = 0.1
PREVIEW_LIMITS = Limits(max_bytes=512 * 1024, max_pixels=2048 * 2048)


class Telling:
    """Called with each step: every phase is told, and else at most ten cards a second.

    Previews are drawn anew by the decoding child, at most every `PREVIEW_EVERY_S`. They go to every
    reader, so only general-rated work has them.
    """

    def __init__(self, lease: Lease, variant: ImageVariant) -> None:
        self._lease = lease
        self._variant = variant
        self._phase = ""
        self._card_at = 0.0
        self._preview_at = 0.0
        self._preview = ""
        self._may_show = is_open_to_all(variant)

    def __call__(self, progress: Progress) -> None:
        note = words(progress)
        self._lease.progress(progress.fraction, note)
        now = time.monotonic()
        if now - self._card_at < CARD_EVERY_S and progress.phase == self._phase:
            return
        self._card_at, self._phase = now, progress.phase
        if progress.preview and self._may_show and now - self._preview_at >= PREVIEW_EVERY_S:
            self._preview_at = now
            self._preview = data_uri(progress.preview) or self._preview
        publishing.variant_progress(self._variant, progress.fraction, note, self._preview)


def words(progress: Progress) -> str:
    """Where it is, in a few words."""
    if progress.phase == "uploading":
        return "Sending the source image"
    if progress.phase == "queued":
        ahead = progress.position or 0
        return f"Waiting at ComfyUI, {ahead} ahead" if ahead else "Next at ComfyUI"
    if progress.phase == "collecting":
        return "Collecting the result"
    name = progress.node_title or progress.node_class or "Working"
    if progress.step and progress.steps:
        return f"{name} · step {progress.step} of {progress.steps}"
    return name


def data_uri(preview: Preview) -> str:
    """The preview, decoded and drawn anew by us as a small WebP; empty when it is no fit image."""
    try:
        picture = vet(preview.data, "", PREVIEW_LIMITS)
    except ImageRefused:
        return ""
    smallest = picture.thumbnails[0]
    return f"data:image/webp;base64,{base64.b64encode(smallest.data).decode()}"
