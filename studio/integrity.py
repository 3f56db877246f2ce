"""Every invariant of the rows and their files, asked one by one; reads only.

What each is, and what mends it, stands in `studio.invariants`.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from studio.invariants import baselines, files, schema, variants, work
from studio.invariants.fault import Fault

# The sweep itself comes round once an hour.
GRACE = timedelta(hours=settings.ORPHAN_GRACE_H + 1)


def faults(*, grace: timedelta = GRACE, read_files: bool = False) -> Iterator[Fault]:
    """Everything that is wrong. Orphans younger than `grace` may belong to an upload that runs.

    `read_files` hashes every file again, which takes as long as reading the storage does. Raises
    OSError when the storage does not answer.
    """
    is_whole = True
    for fault in schema.check():
        is_whole = is_whole and fault.code not in {"migration_missing", "database_damaged"}
        yield fault
    if not is_whole:
        return  # rows cannot be asked by models that do not fit them
    yield from baselines.check()
    yield from variants.check()
    yield from work.check()
    yield from files.check(grace, read_files=read_files)
