"""Checking a variant: pixels, faces, and the likeness to the source it was made from."""

from jobs.asking import Ask, ask
from jobs.claiming import Lease
from people.models import User
from qa import inspection
from qa.faces import read_faces
from studio.lib.fault_points import fault_point
from studio.lib.files import read
from variants.models import ImageVariant


def ask_for_checks(actor: User | None, variant: ImageVariant) -> None:
    """Ask for the QA and the embedding job of a variant (inside the caller's transaction)."""
    name = f"{variant.character.name} · {variant.variant_type_id} {variant.pk}"
    asks = [
        Ask(
            kind=kind,
            title=f"{word} · {name}",
            args={"variant_id": variant.pk, "report_id": variant.qa_report_id},
            url=variant.get_absolute_url(),
            groups=[f"character-{variant.character_id}"],
        )
        for kind, word in (("variant.qa", "QA"), ("variant.embed", "Face"))
    ]
    ask(variant.project_id, actor, asks)


def check_pixels(lease: Lease) -> None:
    """Measure the display file and record the checks."""
    variant = _variant(lease)
    measurements = inspection.measure(read(variant.rendition_path("display")))
    fault_point("checking.measured")
    with lease.finish():
        inspection.record_measures(lease.job.args["report_id"], measurements)


def check_faces(lease: Lease) -> None:
    """Find the faces, embed the one that counts, and measure its likeness to the source's."""
    variant = _variant(lease)
    reading = read_faces(read(variant.rendition_path("display")), inspection.active_model().name)
    report_id = lease.job.args["report_id"]
    fault_point("checking.read")
    with lease.finish():
        source = variant.source_image  # read here: its own embedding may have come meanwhile
        reference = source.embedding if source else None
        embedding, likeness = inspection.record_faces(report_id, reading, reference)
        ImageVariant.objects.filter(pk=variant.pk, qa_report_id=report_id).update(
            embedding=embedding, likeness=likeness
        )


def _variant(lease: Lease) -> ImageVariant:
    return ImageVariant.objects.get(pk=lease.job.args["variant_id"])
