"""Database triggers, (re)created after every migrate on both engines.

`updated_at` is kept true even for SQL written by hand; append-only tables refuse UPDATE and
DELETE; frozen rows refuse changes once a condition holds; guards refuse rows that must not be.
SQLite drops a table's triggers whenever a migration rebuilds it, so migrations do not own them.
"""

import re
from dataclasses import dataclass

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY: set[str] = set()


@dataclass(frozen=True)
class Frozen:
    """Rows of `table` whose `condition` (SQL over OLD) holds refuse a change of `columns`."""

    table: str
    columns: tuple[str, ...]
    condition: str
    sentence: str


FROZEN: list[Frozen] = []


@dataclass(frozen=True)
class Guard:
    """An `event` (INSERT, UPDATE) that would leave a row of `table` as it must not be is refused.

    `when` is SQL over NEW and OLD alone and asked first; `condition` may ask other tables. On
    PostgreSQL the rows of `held` (FROM … WHERE …) stay as they are until the transaction ends.
    """

    table: str
    name: str
    event: str
    when: str
    condition: str
    sentence: str
    held: str = ""


GUARDS: list[Guard] = []


def stamped_tables() -> list[str]:
    """Names of all tables of ours that have an `updated_at` column."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(field.column == "updated_at" for field in model._meta.local_concrete_fields)
    )


def create_triggers(using: str = "default") -> None:
    """(Re)create every trigger; safe to run at any time."""
    connection = connections[using]
    functions = _POSTGRES_FUNCTIONS if connection.vendor == "postgresql" else []
    _execute(connection, [*functions, *_statements(connection)])


def missing_triggers(using: str = "default") -> list[tuple[str, str]]:
    """Table and name of every trigger that should be there and is not, or is switched off."""
    connection = connections[using]
    made = (_CREATED.search(statement) for statement in _statements(connection))
    wanted = {(found["table"], found["name"]) for found in made if found}
    with connection.cursor() as cursor:
        cursor.execute(_ASKED[connection.vendor])
        there = set(cursor.fetchall())
    return sorted(wanted - there)


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    tables = set(connection.introspection.table_names())
    vendor = connection.vendor
    statements: list[str] = []
    for table in stamped_tables():
        if table in tables and table not in APPEND_ONLY:
            statements += _stamp(vendor, table)
    for table in sorted(APPEND_ONLY & tables):
        statements += _append_only(vendor, table)
    for frozen in FROZEN:
        if frozen.table in tables:
            statements += _freeze(vendor, frozen)
    for guard in GUARDS:
        if guard.table in tables:
            statements += _guard(vendor, guard)
    return statements


def drop_guards(using: str = "default") -> None:
    """Lift the guards before migrations on SQLite; they come back with the others afterwards.

    A guard names other tables, and SQLite renames no table while a trigger names one that is not
    there, as is the case in the middle of a rebuild.
    """
    connection = connections[using]
    if connection.vendor == "sqlite":
        _execute(connection, [f"DROP TRIGGER IF EXISTS {guard.name}" for guard in GUARDS])


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


_CREATED = re.compile(r"CREATE TRIGGER (?P<name>\w+) .*?\bON (?P<table>\w+)", re.DOTALL)
_ASKED = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT tgrelid::regclass::text, tgname FROM pg_trigger
                     WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')""",
}
_POSTGRES_FUNCTIONS = [
    """CREATE OR REPLACE FUNCTION trigger_set_updated_at() RETURNS trigger AS $$
       BEGIN NEW.updated_at = clock_timestamp(); RETURN NEW; END $$ LANGUAGE plpgsql""",
    """CREATE OR REPLACE FUNCTION trigger_refuse() RETURNS trigger AS $$
       BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
       END $$ LANGUAGE plpgsql""",
]


def _stamp(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS set_updated_at ON {table}",
            f"""CREATE TRIGGER set_updated_at BEFORE UPDATE ON {table}
                FOR EACH ROW EXECUTE FUNCTION trigger_set_updated_at()""",
        ]
    return [
        f"DROP TRIGGER IF EXISTS {table}_set_updated_at",
        f"""CREATE TRIGGER {table}_set_updated_at AFTER UPDATE ON {table} FOR EACH ROW
            WHEN NEW.updated_at IS OLD.updated_at BEGIN
            UPDATE {table} SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')
            WHERE rowid = NEW.rowid; END""",
    ]


def _refuse(vendor: str, table: str, name: str, event: str, condition: str, why: str) -> list[str]:
    if vendor == "postgresql":
        when = f"WHEN ({condition})" if condition else ""
        return [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"""CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when}
                EXECUTE FUNCTION trigger_refuse('{why}')""",
        ]
    when = f"WHEN {condition}" if condition else ""
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"""CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW {when}
            BEGIN SELECT RAISE(ABORT, '{why}'); END""",
    ]


def _append_only(vendor: str, table: str) -> list[str]:
    why = f"{table} is append-only"
    statements = _refuse(vendor, table, f"{table}_no_update", "UPDATE", "", why)
    statements += _refuse(vendor, table, f"{table}_no_delete", "DELETE", "", why)
    if vendor == "postgresql":  # TRUNCATE asks no trigger of the rows
        name = f"{table}_no_truncate"
        statements += [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"""CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT
                EXECUTE FUNCTION trigger_refuse('{why}')""",
        ]
    return statements


def _freeze(vendor: str, frozen: Frozen) -> list[str]:
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    cast = "::text" if vendor == "postgresql" else ""
    changed = " OR ".join(
        f"NEW.{column}{cast} {differs} OLD.{column}{cast}" for column in frozen.columns
    )
    condition = f"({frozen.condition}) AND ({changed})"
    name = f"{frozen.table}_frozen"
    return _refuse(vendor, frozen.table, name, "UPDATE", condition, frozen.sentence)


def _guard(vendor: str, guard: Guard) -> list[str]:
    if vendor != "postgresql":
        condition = f"({guard.when}) AND ({guard.condition})"
        return _refuse(vendor, guard.table, guard.name, guard.event, condition, guard.sentence)
    held = f"PERFORM 1 {guard.held} FOR SHARE;" if guard.held else ""
    return [
        f"""CREATE OR REPLACE FUNCTION trigger_{guard.name}() RETURNS trigger AS $$
            BEGIN {held} IF {guard.condition} THEN RAISE EXCEPTION '{guard.sentence}'
            USING ERRCODE = 'integrity_constraint_violation'; END IF;
            RETURN NEW; END $$ LANGUAGE plpgsql""",
        f"DROP TRIGGER IF EXISTS {guard.name} ON {guard.table}",
        f"""CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table}
            FOR EACH ROW WHEN ({guard.when}) EXECUTE FUNCTION trigger_{guard.name}()""",
    ]
