"""What a person is shown of a search: rows as they are now, for who looks now."""

from dataclasses import dataclass

from characters.models import Character, SourceImage
from identity.models import LikenessSearch
from jobs.models import JobStatus
from people.models import User
from qa.similarity import band
from variants.viewing import VariantViewing


@dataclass(frozen=True)
class Hit:
    """A character whose source looks like the one that was asked for; `withheld` says why its
    image is not shown."""

    source: SourceImage
    likeness: float
    band: str
    withheld: str

    @property
    def character(self) -> Character:
        return self.source.character


def hits_of(search: LikenessSearch, user: User) -> list[Hit]:
    """What was near, best first, as far as the person may see it today."""
    if search.model is None:
        return []
    rows = SourceImage.objects.visible_to(user).findable()
    there = rows.select_related("character__project").in_bulk([pk for pk, _ in search.hits])
    viewing = VariantViewing(user)
    return [
        Hit(
            there[pk],
            likeness,
            band(likeness, search.model.thresholds),
            viewing.source(there[pk]).sentence,
        )
        for pk, likeness in search.hits
        if pk in there
    ]


def state_of(search: LikenessSearch) -> JobStatus:
    """How far it is."""
    if search.finished_at:
        return JobStatus.SUCCEEDED
    return search.job.state if search.job else JobStatus.FAILED
