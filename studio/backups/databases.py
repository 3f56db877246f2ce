"""A whole database into one file and back, by each engine's own means.

They keep sequences, triggers and constraints to the letter, and an old backup is brought up to
date by `migrate`; rows written out by us would need the very same version to come back.
"""

import os
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection

from studio.backups.errors import BackupBroken, BackupRefused

SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".pgdump"}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def dump(file: Path) -> None:
    """Write one consistent moment of the database to a new file, while others go on working."""
    if connection.vendor == "postgresql":
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        _check(target, file)


def load(file: Path) -> None:
    """Replace the whole database by what `dump` wrote. Nobody else may use it meanwhile."""
    if connection.vendor == "postgresql":
        _run("pg_restore", "--list", str(file))
        _drop_tables()
        connection.close()
        _run(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            "--no-privileges",
            f"--dbname={connection.settings_dict['NAME']}",
            str(file),
        )
        return
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
        _check(source, file)
        connection.ensure_connection()
        source.backup(connection.connection)
    connection.close()


def others() -> int:
    """How many other connections use a PostgreSQL database; SQLite cannot say, so 0."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _check(database: sqlite3.Connection, file: Path) -> None:
    database.create_function("REGEXP", 2, _matches)  # the check asks our constraints too
    try:
        said = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BackupBroken(f"The database in {file.name} is damaged: {said}.")


def _matches(pattern: str, text: str | None) -> bool | None:
    """What Django calls REGEXP in SQLite; a connection of our own does not know it."""
    return None if text is None else bool(re.search(pattern, text))


def _drop_tables() -> None:
    """What the dump does not know would stay, and what it knows might hang on it."""
    quoted = [connection.ops.quote_name(name) for name in connection.introspection.table_names()]
    if quoted:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(quoted)} CASCADE")


def _run(program: str, *arguments: str) -> None:
    try:
        subprocess.run(
            [program, *arguments], env=_environment(), check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BackupRefused(
            f"{program} is not installed here. Install PostgreSQL's client programs (on Debian: "
            "apt-get install postgresql-client), of the server's version or newer."
        ) from error
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split())[-500:]
        raise BackupRefused(f"{program} ended with an error: {said}") from error


def _environment() -> dict[str, str]:
    """How PostgreSQL's programs find the database; a password is on no command line."""
    settings = connection.settings_dict
    said = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
        "PGSSLMODE": settings["OPTIONS"].get("sslmode", ""),
    }
    return {**os.environ, **{name: str(value) for name, value in said.items() if value}}
