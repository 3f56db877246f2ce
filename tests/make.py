"""Making people, projects, characters and variants, through the product's own steps."""

import functools
from pathlib import Path

from django.contrib.auth.models import Group
from django.utils import timezone

from characters import approving, describing, receiving
from characters.models import Character
from comfy_bridge.models import Workflow
from jobs.actors import TIMING
from jobs.claiming import claim
from jobs.handling import run
from jobs.models import QUEUES
from people import managing
from people.models import Project, ProjectMembership, User
from studio.lib.files import put_all
from studio.lib.pictures import Limits, Picture, vet
from variants import ordering
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus
from variants.wishes import Wish

PORTRAIT = Path(__file__).parent / "data" / "astronaut.png"
PASSWORD = "correct horse battery"


def user(name: str, *roles: str) -> User:
    person = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
    person.groups.set(Group.objects.filter(name__in=roles))
    return person


def project(admin: User, name: str = "Northlight") -> Project:
    return managing.create_project(admin, name)


def member(where: Project, name: str, role: str) -> User:
    person = user(name, role)
    ProjectMembership.objects.create(project=where, user=person)
    return person


def character(creator: User, where: Project, **fields) -> Character:
    fields = {"name": "Jane", "depicts": "fictional", **fields}
    return describing.create_character(creator, where, **fields)


def portrait() -> bytes:
    return PORTRAIT.read_bytes()


@functools.cache
def vetted_portrait() -> Picture:
    """The portrait as the validator passes it: decoded once for all tests."""
    return vet(portrait(), "portrait.png")


def source(actor: User, owner: Character, data: bytes | None = None, name: str = "portrait.png"):
    """The source image, received; given bytes are vetted as ever, also those of the portrait."""
    if data is None:
        return receiving.take(actor, owner, vetted_portrait()).source
    return receiving.receive_source(actor, owner, data, name, Limits()).source


def run_jobs(*queues: str) -> int:
    """Claim and run what is due, as a worker would, until nothing is left."""
    count = 0
    while any(_run_one(queue) for queue in queues or QUEUES):
        count += 1
    return count


def _run_one(queue: str) -> bool:
    lease = claim(queue, "test", TIMING)
    if lease is None:
        return False
    run(lease)
    return True


def checked_source(actor: User, owner: Character):
    """A current source whose real QA and face reading have finished."""
    made = source(actor, owner)
    run_jobs("cpu", "gpu")
    made.refresh_from_db()
    owner.refresh_from_db()
    return made


def approved(actor: User, owner: Character) -> Character:
    checked_source(actor, owner)
    return approving.approve_baseline(actor, owner)


def workflow(name: str = "modelfree_img2img") -> Workflow:
    return Workflow.objects.get(name=name)


def wish(count: int = 2, **fields) -> Wish:
    fields = {"variant_type": "clothed", "workflow_id": workflow().pk, **fields}
    return Wish(count=count, **fields)


def passed_source(actor: User, owner: Character, verdict: int = 1, data: bytes | None = None):
    """A source whose report is finished by hand: quick, for tests that are not about QA."""
    made = source(actor, owner, data, "" if data else "portrait.png")
    report = made.qa_report
    report.measured_at = report.faces_read_at = report.finished_at = timezone.now()
    report.verdict_id = verdict
    report.save()
    owner.refresh_from_db()
    return made


def ready(actor: User, owner: Character, data: bytes | None = None) -> Character:
    """A character whose candidates can be asked for."""
    passed_source(actor, owner, data=data)
    return approving.approve_baseline(actor, owner)


def generated(actor: User, owner: Character, count: int = 2) -> list[ImageVariant]:
    """Variants with a stored image, without a ComfyUI (the portrait itself)."""
    ordered = ordering.order(actor, owner, wish(count))
    picture = vetted_portrait()
    columns = receiving.file_columns("variant", owner.pk, picture)
    put_all(receiving.files_of("variant", owner.pk, picture))
    for variant in ordered.variants:
        ImageVariant.objects.filter(pk=variant.pk).update(
            status_id=VariantStatus.GENERATED, **columns
        )
        variant.refresh_from_db()
    return ordered.variants
