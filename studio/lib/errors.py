"""The root of every error that a person can act on: a sentence and a stable code."""

from typing import Any


class StudioError(Exception):
    """An expected failure; `code` is stable, `str(error)` is a sentence for a person.

    `status` is the HTTP status it answers with; `permanent` tells a job whether trying again
    could help; `extra` travels with the answer (field, limit, current state …).
    """

    code = "error"
    status = 400
    permanent = True

    def __init__(self, sentence: str, *, code: str | None = None, **extra: Any) -> None:
        super().__init__(sentence)
        if code is not None:
            self.code = code
        self.extra = extra

    @property
    def sentence(self) -> str:
        return str(self)


class BadQuery(StudioError):
    """A value of the query string that does not exist; `field` names the parameter."""

    code = "bad_query"


class TooMany(StudioError):
    """A person asks too often; `retry_after_s` says when it goes on."""

    code = "throttled"
    status = 429
    permanent = False


def pause_of(error: StudioError) -> dict[str, str]:
    """The header that says when to come again, where the error knows."""
    seconds = error.extra.get("retry_after_s")
    return {"Retry-After": str(seconds)} if seconds else {}


class Conflict(StudioError):
    """Somebody else was faster: the row is no longer in the state that was read.

    A person looks again and decides anew; a job tries again on what is there now.
    """

    code = "conflict"
    status = 409
    permanent = False


class KeyReused(Conflict):
    """An Idempotency-Key that stands for another request already."""

    code = "idempotency_key_reused"


class IllegalMove(StudioError):
    """The state machine has no such edge."""

    code = "illegal_move"
    status = 409


class NotFound(StudioError):
    """No such record, or none that this person may see."""

    code = "not_found"
    status = 404


class Forbidden(StudioError):
    """A member, but without the right to do this; `code` is the reason."""

    code = "forbidden"
    status = 403


class DatabaseAway(StudioError):
    """The database did not answer; whether it took the change is not known here."""

    code = "database_away"
    status = 503
    permanent = False

    def __init__(self) -> None:
        super().__init__(
            "The database was busy or away for a moment. Look whether your change is there, and "
            "try again if it is not."
        )
