"""Guards in the database: nothing rated above general of a character under 18 or of unknown age.

SQL written by hand, a restored row and a mistake in our own code meet the same refusal.
"""

from characters.models import OF_AGE, ContentRating
from studio.lib.triggers import GUARDS, Guard

GENERAL = ContentRating.GENERAL.value
OWNER = "FROM characters WHERE id = NEW.character_id"
NOT_OF_AGE = f"COALESCE((SELECT age {OWNER}), 0) < {OF_AGE}"
RATED = f"NEW.content_rating_id <> {GENERAL}"
MOVED = "NEW.content_rating_id <> OLD.content_rating_id OR NEW.character_id <> OLD.character_id"
LOWERED = f"OLD.age >= {OF_AGE} AND (NEW.age IS NULL OR NEW.age < {OF_AGE})"
SENTENCE = "nothing above a general rating of a character under 18 or of unknown age"


def guard_rated(table: str, withheld: str) -> None:
    """Guard a table of images, and the ages of their characters (called when an app is ready).

    `withheld` is SQL that is true of a quarantined row, which it calls `{row}`.
    """
    of_character = f"character_id = NEW.id AND content_rating_id <> {GENERAL}"
    exists = f"SELECT 1 FROM {table} WHERE {of_character} AND NOT ({withheld.format(row=table)})"
    insert, update = f"{table}_rated_insert", f"{table}_rated_update"
    shown = f"NOT ({withheld.format(row='NEW')})"
    GUARDS.extend(
        [
            Guard(table, insert, "INSERT", RATED, NOT_OF_AGE, SENTENCE, OWNER),
            Guard(
                table,
                update,
                "UPDATE",
                RATED,
                f"{NOT_OF_AGE} AND ({shown} OR {MOVED})",
                SENTENCE,
                OWNER,
            ),
            Guard(
                "characters",
                f"characters_age_{table}",
                "UPDATE",
                LOWERED,
                f"EXISTS ({exists})",
                SENTENCE,
            ),
        ]
    )
