"""Doing a test run: the same way to a server and back as a candidate's, with a bundled picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageDraw

from comfy_bridge import pool
from comfy_bridge.catalog import missing
from comfy_bridge.mask_places import in_alpha, reads_mask
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from comfy_bridge.requests import BoundPrompt, Progress
from comfy_bridge.submissions import abandon, open_submission, record_end
from jobs.claiming import Lease
from jobs.errors import GivenBack
from studio.lib.masks import fit
from studio.lib.pictures import Limits, vet
from variants.binding import prompt_for, sent_size
from variants.errors import NoServer
from variants.generating import driven
from variants.placing import INSTALLATION, Placed
from variants.telling import words
from variants.trials import WorkflowTrial

SIDE_PX = 512
SEED = 1
PROMPT = "a portrait, studio light"
LARGEST = "w1280"


@dataclass(frozen=True)
class Sample:
    """The size of the bundled picture, as a source image has one."""

    width: int = SIDE_PX
    height: int = SIDE_PX


def sample_picture() -> bytes:
    """The bundled picture (PNG): a drawn head before a plain wall, the same on every machine."""
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), "#8fa3ad")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((96, 330, 416, 700), fill="#3b4a63")
    draw.ellipse((166, 96, 346, 340), fill="#d9a98a")
    draw.pieslice((156, 70, 356, 260), 180, 360, fill="#4a3426")
    for left in (206, 276):
        draw.ellipse((left, 196, left + 32, 212), fill="#26221f")
    draw.arc((220, 240, 292, 292), 20, 160, fill="#8a4a3c", width=6)
    return _png(picture)


def sample_mask() -> bytes:
    """A mask for it (PNG, grey): white over the clothes."""
    mask = Image.new("L", (SIDE_PX, SIDE_PX), 0)
    ImageDraw.Draw(mask).ellipse((96, 330, 416, 700), fill=255)
    return _png(mask)


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def run(lease: Lease, trial: WorkflowTrial) -> None:
    """Bring the test run to its end and keep the picture; raises as `generating.generate` does."""

    def tell(progress: Progress) -> None:
        lease.progress(progress.fraction, words(progress))

    placed = _placed(lease, trial)
    outcome = driven(lease, placed, tell)
    limits = Limits(max_bytes=settings.MAX_OUTPUT_BYTES, max_pixels=settings.MAX_IMAGE_PIXELS)
    picture = vet(outcome.files[0].data, "", limits)
    drawn = next(one for one in picture.thumbnails if one.name == LARGEST)
    with lease.finish():
        WorkflowTrial.objects.filter(pk=trial.pk).update(
            picture=drawn.data,
            metrics={
                "width": picture.width,
                "height": picture.height,
                "files": len(outcome.files),
                "queued_ms": outcome.queued_ms,
                "execution_ms": outcome.execution_ms,
                "cached": outcome.cached,
            },
        )
        if placed.submission.is_open:
            record_end(placed.submission)


def _placed(lease: Lease, trial: WorkflowTrial) -> Placed:
    """The open submission of the test run, or a fresh one on its server."""
    pictures = _pictures(trial.version)
    with transaction.atomic():
        # First the servers, then the job: the order in which a claim holds them too.
        servers = {server.pk: server for server in pool.locked()}
        lease.hold()
        server, current = servers[trial.server_id], trial.submission
        is_away = server.status_id == ServerStatus.OFFLINE
        kept = current if current and current.is_open and not is_away else None
        if kept is None:
            _require_place(server, trial)
            if current:
                abandon(current, f"{server.name} went offline.")
        prompt = _prompt(trial, server, pictures, is_again=bool(current and not kept))
        submission = kept or open_submission(server, prompt.graph, replaces=current)
        WorkflowTrial.objects.filter(pk=trial.pk).update(submission=submission)
        trial.submission = submission
    return Placed(server, trial.version, submission, prompt, fresh=kept is None)


def _require_place(server: ComfyServer, trial: WorkflowTrial) -> None:
    faults = missing(pool.needs_of(trial.version), server.catalog)
    if server.is_accepting and faults:
        raise NoServer(" ".join(fault.sentence for fault in faults))
    if not server.room:
        raise GivenBack


def _pictures(version: WorkflowVersion) -> dict[str, bytes]:
    """The sample, and where the graph reads a mask that too, in the form in which it reads it."""
    if not reads_mask(version.graph, version.declared_bindings):
        return {"source_image": sample_picture()}
    carried = in_alpha(version.graph, version.declared_bindings)
    return fit(sample_picture(), sample_mask(), sent_size(version, Sample()), carried)


def _prompt(
    trial: WorkflowTrial, server: ComfyServer, pictures: Mapping[str, bytes], *, is_again: bool
) -> BoundPrompt:
    wish = pool.with_models(trial.version, server, {})
    key = f"{INSTALLATION}-trial-{trial.pk}" + (f"-{trial.submission_id}" if is_again else "")
    return prompt_for(
        trial.version,
        Sample(),
        pictures["source_image"],
        seed=SEED,
        key=key,
        wish={"prompt": PROMPT, **wish},
        mask=pictures.get("mask"),
    )
