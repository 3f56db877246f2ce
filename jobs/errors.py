"""How a job can end other than well."""

from studio.lib.errors import Conflict, NotFound, StudioError


class Retryable(StudioError):
    """Worth trying again: a connection, a timeout, a server's 5xx."""

    code = "retryable"
    permanent = False
    status = 503


class Cancelled(StudioError):
    """The person asked for it to stop, and it did."""

    code = "cancelled"


class LeaseLost(Exception):
    """Another worker holds the job now: whoever gets this must write nothing more."""


class GivenBack(Exception):
    """This process is told to end: the job goes back to the queue, for another one."""


class NotCancellable(Conflict):
    code = "not_cancellable"


class NotRetryable(Conflict):
    code = "not_retryable"


class NotWaiting(Conflict):
    """Only a waiting job has a place in the queue that could change."""

    code = "not_waiting"


class NoSuchQueue(NotFound):
    code = "no_such_queue"


class TooManyWaiting(StudioError):
    """One person's share of a queue is used up."""

    code = "too_many_waiting"
    status = 429
