"""Choosing the face that counts, where a source image shows several."""

from django.db import transaction

from audit.recording import record
from characters import publishing
from characters.closing import refuse_locked
from characters.errors import NotChecked
from characters.models import Character, SourceImage
from characters.receiving import ask_for_faces
from characters.viewing import Viewing, require_shown
from jobs.models import Job
from people.access import require
from people.models import User
from qa.choosing import choose_face


def choose(actor: User, source: SourceImage, number: int) -> Job:
    """Let the face of this number count (0 is the largest); it is embedded anew, by a job.

    The choice holds for every later check of this image. Raises AppearanceLocked while the
    baseline is approved, NoSuchFace, NotChecked.
    """
    require(actor, "source.choose_face", source)
    require_shown(Viewing(actor).source(source))
    with transaction.atomic():
        refuse_locked(Character.objects.select_for_update().get(pk=source.character_id))
        rows = SourceImage.objects.select_for_update(of=("self",)).select_related("character")
        source = rows.get(pk=source.pk)
        if source.qa_report_id is None:
            raise NotChecked("Its faces were never looked for: check it again first.")
        at = choose_face(source.qa_report_id, number)
        source.refresh_from_db(fields=["embedding"])
        job = ask_for_faces(actor, source)
        record(actor, "source.choose_face", source, after={"face": number, "at": list(at)})
        publishing.source_changed(source.character, "source.checking")
    return job
