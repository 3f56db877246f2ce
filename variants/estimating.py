"""How long candidates take, from what was measured last and what waits before them."""

from collections.abc import Sequence
from statistics import median

from comfy_bridge.listing import able
from comfy_bridge.models import ComfyServer, ServerStatus, WorkflowVersion
from jobs.models import Job, JobStatus
from variants.models import ImageVariant

LAST = 20
OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)
WAITS = "No server that answers can run it now, so it waits until one can."


def seconds_each(version: WorkflowVersion) -> float | None:
    """The median of the last candidates of this version, else of any; None before the first."""
    made = ImageVariant.objects.filter(sha256__isnull=False, provenance="generated")
    newest = made.order_by("-pk").values_list("metrics", flat=True)
    same = newest.filter(request__workflow_version=version)
    for rows in (same[:LAST], newest[:LAST]):
        times = [metrics["execution_ms"] for metrics in rows if metrics.get("execution_ms")]
        if times:
            return float(median(times)) / 1000
    return None


def estimate(version: WorkflowVersion, count: int, servers: Sequence[ComfyServer]) -> str:
    """A sentence for whoever is about to ask; honest when nothing was measured yet."""
    slots = _slots(version, servers)
    if not slots:
        return WAITS
    each_s = seconds_each(version)
    if each_s is None:
        return "Nothing was generated yet, so there is no estimate."
    ahead = _open_jobs()
    total = in_words(each_s * -(-(count + ahead) // slots))
    said = f"About {total}: {in_words(each_s)} each, {slots} at once"
    return f"{said}, after {ahead} that came before." if ahead else f"{said}."


def remaining(version: WorkflowVersion, servers: Sequence[ComfyServer]) -> str:
    """The same for what is waiting and running now; empty when nothing was measured yet."""
    slots = _slots(version, servers)
    if not slots:
        return WAITS
    each_s = seconds_each(version)
    return f"About {in_words(each_s * -(-_open_jobs() // slots))} left" if each_s else ""


def _slots(version: WorkflowVersion, servers: Sequence[ComfyServer]) -> int:
    """How many candidates of this version can be drawn at once now."""
    online = [one for one in servers if one.status_id == ServerStatus.ONLINE and not one.paused]
    return sum(one.server.slots for one in able(version, online) if one.can_run)


def _open_jobs() -> int:
    jobs = Job.objects.filter(kind__name="variant.generate", status_id__in=OPEN)
    return jobs.count()


def in_words(seconds: float) -> str:
    """`40 s`, `3 min`, `2.0 h`; at least a second."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
