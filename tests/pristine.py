"""The test database as it was right after `migrate`, put back after each test that commits.

Django empties every table after such a test and then saves each seeded row again, one commit a
row; here SQLite's pages are copied back, and PostgreSQL gets its rows in one transaction.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

PATIENCE = 200  # tries, a quarter of a second apart, for a database that somebody still reads
NUMBERS = """SELECT format('SELECT setval(%L, %s, %L);',
    quote_ident(sequencename), coalesce(last_value, 1), last_value IS NOT NULL) FROM pg_sequences"""
GUARDED = """SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    WHERE NOT tgisinternal AND tgtype & (4 | 8) <> 0"""  # at INSERT or DELETE


def remember() -> Callable[[], None]:
    """Keep all that the database holds now; what is given back puts it there again."""
    if connection.vendor == "postgresql":
        return _remember_rows()
    return _remember_pages()


def _remember_pages() -> Callable[[], None]:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(kept)

    def put_back() -> None:
        tries = iter(range(PATIENCE))

        def still_patient(*_: int) -> None:
            assert next(tries, None) is not None, "a test left a connection that reads"

        connection.ensure_connection()
        kept.backup(connection.connection, progress=still_patient)

    return put_back


def _remember_rows() -> Callable[[], None]:
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        kept = {name: rows for name in names if (rows := _rows(cursor, name))}
        cursor.execute(GUARDED)
        guarded = [name for (name,) in cursor.fetchall()]
        cursor.execute(NUMBERS)
        numbers = "".join(setting for (setting,) in cursor.fetchall())
    emptied = "".join(
        [
            *(f'ALTER TABLE "{name}" DISABLE TRIGGER USER;' for name in guarded),
            *(f'DELETE FROM "{name}";' for name in names),
        ]
    )
    # Their constraints are deferred, and a table with checks to come cannot be altered.
    guard = "SET CONSTRAINTS ALL IMMEDIATE;" + "".join(
        f'ALTER TABLE "{name}" ENABLE TRIGGER USER;' for name in guarded
    )

    def put_back() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(emptied)
            for name, rows in kept.items():
                with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                    copy.write(rows)
            cursor.execute(guard + numbers)

    return put_back


def _rows(cursor: Any, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(copy)
