"""The orphan sweep: what no row names is set aside after a grace, and removed after another.

Nothing else removes stored files. It walks folder by folder, and several sweepers do no harm: each
step may be done twice. What was set aside while somebody was about to name it is put back.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from jobs.sweeping import chore
from studio.lib.files import PART, FileMissing, StorageFailed, digest, put, read, walk
from studio.naming import is_forgotten, is_named, keys_of, owner, rows_in

log = logging.getLogger(__name__)

SET_ASIDE = "swept"
EVERY_S = 3600.0
SLICE_S = 2.0


def sweep(grace: timedelta) -> Iterator[str]:
    """One walk; yields after each folder and file `set_aside`, `put_back`, `removed`, `looked`.

    Raises OSError and StorageFailed when the storage does not answer.
    """
    for folder, names in walk():
        yield "looked"
        for name in names:
            if name.endswith(PART) and _is_old(f"{folder}/{name}", grace):
                default_storage.delete(f"{folder}/{name}")
                yield "removed"
        whole = [name for name in names if not name.endswith(PART)]
        if folder.partition("/")[0] == SET_ASIDE:
            yield from _settle(folder, whole, grace)
        elif is_forgotten(folder):
            for name in whole:
                if _is_old(f"{folder}/{name}", grace):
                    default_storage.delete(f"{folder}/{name}")
                    yield "removed"
        elif place := owner(folder):
            named = {key for row in rows_in(*place) for key in keys_of(row).values()}
            for key in (f"{folder}/{name}" for name in whole):
                if key not in named and set_aside(key, grace):
                    yield "set_aside"


def set_aside(key: str, grace: timedelta) -> bool:
    """Move a file out of the way if it is older than the grace and no row names it at this time."""
    if not _is_old(key, grace) or is_named(key):
        return False
    try:
        put(f"{SET_ASIDE}/{key}", read(key))
    except FileMissing:
        return False  # another sweeper was faster
    default_storage.delete(key)
    log.info("orphan sweep: %s is set aside, no row names it", key)
    return True


def put_back(key: str) -> bool:
    """Bring back a file that was set aside; False when there is none."""
    aside = f"{SET_ASIDE}/{key}"
    try:
        put(key, read(aside))
    except FileMissing:
        return False
    default_storage.delete(aside)
    log.warning("orphan sweep: %s is put back, a row names it", key)
    return True


def _settle(folder: str, names: list[str], grace: timedelta) -> Iterator[str]:
    """What was set aside goes back when a row names it, and for good when it is old."""
    for name in names:
        aside = f"{folder}/{name}"
        key = aside.removeprefix(f"{SET_ASIDE}/")
        if is_named(key):
            if digest(key) is None and put_back(key):
                yield "put_back"
        elif _is_old(aside, grace):
            default_storage.delete(aside)
            yield "removed"


def _is_old(key: str, grace: timedelta) -> bool:
    """Whether a stored file is older than the grace; one that is gone is not."""
    try:
        return timezone.now() - default_storage.get_modified_time(key) > grace
    except FileNotFoundError:
        return False


class Sweeping:
    """A walk every hour, in slices short enough to keep no other chore waiting."""

    def __init__(
        self, grace: timedelta, every_s: float = EVERY_S, slice_s: float = SLICE_S
    ) -> None:
        self._grace = grace
        self._every_s = every_s
        self._slice_s = slice_s
        self._due_at = 0.0
        self._steps: Iterator[str] | None = None
        self.counted: Counter[str] = Counter()

    def go_on(self) -> None:
        """Begin a walk when one is due, or go on with it; logs what a whole walk did."""
        now = time.monotonic()
        if self._steps is None:
            if now < self._due_at:
                return
            self._due_at = now + self._every_s
            self._steps = sweep(self._grace)
            self.counted.clear()
        try:
            for done in self._steps:
                self.counted[done] += 1
                if time.monotonic() - now >= self._slice_s:
                    return
        except (OSError, StorageFailed):
            log.warning("orphan sweep: the storage did not answer; it begins anew", exc_info=True)
        self._steps = None
        log.info(
            "orphan sweep: %(looked)d folders; %(set_aside)d files set aside, %(put_back)d put "
            "back, %(removed)d removed",
            {name: self.counted[name] for name in ("looked", "set_aside", "put_back", "removed")},
        )


_sweeping = Sweeping(timedelta(hours=settings.ORPHAN_GRACE_H))


@chore
def sweep_orphans() -> None:
    """Every round of the sweeper: a slice of the walk, when one is due."""
    _sweeping.go_on()
