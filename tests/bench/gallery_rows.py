"""A character with very many variants: copies of one row that the product's own steps made."""

from django.db import connection

from characters.models import Character
from people.models import ADMIN, CREATOR, User
from tests import make
from variants.models import ImageVariant
from variants.vocabulary import VariantStatus

# Of twelve variants so many are candidates, rejected, failed: a gallery after some weeks of work.
STATUSES = (
    *[VariantStatus.GENERATED] * 6,
    *[VariantStatus.REJECTED] * 5,
    VariantStatus.FAILED,
)
_COPIES = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
INSERT INTO image_variants ({columns})
SELECT {values} FROM image_variants, numbers WHERE id = %s
"""


def people_and_character() -> tuple[User, Character]:
    """A creator, and an approved character of a project of theirs."""
    admin = make.user("bench-admin", ADMIN)
    project = make.project(admin, "Bench")
    creator = make.member(project, "bench-creator", CREATOR)
    return creator, make.ready(creator, make.character(creator, project))


def grow(creator: User, character: Character, count: int) -> None:
    """Let the character have `count` variants in all."""
    have = character.variants.count()
    if not have:
        make.generated(creator, character, 1)
        have = 1
    pattern = character.variants.order_by("pk")[0]
    columns = [field.column for field in ImageVariant._meta.concrete_fields if field.column != "id"]
    cases = " ".join(f"WHEN {index} THEN {int(s)}" for index, s in enumerate(STATUSES))
    values = [
        f"CASE n %% {len(STATUSES)} {cases} END" if column == "status_id" else column
        for column in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _COPIES.format(columns=", ".join(columns), values=", ".join(values)),
            [count - have, pattern.pk],
        )
        cursor.execute("ANALYZE")
