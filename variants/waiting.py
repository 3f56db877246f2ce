"""Which waiting generations may start now, and why the others wait.

What a generation needs of a server is written on its job when it is asked for (`needs_json`), so
that claiming need not look at any variant.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from comfy_bridge import pacing, pool
from comfy_bridge.catalog import Catalog, ModelNeed, Needs, lacks_model
from comfy_bridge.models import OPEN, ComfyServer, ServerStatus, WorkflowVersion
from jobs import publishing as job_publishing
from jobs.models import IN_TURN, Job, JobStatus
from variants import publishing
from variants.models import ImageVariant
from variants.trials import WorkflowTrial

TOLD_AT_ONCE = 500


def needs_json(version: WorkflowVersion, wish: Mapping[str, Any]) -> dict[str, Any]:
    """What a generation needs, for its job's `needs`: the version, and the models it names."""
    bound = [binding.name for binding in version.declared_bindings if binding.type == "model"]
    return {
        "version": version.pk,
        "models": {name: str(wish[name]) for name in bound if wish.get(name)},
    }


def needs_of(job: Job) -> Needs:
    """The node classes and model files of a generation's job; none for one of an older studio."""
    if not job.needs:
        return Needs(frozenset())
    return pool.needs_of(_version(job.needs["version"]), job.needs["models"])


@lru_cache(maxsize=256)
def _version(pk: int) -> WorkflowVersion:
    # A version that was asked for is in use, and a trigger keeps it from changing.
    return WorkflowVersion.objects.get(pk=pk)


def when_a_server_is_free(due: QuerySet[Job]) -> QuerySet[Job]:
    """The due jobs that may be claimed now, for `claim` (it runs in its transaction).

    Those for which an online server that has what they need has room for one prompt more, and none
    that is full would end them sooner; those whose prompt a server has already; those that a person
    wants cancelled; and those that waited too long while no server answered at all, to end with the
    reason.
    """
    servers = pool.locked()
    followed = _followed()
    running = Job.objects.filter(queue="comfy", status_id=JobStatus.RUNNING)
    for job in running.exclude(pk__in=followed):
        # Claimed a moment ago: it will take the place that it would be given now.
        left = _meant(job.needs, servers)
        if server := pool.choose(needs_of(job), left, seconds_of(job, left)):
            server.take_one()
    allowed = _worth_starting(due, servers)
    allowed |= Q(pk__in=followed) | Q(cancel_requested_at__isnull=False)
    if nobody_answers():
        allowed |= Q(due_at__lt=Now() - timedelta(seconds=settings.COMFYUI_WAIT_S))
    return due.filter(allowed)


def seconds_of(job: Job, servers: Sequence[ComfyServer]) -> pacing.Seconds:
    """What the job would take on each server, as far as its like was seen."""
    return pacing.paces.seconds(job.needs.get("version", 0), servers)


def _worth_starting(due: QuerySet[Job], servers: Sequence[ComfyServer]) -> Q:
    """Jobs for which a server has room.

    A slow one only takes what is left for it once the quicker ones have taken theirs, or what they
    cannot do.
    """
    free = [server for server in servers if server.room]
    first = due.order_by(*IN_TURN).first() if free and len(servers) > 1 else None
    if first is None:
        return _fits_room(servers)
    drawn = pacing.drawn_on(servers, seconds_of(first, servers), due[: pacing.FAR].count())
    allowed = _fits([server for server in free if server.pk in drawn])
    if spared := [server for server in free if server.pk not in drawn]:
        others = due.filter(_fits([server for server in servers if server.pk in drawn]))
        allowed |= _fits(spared) & ~Q(pk__in=others.values("pk"))
    return allowed


def nobody_answers() -> bool:
    """Whether every server has been silent for as long as work may wait for one."""
    return not pool.answered_within(settings.COMFYUI_WAIT_S)


def would_be_claimed(job: Job, servers: Iterable[ComfyServer]) -> bool:
    """Whether the job's needs alone would have it claimed again at once."""
    return Job.objects.filter(_fits_room(servers), pk=job.pk).exists()


def _fits_room(servers: Iterable[ComfyServer]) -> Q:
    return _fits([server for server in servers if server.room])


def _meant(needs: Mapping[str, Any], servers: Iterable[ComfyServer]) -> list[ComfyServer]:
    """The servers that a job's needs leave it: all, or the one that a test run is for."""
    pinned = needs.get("server")
    return [server for server in servers if pinned is None or server.pk == pinned]


def _followed() -> list[int]:
    """The jobs whose prompt is with a server that answers."""
    ids: list[int] = []
    for rows in (ImageVariant.objects.all(), WorkflowTrial.objects.all()):
        with_a_server = rows.filter(submission__status_id__in=OPEN, job__isnull=False).exclude(
            submission__server__status_id=ServerStatus.OFFLINE
        )
        ids += with_a_server.values_list("job_id", flat=True)
    return ids


def _fits(servers: Sequence[ComfyServer]) -> Q:
    """Jobs that can be done on one of the servers."""
    if not servers:
        return Q(pk__in=[])
    # A job of before there were needs goes anywhere, and says there what is missing.
    fitting = Q(needs={})
    catalogs = {server.pk: server.catalog for server in servers}
    for version in WorkflowVersion.objects.filter(used_at__isnull=False).values_list("pk"):
        for server_pk, catalog in catalogs.items():
            models = _models_in(catalog, *version)
            if models is not None:
                here = Q(needs__server__isnull=True) | Q(needs__server=server_pk)
                fitting |= Q(needs__version=version[0]) & models & here
    return fitting


def _models_in(catalog: Catalog, version_pk: int) -> Q | None:
    """What a version's jobs may name of this catalog's models; None when it cannot run with it."""
    nodes, wanted = _demand(version_pk)
    if nodes - catalog.nodes:
        return None
    condition = Q()
    for need, name in wanted:
        if need.key not in catalog.models:
            continue  # its node lists no files, and takes any name
        as_it_stands = not lacks_model(need, catalog)
        if name:
            path = f"needs__models__{name}"
            named = Q(**{f"{path}__in": list(catalog.models[need.key])})
            condition &= named | Q(**{f"{path}__isnull": True}) if as_it_stands else named
        elif not as_it_stands:
            return None
    return condition


@lru_cache(maxsize=256)
def _demand(version_pk: int) -> tuple[frozenset[str], list[tuple[ModelNeed, str]]]:
    """The node classes that a version needs, and its models, each with the name under which a job
    may name another one ("" where it may not)."""
    version = _version(version_pk)
    names = {(b.node, b.input): b.name for b in version.declared_bindings if b.type == "model"}
    models = [(need, names.get(place, "")) for place, need in pool.models_of(version)]
    return pool.needs_of(version).nodes, models


def explain() -> int:
    """Write on every waiting job why no server may be given it; returns how many notes changed.

    With no able server the work stays where it is, and the person reads why on the card and in
    the tray.
    """
    servers = list(ComfyServer.objects.with_open())
    queued = Job.objects.filter(queue="comfy", status_id=JobStatus.QUEUED)
    waiting = queued.exclude(pk__in=_followed())
    fitting = waiting.filter(_fits([each for each in servers if each.is_accepting]))
    stuck = waiting.exclude(pk__in=fitting.values("pk"))
    changed = _note(queued.exclude(pk__in=stuck.values("pk")), "")
    for needs in list(stuck.order_by().values_list("needs", flat=True).distinct()):
        reasons = pool.absence(needs_of(Job(needs=needs)), _meant(needs, servers))
        changed += _note(stuck.filter(needs=needs), " ".join(reasons))
    _tell(changed[:TOLD_AT_ONCE])
    return len(changed)


def _note(jobs: QuerySet[Job], note: str) -> list[int]:
    ids = list(jobs.exclude(note=note).values_list("pk", flat=True))
    jobs.filter(pk__in=ids).update(note=note)
    return ids


def _tell(ids: Iterable[int]) -> None:
    """Trays and cards hear of it; of very many those that are looked at later are read anew."""
    for job in Job.objects.filter(pk__in=list(ids)).select_related("kind", "asked_by"):
        job_publishing.job_changed(job)
    for variant in ImageVariant.objects.filter(job_id__in=list(ids)).select_related("job"):
        if variant.job:
            publishing.variant_progress(variant, 0.0, variant.job.note, "")
