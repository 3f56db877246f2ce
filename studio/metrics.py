"""The fleet's figures as Prometheus reads them: gauges from rows, counters from every process."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from comfy_bridge.models import Breaker, ServerStatus
from jobs.models import WorkerStatus
from studio.fleet import Fleet, Server
from studio.lib import figures

Row = tuple[tuple[str, ...], float]


def exposition(fleet: Fleet) -> bytes:
    """The fleet in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(fleet))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet

    def collect(self) -> Iterator[Metric]:
        yield from _queues(self.fleet)
        yield from _processes(self.fleet)
        yield from _servers(self.fleet.servers)
        yield from _lately(self.fleet)
        yield from figures.families(self.fleet.counts)


def _gauge(name: str, said: str, labels: tuple[str, ...], rows: Iterable[Row]) -> Metric:
    family = GaugeMetricFamily(f"studio_{name}", said, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def _queues(fleet: Fleet) -> Iterator[Metric]:
    by_state = ("queue", "state")
    depth: list[Row] = []
    age: list[Row] = []
    for queue in fleet.queues:
        waiting, running = (queue.name, "queued"), (queue.name, "running")
        depth += [(waiting, queue.waiting), (running, queue.running)]
        age += [(waiting, queue.oldest_waiting_s), (running, queue.oldest_running_s)]
    yield _gauge("queue_jobs", "Jobs by queue and state.", by_state, depth)
    yield _gauge("queue_oldest_seconds", "How long the oldest is due, or runs.", by_state, age)
    yield _gauge(
        "queue_served_by",
        "Processes that serve the queue and reported lately.",
        ("queue",),
        (((queue.name,), queue.served_by) for queue in fleet.queues),
    )
    yield _gauge(
        "queue_paused",
        "Whether nothing more of the queue starts.",
        ("queue",),
        (((queue.name,), queue.paused) for queue in fleet.queues),
    )


def _processes(fleet: Fleet) -> Iterator[Metric]:
    counts: dict[tuple[str, ...], int] = {}
    for process in fleet.processes:
        key = (process.row.kind, process.row.state.label)
        counts[key] = counts.get(key, 0) + 1
    said = f"Processes by kind and state ({', '.join(state.label for state in WorkerStatus)})."
    yield _gauge("processes", said, ("kind", "state"), counts.items())


def _servers(servers: tuple[Server, ...]) -> Iterator[Metric]:
    def each(name: str, said: str, number: Callable[[Server], float]) -> Metric:
        rows = (((server.row.url,), number(server)) for server in servers)
        return _gauge(f"comfyui_{name}", said, ("server",), rows)

    yield each(
        "online",
        "Whether the server answered its last check.",
        lambda server: server.row.status_id == ServerStatus.ONLINE,
    )
    yield each("paused", "Whether it is paused.", lambda server: server.row.paused)
    yield each("slots", "Prompts it may run at once.", lambda server: server.row.slots)
    yield each("slots_busy", "Slots that prompts of ours take.", lambda server: server.busy)
    yield each(
        "prompts_open",
        "Prompts of ours that it has or may have.",
        lambda server: server.row.open_submissions,
    )
    yield each("room", "Prompts that it takes now.", lambda server: server.row.room)
    yield _gauge(
        "comfyui_breaker",
        "The state of the server's circuit breaker: 1 for the one it is in.",
        ("server", "state"),
        (
            ((server.row.url, state.value), server.row.breaker is state)
            for server in servers
            for state in Breaker
        ),
    )


def _lately(fleet: Fleet) -> Iterator[Metric]:
    yield _gauge(
        "jobs_failed_last_day",
        "Jobs that failed for good within a day, by kind and code.",
        ("kind", "code"),
        (((row.kind, row.code), row.count) for row in fleet.failures),
    )
    yield _gauge(
        "job_attempts_last_day",
        "Attempts that ended within a day, by outcome.",
        ("outcome",),
        (((outcome,), count) for outcome, count in fleet.attempts.items()),
    )
