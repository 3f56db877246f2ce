"""Choosing the face that counts, where a variant shows several."""

from django.db import transaction

from audit.recording import record
from characters.errors import NotChecked
from characters.viewing import require_shown
from jobs.models import Job
from people.access import require
from people.models import User
from qa.choosing import choose_face
from variants import checking, publishing
from variants.deciding import check_revision, lock
from variants.models import ImageVariant
from variants.viewing import VariantViewing


def choose(actor: User, variant: ImageVariant, number: int, *, revision: int | None = None) -> Job:
    """Let the face of this number count (0 is the largest); a job measures its likeness anew.

    The choice holds for every later check of this image. Raises NoSuchFace, NotChecked,
    VariantGone and StaleRevision.
    """
    require(actor, "variant.choose_face", variant)
    require_shown(VariantViewing(actor).variant(variant))
    with transaction.atomic():
        variant = lock(variant)
        check_revision(variant, revision)
        if variant.qa_report_id is None:
            raise NotChecked("Its faces were never looked for: check it again first.")
        at = choose_face(variant.qa_report_id, number)
        ImageVariant.objects.filter(pk=variant.pk).update(embedding=None, likeness=None)
        job = checking.ask_for_faces(actor, variant)
        record(actor, "variant.choose_face", variant, after={"face": number, "at": list(at)})
        publishing.variant_changed(variant)
    return job
