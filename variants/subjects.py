"""Which image a job is about, for the pages of jobs: only what the person may look at."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from characters.models import SourceImage
from jobs.models import Job
from jobs.showing import Subject
from people.models import User
from people.views import Request
from variants.models import ImageVariant
from variants.viewing import viewing_of


def subjects_of(request: Request, jobs: Sequence[Job]) -> Mapping[int, Subject]:
    """By the id of each job its image and server; two queries for all general-rated images."""
    variants = _variants(request.user, _ids(jobs, "variant_id"))
    sources = _sources(request.user, _ids(jobs, "source_id"))
    viewing = viewing_of(request)
    found: dict[int, Subject] = {}
    for job in jobs:
        if variant := variants.get(job.args.get("variant_id")):
            picture = variant if variant.has_file and viewing.variant(variant) else None
            found[job.pk] = Subject(picture, _server(job, variant))
        elif "variant_id" not in job.args and (source := sources.get(job.args.get("source_id"))):
            found[job.pk] = Subject(source if viewing.source(source) else None)
    return found


def _ids(jobs: Iterable[Job], name: str) -> set[Any]:
    return {job.args[name] for job in jobs if name in job.args}


def _variants(user: User, pks: set[Any]) -> dict[Any, ImageVariant]:
    rows = ImageVariant.objects.visible_to(user).present()
    rows = rows.select_related("submission__server", "character")
    return {row.pk: row for row in rows.filter(pk__in=pks)}


def _sources(user: User, pks: set[Any]) -> dict[Any, SourceImage]:
    rows = SourceImage.objects.visible_to(user).present().select_related("character")
    return {row.pk: row for row in rows.filter(pk__in=pks)}


def _server(job: Job, variant: ImageVariant) -> str:
    """The server that it was sent to; checks are made here."""
    is_sent = variant.job_id == job.pk and variant.submission is not None
    return variant.submission.server.name if is_sent and variant.submission else ""
