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
TRAY_EVERY_S = 2.0
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
        self._tray_at = 0.0
        self._may_show = is_open_to_all(variant)

    def __call__(self, progress: Progress) -> None:
        note = words(progress)
        now = time.monotonic()
        is_due = now - self._card_at >= CARD_EVERY_S or progress.phase != self._phase
        if is_due and progress.preview and self._may_show:
            self._look(progress.preview, now)
        self._lease.progress(progress.fraction, note, self._for_tray(now))
        if not is_due:
            return
        self._card_at, self._phase = now, progress.phase
        publishing.variant_progress(self._variant, progress.fraction, note, self._preview)

    def _look(self, preview: Preview, now: float) -> None:
        if now - self._preview_at >= PREVIEW_EVERY_S:
            self._preview_at = now
            self._preview = data_uri(preview) or self._preview

    def _for_tray(self, now: float) -> str:
        """The preview when it is time for another one: trays are on every page of the project."""
        if not self._preview or now - self._tray_at < TRAY_EVERY_S:
            return ""
        self._tray_at = now
        return self._preview


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
