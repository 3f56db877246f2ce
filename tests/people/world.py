"""Two projects with the same things in both: what one member may do, the other's must not see."""

import functools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connection, transaction
from django.db.models.functions import Now

from characters import arriving, receiving
from characters import importing as folder_importing
from characters.imports import Existing, FolderImport
from characters.incoming import caps_of
from characters.models import Character, SourceImage
from characters.planning import Found
from characters.uploads import Purpose, Upload
from comfy_bridge.models import ComfyServer, Submission, SubmissionStatus
from identity import searching
from identity.models import LikenessSearch
from jobs.models import Job, JobQueue, JobStatus
from people import managing
from people.models import Project, ProjectMembership, User
from qa.inspection import open_report
from qa.models import QACheck, QAThreshold
from studio.lib import pictures
from studio.lib.pictures import Limits
from tests import make, make_masks, make_pictures
from variants import exporting, importing, masking, reviewing, trashing
from variants.decisions import ReviewStep
from variants.exports import VariantExport
from variants.masks import ImageMask
from variants.models import GenerationRequest, ImageVariant, VariantStatus
from variants.vocabulary import (
    AspectRatio,
    EnvironmentPreset,
    QualityMode,
    RejectReason,
    ScenePreset,
    VariantType,
)
from webhooks.models import Delivery, DeliveryStatus, Webhook

OURS = (
    "people",
    "audit",
    "jobs",
    "qa",
    "comfy_bridge",
    "characters",
    "variants",
    "identity",
    "webhooks",
)
TOKENS = ("token_blacklist",)


# One unused word of each kind that admins extend, by the name that addresses use for it.
SPARE = {
    "type": (VariantType, {}),
    "scene": (ScenePreset, {"prompt": "somewhere"}),
    "environment": (EnvironmentPreset, {"prompt": "somehow"}),
    "ratio": (AspectRatio, {"width": 640, "height": 512}),
    "mode": (QualityMode, {"steps": 4, "sampler": "euler"}),
    "reason": (RejectReason, {}),
}


@functools.cache
def edited_portrait() -> bytes:
    """A small picture that no variant has."""
    return make_pictures.good("png")


@functools.cache
def edited_picture() -> pictures.Picture:
    return pictures.vet(edited_portrait(), "edited.png")


@contextmanager
def quick_validator():
    """The portrait is decoded once for all tests; every other upload is vetted as ever."""

    def vet(data, name="", *args, **kwargs):
        if data == edited_portrait():
            return edited_picture()
        known = data == make.portrait() and name.endswith(".png")
        return make.vetted_portrait() if known else pictures.vet(data, name, *args, **kwargs)

    with (
        mock.patch.object(receiving, "vet", vet),
        mock.patch.object(importing, "vet", vet),
    ):
        yield


@dataclass
class Side:
    """A project with everything in it that has an address."""

    project: Project
    ready: Character  # its baseline is approved
    draft: Character  # its source has passed, nothing is decided
    source: SourceImage  # of `ready`
    candidate: ImageVariant  # of another type than the hero
    hero: ImageVariant
    waiting: ImageVariant  # pending, its job is queued
    failed: ImageVariant  # and so is its job
    trashed: ImageVariant  # by the creator, whose last step that was
    old: SourceImage  # an earlier version of the source of `ready`
    request: GenerationRequest
    export: VariantExport  # of the hero, which is out
    folder_import: FolderImport  # one file of it waits
    upload: Upload  # nothing of it is here
    person: User  # somebody to be removed from the project
    mask: ImageMask  # drawn for the candidate
    threshold: QAThreshold  # limits of the project's own
    search: LikenessSearch  # by the creator, about the candidate
    prompt: UUID  # under which ComfyUI knows the hero

    @property
    def waiting_job(self) -> Job:
        return self.waiting.job

    @property
    def failed_job(self) -> Job:
        return self.failed.job

    @property
    def draft_source(self) -> SourceImage:
        return self.draft.current_source

    @property
    def step(self) -> ReviewStep:
        return self.trashed.decisions.latest("pk").step

    @functools.cached_property
    def names(self) -> dict[str, Any]:
        """What an address may name: `{ready}`, `{variant}` …, and the studio's own things."""
        names = ("project", "ready", "draft", "source", "candidate", "hero", "waiting", "failed")
        more = ("trashed", "old", "step", "request", "export", "folder_import", "upload", "person")
        last = ("mask", "waiting_job", "failed_job", "threshold", "search", "draft_source")
        rows = {name: getattr(self, name).pk for name in (*names, *more, *last)}
        return {**rows, "prompt": str(self.prompt), **things_of_the_studio()}


def side(creator: User, project: Project) -> Side:
    """Fill a project through the product's own steps."""
    with quick_validator():
        ready = make.character(creator, project, name="Jane")
        old = make.source(creator, ready)
        ready = make.ready(creator, ready)
        draft = make.character(creator, project, name="Joan")
        make.passed_source(creator, draft)
        candidate, hero, waiting, failed, trashed = make.generated(creator, ready, 5)
    nothing = dict.fromkeys(
        ("file_path", "sha256", "file_size_bytes", "width", "height", "format"), None
    )
    rows = ImageVariant.objects
    rows.filter(pk=candidate.pk).update(variant_type_id="casual")
    rows.filter(pk=waiting.pk).update(status_id=VariantStatus.PENDING, **nothing)
    rows.filter(pk=failed.pk).update(status_id=VariantStatus.FAILED, error_code="x", **nothing)
    Job.objects.filter(pk=failed.job_id).update(
        status_id=JobStatus.FAILED, finished_at=Now(), error_code="x"
    )
    reviewing.approve(creator, hero)
    export = exporting.export(creator, hero)
    trashing.trash(creator, trashed)
    found = [Found("Jim/ref.png", len(make.portrait()))]
    folder_import = folder_importing.begin(creator, project, found, Existing.SKIP, Limits())
    upload = arriving.begin(
        creator, project, Purpose.SOURCE, "a.png", 9, "b" * 64, caps_of(Purpose.SOURCE)
    )
    person = make.member(project, f"paul-{project.pk}", "Reviewer")
    noise = QACheck.objects.get(name="noise")
    threshold = QAThreshold.objects.create(qa_check=noise, project=project, warn_limit=5.0)
    submission = Submission.objects.create(
        prompt_id=uuid4(), server=a_server(), graph_hash="x",
        status_id=SubmissionStatus.ENDED, ended_at=Now(),
    )  # fmt: skip
    rows.filter(pk=hero.pk).update(submission=submission)
    for row in (candidate, hero, waiting, failed, trashed, draft):
        row.refresh_from_db()
    _with_a_face(candidate)
    _with_a_face(draft.current_source)
    return Side(
        project, ready, draft, ready.current_source, candidate, hero, waiting, failed,
        trashed, old, candidate.request, export, folder_import, upload, person,
        _mask(creator, candidate), threshold,
        searching.search_by_image(creator, project, candidate), submission.prompt_id,
    )  # fmt: skip


def _with_a_face(image: SourceImage | ImageVariant) -> None:
    """A report that names one face, so that it can be chosen."""
    if image.qa_report is None:
        image.qa_report = open_report(image.project_id, image.KIND)
        image.save(update_fields=["qa_report"])
    image.qa_report.faces = [{"box": [1, 1, 9, 9], "landmarks": [[2, 2]] * 5, "confidence": 0.99}]
    image.qa_report.save(update_fields=["faces"])


def _mask(creator: User, candidate: ImageVariant) -> ImageMask:
    taken = masking.take(creator, candidate, masking.GivenMask(make_masks.png()))
    masking.store(candidate, taken)
    return masking.keep(creator, candidate, taken)


def a_server() -> ComfyServer:
    """The studio's ComfyUI server, which belongs to no project."""
    return ComfyServer.objects.get(name="gpu-1")


def things_of_the_studio() -> dict[str, int]:
    """What belongs to no project, by the name that addresses use for it."""
    spare = {name: kind.objects.get(name="spare").pk for name, (kind, _) in SPARE.items()}
    delivery = Delivery.objects.earliest("pk")
    return {
        "server": a_server().pk,
        "workflow": make.workflow().pk,
        "webhook": delivery.webhook_id,
        "delivery": delivery.pk,
        **spare,
    }


@dataclass
class World:
    """The cast, and what is whose."""

    admin: User
    creator: User
    reviewer: User
    outsider: User  # a creator too, but of the other project
    idle: User  # a member without a role
    ours: Side
    theirs: Side

    def person(self, role: str) -> User | None:
        return None if role == "anonymous" else getattr(self, role)


def build() -> World:
    admin = make.user("ada", "Admin")
    north, south = managing.create_project(admin, "Northlight"), make.project(admin, "Southlight")
    creator, reviewer = make.member(north, "cleo", "Creator"), make.member(north, "rex", "Reviewer")
    idle = make.member(north, "ivo", "Reviewer")
    idle.groups.clear()
    JobQueue.objects.filter(name="io").update(paused=True)  # so that resuming it changes something
    outsider = make.user("otto", "Creator")
    ProjectMembership.objects.create(project=south, user=outsider)
    webhook = Webhook.objects.create(
        name="Wall", url="https://1.1.1.1/hook", events=["variant.approved"], salt="x"
    )
    Delivery.objects.create(
        webhook=webhook, event="ping", event_id="1", payload={}, status_id=DeliveryStatus.FAILED
    )
    for kind, fields in SPARE.values():
        kind.objects.create(name="spare", **fields)
    # It failed once, so that resuming it changes something.
    ComfyServer.objects.create(name="gpu-1", url="http://127.0.0.1:8188", failures=1)
    return World(
        admin, creator, reviewer, outsider, idle, side(creator, north), side(outsider, south)
    )


class Look(dict[str, list[tuple]]):
    """Rows by table, and how many had been written when they were read."""

    written: int


def everything(*labels: str) -> Look:
    """Every row of ours as it is stored, table by table, to be compared with a later look."""
    found = Look()
    found.written = _written()
    with connection.cursor() as cursor:
        for table, key in _tables(labels or OURS + TOKENS):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
            found[table] = cursor.fetchall()
    return found


def changed(before: Look) -> bool:
    """Whether rows differ from then, in this transaction; reads them only if some were written."""
    return _written() != before.written and everything() != before


def _written() -> int:
    """How many rows this transaction has written, those that were taken back included."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return cursor.connection.total_changes
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return cursor.fetchone()[0]


@functools.cache
def _tables(labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """Tables with the columns of their keys; looked at hundreds of times, so without the ORM."""
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return [(model._meta.db_table, model._meta.pk.column) for model in models]


@contextmanager
def undone():
    """Whatever happens inside is taken back, so that the next look starts from the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
