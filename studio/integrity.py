"""Checks every invariant of the rows and that each row's files are there; mends what it can.

Knows every app, and so belongs to the composition root. Reads only, unless told to repair.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.core.files.storage import default_storage
from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils import timezone

from characters.models import BaselineStatus, Character, SourceImage
from comfy_bridge.models import OPEN as OPEN_SUBMISSIONS
from comfy_bridge.submissions import abandon
from jobs.models import OPEN as OPEN_JOBS
from jobs.models import Job, JobStatus
from qa.models import EmbeddingModel
from studio.lib.files import original_key, read
from studio.lib.media import RENDITIONS
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

GRACE = timedelta(hours=1)
WORKING = (VariantStatus.PENDING, VariantStatus.GENERATING)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: a stable code, a sentence, and how to mend it if that is known."""

    code: str
    sentence: str
    mend: Callable[[], object] | None = None


def faults(*, grace: timedelta = GRACE, read_files: bool = False) -> Iterator[Fault]:
    """Everything that is wrong. Orphans younger than `grace` may belong to an upload that runs.

    `read_files` hashes every original again, which takes as long as reading the storage does.
    """
    yield from _baselines()
    yield from _heroes()
    yield from _families()
    yield from _work()
    yield from _models()
    named: set[str] = set()
    for row in _images():
        yield from _files(row, named, read_files=read_files)
    yield from _orphans(named, grace)


def _baselines() -> Iterator[Fault]:
    without = Character.objects.filter(
        baseline_status_id=BaselineStatus.APPROVED, current_source=None
    )
    for row in without:
        yield Fault("approved_without_source", f"Character {row.pk} is approved without a source.")
    foreign = Character.objects.exclude(current_source=None).exclude(
        current_source__character=F("pk")
    )
    for row in foreign:
        yield Fault("foreign_source", f"Character {row.pk} has another character's source.")


def _heroes() -> Iterator[Fault]:
    heroes = ImageVariant.objects.filter(is_hero=True)
    several = heroes.values("character", "variant_type").annotate(n=Count("pk")).filter(n__gt=1)
    for row in several:
        yield Fault("several_heroes", f"Character {row['character']} has {row['n']} heroes.")
    wrong = ImageVariant.objects.filter(
        Q(is_hero=True) & ~Q(status_id=VariantStatus.APPROVED)
        | Q(is_hero=False, status_id=VariantStatus.APPROVED)
        | Q(is_hero=True, sha256=None)
    )
    for variant in wrong:
        yield Fault("hero_mismatch", f"Variant {variant.pk}: hero, status and file disagree.")


def _families() -> Iterator[Fault]:
    younger = ImageVariant.objects.filter(parent_variant__gte=F("pk"))
    for variant in younger:
        yield Fault("parent_is_younger", f"Variant {variant.pk} descends from a younger one.")


def _work() -> Iterator[Fault]:
    wrong = Job.objects.filter(
        Q(status_id=JobStatus.RUNNING, lease_until=None)
        | ~Q(status_id=JobStatus.RUNNING) & Q(lease_until__isnull=False)
    )
    for job in wrong:
        yield Fault("lease_mismatch", f"Job {job.pk}: status and lease disagree.")
    stuck = Job.objects.filter(
        status_id=JobStatus.RUNNING, lease_until__lt=Now() - timedelta(minutes=1)
    )
    for job in stuck:
        yield Fault("stuck_job", f"Job {job.pk} lost its worker and nobody took it up.")
    idle = ImageVariant.objects.filter(status_id__in=WORKING).exclude(job__status_id__in=OPEN_JOBS)
    for variant in idle:
        yield Fault("variant_without_work", f"Variant {variant.pk} waits and no job makes it.")
    kept = ImageVariant.objects.filter(submission__status_id__in=OPEN_SUBMISSIONS).exclude(
        status_id__in=WORKING
    )
    for variant in kept.select_related("submission"):
        submission = variant.submission
        if submission is not None:
            yield Fault(
                "open_submission",
                f"Submission {submission.prompt_id} is open though variant {variant.pk} is not.",
                partial(abandon, submission, "Its variant has ended."),
            )


def _models() -> Iterator[Fault]:
    active = EmbeddingModel.objects.filter(is_active=True).count()
    if active != 1:
        yield Fault("active_models", f"{active} embedding models are active; one has to be.")


def _images() -> Iterator[SourceImage | ImageVariant]:
    yield from SourceImage.objects.iterator()
    yield from ImageVariant.objects.exclude(sha256=None).iterator()


def _files(
    row: SourceImage | ImageVariant, named: set[str], *, read_files: bool
) -> Iterator[Fault]:
    what = f"{type(row).__name__} {row.pk}"
    sha256, ext = str(row.sha256), str(row.format)
    expected = original_key(row.KIND, row.character_id, sha256, ext)
    if row.file_path != expected:
        yield Fault("wrong_key", f"{what} names {row.file_path}, not {expected}.")
    keys = [expected, *(row.rendition_path(name) for name in RENDITIONS)]
    for key in keys:
        named.add(key)
        if not default_storage.exists(key):
            yield Fault("missing_file", f"{what} names {key}, which is not there.")
    if read_files and _hash(expected) not in (None, sha256):
        yield Fault("damaged_file", f"{what}: the content of {expected} has changed.")


def _hash(key: str) -> str | None:
    """sha256 of a stored file; None when it is missing."""
    return hashlib.sha256(read(key)).hexdigest() if default_storage.exists(key) else None


def _orphans(named: set[str], grace: timedelta) -> Iterator[Fault]:
    """Files that no row names, older than the grace period."""
    oldest = timezone.now() - grace
    for key in _stored(""):
        if key in named or default_storage.get_modified_time(key) > oldest:
            continue
        yield Fault("orphan_file", f"No row names {key}.", partial(default_storage.delete, key))


def _stored(folder: str) -> Iterable[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}/{name}".lstrip("/")
    for name in folders:
        yield from _stored(f"{folder}/{name}".lstrip("/"))
