"""Calls that follow work until it has ended: jobs and generation requests."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from studio.client.connection import Connection
from studio.client.errors import ApiError
from studio.client.rows import Job, Request, Variant

T = TypeVar("T")
ENDED = {"succeeded", "failed", "cancelled"}
STALL_S = 600.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 3.0
GROWTH = 1.4


class Following(Connection):
    """Work as it goes on. What it yields last has ended, well or not: the row says which.

    Pauses grow while nothing changes, and a server that is away for a moment is asked again.
    Raises ApiError `nothing_moves` when nothing has changed for ten minutes.
    """

    def job(self, job: int) -> Job:
        """A job as it is now."""
        return cast("Job", self.get(f"jobs/{job}"))

    def watch_job(self, job: int) -> Iterator[Job]:
        """The job as it is now, and again until it has ended."""
        return self._watch(f"jobs/{job}", lambda row: row["status"] in ENDED)

    def wait_for_job(self, job: int) -> Job:
        """The job once it has ended."""
        return _last(self.watch_job(job))

    def cancel_job(self, job: int) -> Job:
        """Stop a job: a waiting one at once, a running one as soon as it can."""
        return cast("Job", self.post(f"jobs/{job}/cancel"))

    def request(self, request: int) -> Request:
        """A generation request as it is now."""
        return cast("Request", self.get(f"requests/{request}"))

    def watch_request(self, request: int) -> Iterator[Request]:
        """The request as it is now, and again until each candidate is made and checked."""
        return self._watch(f"requests/{request}", lambda row: all(map(is_settled, row["variants"])))

    def wait_for_request(self, request: int) -> Request:
        """The request once each candidate is made and checked, or has ended without a file."""
        return _last(self.watch_request(request))

    def cancel_request(self, request: int) -> int:
        """Stop what of a request has not ended; how many that were."""
        return cast("int", self.post(f"requests/{request}/cancel")["cancelled"])

    def _watch(self, path: str, is_done: Callable[[Any], bool]) -> Iterator[Any]:
        row, pause_s, moved = self.get(path), FIRST_PAUSE_S, time.monotonic()
        while True:
            yield row
            if is_done(row):
                return
            if time.monotonic() - moved > STALL_S:
                raise ApiError(0, "nothing_moves", f"{path} has not moved for {STALL_S:.0f} s.")
            time.sleep(pause_s)
            pause_s = min(pause_s * GROWTH, LONGEST_PAUSE_S)
            before, row = row, self._again(path, row)
            if row != before:
                pause_s, moved = FIRST_PAUSE_S, time.monotonic()

    def _again(self, path: str, before: Any) -> Any:
        try:
            return self.get(path)
        except ApiError as error:
            if not error.is_passing:
                raise
            return before


def is_settled(variant: Variant) -> bool:
    """Whether nothing more happens to it by itself: made and checked, or ended without a file."""
    if variant["status"] in {"pending", "generating"}:
        return False
    return variant["status"] != "generated" or variant["qa_status"] not in {"none", "run"}


def _last(rows: Iterator[T]) -> T:
    *_earlier, row = rows
    return row
