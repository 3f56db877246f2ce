"""Checking a variant: pixels, faces, and the likeness to the source it was made from."""

from django.db.models import QuerySet

from characters.models import SourceImage
from jobs.asking import Ask, ask
from jobs.claiming import Lease
from jobs.models import Job
from people.models import User
from qa import inspection, measuring
from qa.choosing import face_at
from qa.faces import read_faces
from qa.models import QAReport
from studio.lib.fault_points import fault_point
from studio.lib.files import read
from variants.errors import VariantGone
from variants.models import ImageVariant


def ask_for_checks(
    actor: User | None, variant: ImageVariant, *, against: SourceImage | None = None
) -> None:
    """Ask for the QA and the embedding job of a variant (inside the caller's transaction).

    `against` is the source to measure the likeness to, when it is not the one it was made from.
    """
    checks = (("variant.qa", "QA"), ("variant.embed", "Face"))
    ask(
        variant.project_id,
        actor,
        [_check_of(variant, kind, word, against) for kind, word in checks],
    )


def ask_for_faces(actor: User, variant: ImageVariant) -> Job:
    """Ask for the embedding job alone (inside the caller's transaction)."""
    (job,) = ask(variant.project_id, actor, [_check_of(variant, "variant.embed", "Face", None)])
    return job


def _check_of(variant: ImageVariant, kind: str, word: str, against: SourceImage | None) -> Ask:
    args = {"variant_id": variant.pk, "report_id": variant.qa_report_id}
    if against is not None:
        args["source_id"] = against.pk
    return Ask(
        kind=kind,
        title=f"{word} · {variant.character.name} · {variant.variant_type_id} {variant.pk}",
        args=args,
        url=variant.get_absolute_url(),
        groups=[f"character-{variant.character_id}"],
    )


def check_pixels(lease: Lease) -> None:
    """Measure the display file and record the checks."""
    variant = _variant(lease)
    inspected = measuring.measure(read(variant.rendition_path("display")))
    fault_point("checking.measured")
    with lease.finish():
        inspection.record_measures(lease.job.args["report_id"], inspected, _others(variant))


def check_faces(lease: Lease) -> None:
    """Find the faces, embed the one that counts, and measure its likeness to the source's."""
    variant = _variant(lease)
    report_id = lease.job.args["report_id"]
    image, model = read(variant.rendition_path("display")), inspection.active_model()
    reading = read_faces(image, model.name, face_at(report_id))
    eyes = measuring.measure_eyes(image, reading)
    fault_point("checking.read")
    with lease.finish(note=reading.note):
        inspection.require_active(reading)
        source = _reference(lease, variant)  # read here: its embedding may have come meanwhile
        face = source.embedding if source else None
        # While the studio moves to another model the source has a face by each of both.
        reference = inspection.face_by(inspection.active_model().pk, face) or face
        embedding, likeness = inspection.record_faces(report_id, reading, reference, eyes)
        ImageVariant.objects.filter(pk=variant.pk, qa_report_id=report_id).update(
            embedding=embedding, likeness=likeness
        )


def _others(variant: ImageVariant) -> QuerySet[QAReport]:
    """The reports of the character's other images; an edit may resemble its own family."""
    family = variant.root_id or variant.pk
    others = ImageVariant.objects.present().filter(character_id=variant.character_id)
    others = others.exclude(pk=family).exclude(root_id=family)
    return QAReport.objects.filter(pk__in=others.values("qa_report"))


def _reference(lease: Lease, variant: ImageVariant) -> SourceImage | None:
    named = lease.job.args.get("source_id")
    return SourceImage.objects.filter(pk=named).first() if named else variant.source_image


def _variant(lease: Lease) -> ImageVariant:
    variant = ImageVariant.objects.filter(pk=lease.job.args["variant_id"]).first()
    if variant is None:
        raise VariantGone("The variant was deleted for good meanwhile.")
    return variant
