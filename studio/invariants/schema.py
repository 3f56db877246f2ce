"""The database itself: every migration, constraint, foreign key and trigger is in place."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from studio.invariants.fault import Fault
from studio.lib import triggers


def check() -> Iterator[Fault]:
    """Faults of the schema; with a migration missing, nothing else can be asked."""
    executor = MigrationExecutor(connection)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Fault("migration_missing", f"{migration} is not applied: run manage.py migrate.")
    yield from _pages()
    yield from _references()
    yield from _constraints()
    for table, name in triggers.missing_triggers():
        yield Fault("trigger_missing", f"{table} has no trigger {name}.", triggers.create_triggers)


def _pages() -> Iterator[Fault]:
    """SQLite can say whether its file is whole; PostgreSQL checks what it reads."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA quick_check(10)")
            said = [row[0] for row in cursor.fetchall()]
        except DatabaseError as error:
            said = [str(error)]
    for line in said:
        if line.startswith(("CHECK constraint failed", "NULL value in")):
            yield Fault("broken_check", f"A row breaks a constraint: {line}.")
        elif line != "ok":
            yield Fault("database_damaged", f"The database file is damaged: {line}.")


def _references() -> Iterator[Fault]:
    try:
        connection.check_constraints()
    except IntegrityError as error:
        yield Fault("broken_reference", f"A row points at nothing: {error}")


def _constraints() -> Iterator[Fault]:
    """Django's own introspection cannot read every table of SQLite, so the catalog is asked."""
    there: set[tuple[str, str]] = set()
    with connection.cursor() as cursor:
        cursor.execute(_ASKED[connection.vendor])
        for table, name, sql in cursor.fetchall():
            there.add((table, name))
            there.update((table, found) for found in _NAMED.findall(sql or ""))
    for model in apps.get_models():
        table = model._meta.db_table
        for item in (*model._meta.constraints, *model._meta.indexes):
            if (table, item.name) not in there:
                yield Fault("constraint_missing", f"{table} has no {item.name}.")


_NAMED = re.compile(r'CONSTRAINT "(\w+)"')
_ASKED = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type IN ('table', 'index')",
    "postgresql": """SELECT conrelid::regclass::text, conname, '' FROM pg_constraint
                     WHERE conrelid <> 0 UNION
                     SELECT tablename, indexname, '' FROM pg_indexes""",
}
