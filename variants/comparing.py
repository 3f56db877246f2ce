"""Comparing a reproduction with its original, pixel by pixel and as people see it."""

from django.db.models.functions import Now

from jobs.asking import Ask, ask
from jobs.claiming import Lease
from people.models import User
from qa import distances, pixels
from studio.lib.files import read
from variants.exports import Reproduction
from variants.models import ImageVariant


def ask_for_comparison(actor: User | None, variant: ImageVariant) -> None:
    """Ask for it where the variant is a reproduction (inside the caller's transaction)."""
    row = Reproduction.objects.filter(variant=variant).first()
    if row is None:
        return
    comparison = Ask(
        kind="variant.compare",
        title=f"Compare · candidate {row.original_id} and {variant.pk}",
        args={"variant_id": variant.pk},
        url=variant.get_absolute_url(),
        groups=[f"character-{variant.character_id}"],
    )
    ask(variant.project_id, actor, [comparison])


def compare(lease: Lease) -> None:
    """Measure the distances of the two display files and record them."""
    row = Reproduction.objects.select_related("variant", "original").get(
        variant_id=lease.job.args["variant_id"]
    )
    a, b = (
        pixels.decode(read(one.rendition_path("display"))) for one in (row.variant, row.original)
    )
    apart = distances.pixel_distance(a, b)
    bits, likeness = distances.phash_distance(a, b), distances.ssim(a, b)
    with lease.finish():
        Reproduction.objects.filter(pk=row.pk).update(
            pixel_mean=apart.mean if apart else None,
            pixel_max=apart.largest if apart else None,
            pixel_share=apart.share if apart else None,
            phash_distance=bits,
            ssim=likeness,
            compared_at=Now(),
        )
