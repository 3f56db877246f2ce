"""What a form has ticked, as it was shown: `id`, `id:revision` or `id:revision:hero`.

The hero is the id of the one that the page showed for its type, or `none`.
"""

from dataclasses import dataclass, field

from people.views import Request
from studio.lib.addresses import whole
from variants.errors import BadBatch


@dataclass
class Picks:
    """The ids in their order, and what was shown of each, where the form says it."""

    ids: list[int] = field(default_factory=list)
    revisions: dict[int, int] = field(default_factory=dict)
    heroes: dict[int, int | None] = field(default_factory=dict)


def picks_of(request: Request, name: str = "pick") -> Picks:
    """What the form says under a name, perhaps nothing. Raises BadBatch for what is no pick."""
    picks = Picks()
    for text in request.POST.getlist(name):
        said, *more = text.split(":", 2)
        revision, hero = (whole(part) for part in (*more, "", "")[:2])
        pk = whole(said)
        if pk is None or (more and revision is None):
            raise BadBatch("Name what is ticked as id or id:revision.", field="ids")
        picks.ids.append(pk)
        if revision is not None:
            picks.revisions[pk] = revision
        if hero is not None or more[1:] == ["none"]:
            picks.heroes[pk] = hero
    return picks
