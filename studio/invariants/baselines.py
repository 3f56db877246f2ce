"""Characters, their source versions and their baseline."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Subquery

from audit.models import AuditEvent
from characters.models import BaselineDecision, BaselineStatus, Character, SourceImage
from characters.receiving import ask_for_checks
from jobs.models import OPEN
from studio.invariants.fault import Fault


def check() -> Iterator[Fault]:
    """Faults of characters and their sources."""
    without = Character.objects.filter(
        baseline_status_id=BaselineStatus.APPROVED, current_source=None
    )
    for row in without:
        yield Fault("approved_without_source", f"Character {row.pk} is approved without a source.")
    having = Character.objects.exclude(current_source=None)
    for row in having.exclude(current_source__character=F("pk")):
        yield Fault("foreign_source", f"Character {row.pk} has another character's source.")
    newest = having.annotate(newest=Max("sources__version"))
    for row in newest.exclude(current_source__version=F("newest")):
        yield Fault("old_source", f"Character {row.pk}: its current source is not the newest.")
    counted = SourceImage.objects.order_by().values("character")
    counted = counted.annotate(n=Count("pk"), last=Max("version"))
    events = AuditEvent.objects.filter(verb="source.purge").values_list("before__character")
    purged = Counter(int(character_id) for (character_id,) in events.iterator())
    for gap in counted.exclude(last=F("n")):
        if gap["last"] - gap["n"] > purged[gap["character"]]:
            yield Fault(
                "source_versions", f"Character {gap['character']}: its source versions have a gap."
            )
    for row in having.filter(current_source__deleted_at__isnull=False):
        yield Fault("trashed_source", f"Character {row.pk}: its current source is in the trash.")
    yield from _decisions()
    yield from _unchecked()


def _decisions() -> Iterator[Fault]:
    """The last decision says how the baseline stands."""
    last = BaselineDecision.objects.filter(character=OuterRef("pk")).order_by("-pk")
    decided = Character.objects.annotate(decided=Subquery(last.values("to_status_id")[:1]))
    for row in decided.exclude(decided=None).exclude(decided=F("baseline_status_id")):
        yield Fault(
            "baseline_without_decision",
            f"Character {row.pk} is {row.baseline.label}, and its last decision says otherwise.",
        )


def _unchecked() -> Iterator[Fault]:
    """A report that is neither finished nor failed has a job that fills it."""
    waiting = SourceImage.objects.filter(
        qa_report__isnull=False, qa_report__finished_at=None, qa_report__error_code=""
    )
    idle = waiting.exclude(qa_job__status_id__in=OPEN).exclude(embedding_job__status_id__in=OPEN)
    for source in idle.select_related("character"):
        yield Fault(
            "report_without_work",
            f"The checks of source image {source.pk} are not finished and no job makes them.",
            partial(_ask_again, source),
        )


def _ask_again(source: SourceImage) -> None:
    with transaction.atomic():
        ask_for_checks(None, source)
