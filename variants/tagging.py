"""Tagging: words that people put on variants to find them again."""

from collections.abc import Iterable

from people.access import require
from people.models import User
from variants.deciding import Step, check_revision, lock, one_step, refuse_withheld, write
from variants.errors import BadTag
from variants.models import ImageVariant
from variants.vocabulary import Verb

MAX_TAGS = 30
MAX_LENGTH = 60


def tag(
    actor: User,
    variant: ImageVariant,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    *,
    revision: int | None = None,
    within: Step | None = None,
) -> ImageVariant:
    """Add and take away tags; what is as it should be already changes nothing.

    Raises BadTag (400) for none, an empty, too long or unprintable one, or more than `MAX_TAGS`.
    """
    require(actor, "variant.review", variant)
    new, old = set(map(clean, add)), set(map(clean, remove))
    if not new | old:
        raise BadTag("Name at least one tag.", field="tags")
    with one_step(actor, Verb.TAG, within) as step:
        variant = lock(variant)
        check_revision(variant, revision)
        refuse_withheld(variant)
        before = set(variant.tag_names)
        after = (before | new) - old
        if after == before:
            return variant
        if len(after) > MAX_TAGS:
            raise BadTag(f"At most {MAX_TAGS} tags.", field="tags", limit=MAX_TAGS)
        write(step, variant, Verb.TAG, {"tags": sorted(after)})
    return variant


def clean(text: str) -> str:
    """A tag with single spaces. Raises BadTag."""
    word = " ".join(text.split())
    if not word or len(word) > MAX_LENGTH or not word.isprintable():
        raise BadTag(
            f"A tag is 1 to {MAX_LENGTH} printable characters.", field="tags", limit=MAX_LENGTH
        )
    return word


def split(text: str) -> list[str]:
    """The tags of a line of text, between commas."""
    return [word.strip() for word in text.split(",") if word.strip()]
