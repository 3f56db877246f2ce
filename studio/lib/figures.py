"""What this process counts, and how another process reads it. Knows names, never what they mean.

Every process keeps its own counts; its row in `workers` carries them, so that one scrape of any
web process tells them for all.
"""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.metrics_core import Metric

disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
Snapshot = dict[str, list[list[Any]]]  # family: [sample name, labels, value]

EVENTS_PUSHED = Counter(
    "studio_events_pushed", "Live events handed to the sockets' servers.", registry=REGISTRY
)
EVENTS_DROPPED = Counter(
    "studio_events_dropped",
    "Live events that reached nobody, by reason.",
    ["reason"],
    registry=REGISTRY,
)
UPLOADS_REFUSED = Counter(
    "studio_uploads_refused", "Images refused by the validator.", ["code"], registry=REGISTRY
)
ATTEMPT_SECONDS = Histogram(
    "studio_job_attempt_seconds",
    "How long attempts at jobs took, by kind and outcome.",
    ["kind", "outcome"],
    buckets=(0.05, 0.2, 1, 5, 20, 60, 300),
    registry=REGISTRY,
)
LEASES_LOST = Counter(
    "studio_job_leases_lost",
    "Leases that ran out and were taken up by a sweeper, by kind.",
    ["kind"],
    registry=REGISTRY,
)
COMFYUI_SECONDS = Histogram(
    "studio_comfyui_prompt_seconds",
    "How long prompts waited in a ComfyUI server and ran there, as it says itself.",
    ["server", "phase"],
    buckets=(0.1, 0.5, 2, 5, 15, 60, 300),
    registry=REGISTRY,
)
COMFYUI_HTTP_SECONDS = Histogram(
    "studio_comfyui_http_seconds",
    "Exchanges with ComfyUI servers, by route and how they ended.",
    ["server", "route", "outcome"],
    buckets=(0.01, 0.05, 0.25, 1, 5, 15),
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "studio_http_request_seconds",
    "How long requests to the studio took, by the route's name, method and status.",
    ["route", "method", "status"],
    buckets=(0.025, 0.1, 0.4, 1, 5),
    registry=REGISTRY,
)


def snapshot() -> Snapshot:
    """Every sample of this process, as JSON can carry it; families without samples are left out."""
    families = {
        family.name: [[sample.name, dict(sample.labels), sample.value] for sample in family.samples]
        for family in REGISTRY.collect()
    }
    return {name: samples for name, samples in families.items() if samples}


def families(snapshots: Mapping[str, Snapshot]) -> list[Metric]:
    """The samples of several processes, told apart by the label `process`.

    A family that this process does not know, of newer code beside it, is left out.
    """
    known = [Metric(own.name, own.documentation, own.type) for own in REGISTRY.collect()]
    for process, taken in snapshots.items():
        for family in known:
            for name, labels, value in taken.get(family.name, []):
                family.add_sample(name, {**labels, "process": process}, value)
    return [family for family in known if family.samples]


def total(snapshots: Mapping[str, Snapshot], family: str, label: str = "") -> dict[str, float]:
    """The counts of a family added up over processes, by the values of `label` ("": in one)."""
    sums: dict[str, float] = {}
    for taken in snapshots.values():
        for name, labels, value in taken.get(family, []):
            if name == f"{family}_total":
                key = str(labels.get(label, ""))
                sums[key] = sums.get(key, 0.0) + value
    return sums
