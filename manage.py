#!/usr/bin/env python
"""Django's command line for Likeness Studio."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def is_behind() -> bool:
    """Whether the database lacks tables that this version of the product has."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError:
        if "--traceback" in sys.argv or not is_behind():
            raise
        sys.exit(
            "The database is not of this version yet. Run: manage.py migrate (script/start does it "
            "by itself; script/demo has a database of its own)."
        )
