"""The words that admins extend: types, presets, ratios, modes and reasons are added and changed.

Each change is recorded. A word that something is named by stays; a type is put away instead.
"""

from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now

from audit.recording import record
from people.access import require
from people.models import User
from studio.lib.errors import Conflict
from studio.lib.tables import Lookup
from variants.vocabulary import VariantType

L = TypeVar("L", bound=Lookup)


class WordTaken(Conflict):
    code = "name_taken"


class WordInUse(Conflict):
    """Something is named by it, so that its name or its row has to stay."""

    code = "in_use"


def add(actor: User, kind: type[L], **fields: Any) -> L:
    """A new word. Raises WordTaken."""
    require(actor, "lookup.edit")
    row = kind(**fields)
    _save(actor, row, f"{_noun(kind)}.create", {}, fields)
    return row


def change(actor: User, row: L, **fields: Any) -> L:
    """Change what a word says. Raises WordTaken, and WordInUse for the name of a used type."""
    require(actor, "lookup.edit")
    changed = {name: value for name, value in fields.items() if getattr(row, name) != value}
    if not changed:
        return row
    if "name" in changed and isinstance(row, VariantType) and is_used(row):
        raise WordInUse("Variants are of this type, so its name stays.", field="name")
    before = {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    _save(actor, row, f"{_noun(type(row))}.edit", before, changed)
    return row


def remove(actor: User, row: Lookup) -> None:
    """Take a word away: a type is put away, anything else goes when nothing is named by it."""
    require(actor, "lookup.edit")
    noun = _noun(type(row))
    with transaction.atomic():
        if isinstance(row, VariantType):
            kept = VariantType.objects.filter(pk=row.pk, archived_at__isnull=True)
            if kept.update(archived_at=Now()):
                record(actor, f"{noun}.archive", row)
            return
        if is_used(row):
            raise WordInUse(f"Something is named by {row.name}, so it stays.")
        record(actor, f"{noun}.delete", row, before={"name": row.name})
        row.delete()


def restore(actor: User, row: VariantType) -> None:
    """Take a type out again."""
    require(actor, "lookup.edit")
    with transaction.atomic():
        away = VariantType.objects.filter(pk=row.pk, archived_at__isnull=False)
        if away.update(archived_at=None):
            record(actor, f"{_noun(VariantType)}.unarchive", row)


def _save(
    actor: User, row: Lookup, verb: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    try:
        with transaction.atomic():
            row.save()
            record(actor, verb, row, before=_plain(before), after=_plain(after))
    except IntegrityError as error:
        raise WordTaken(f"There is {row.name!r} already. Choose another name.", field="name") from (
            error
        )
    row.refresh_from_db()


def is_used(row: Lookup) -> bool:
    """Whether something is named by it."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: row}).exists()
        for relation in row._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ForeignObjectRel) and not relation.many_to_many
    )


def _noun(kind: type[Lookup]) -> str:
    return str(kind._meta.verbose_name).replace(" ", "_")


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.name if isinstance(value, Lookup) else value for name, value in fields.items()
    }
