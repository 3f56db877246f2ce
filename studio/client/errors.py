"""The one error of the client. Knows the API's shape of a refusal, and no HTTP library."""

import json
from typing import Any

NO_ANSWER = "no_answer"
PASSING = {429, 502, 503, 504}


class ApiError(Exception):
    """The API refused, or did not answer.

    `status` is the HTTP status, 0 without an answer; `code` is stable; `sentence` is for a person;
    `errors` has the sentences of each field; `body` is the whole answer (the current state of a
    conflict stands there); `retry_after_s` is there where the server said when to come again.
    """

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        body: dict[str, Any] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{sentence} ({status} {code})" if status else sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.body = body or {}
        self.errors: dict[str, Any] = self.body.get("errors", {})
        self.retry_after_s = retry_after_s

    @property
    def is_passing(self) -> bool:
        """Whether the same request may well be answered a little later."""
        return self.code == NO_ANSWER or self.status in PASSING


def refusal(status: int, content: bytes, url: str, retry_after: str | None) -> ApiError:
    """What the API said in its one shape, or the bare status of something else in between."""
    wait_s = float(retry_after) if retry_after and retry_after.isdecimal() else None
    try:
        told = json.loads(content)
        return ApiError(status, told["code"], told["detail"], told, wait_s)
    except (ValueError, KeyError, TypeError):
        return ApiError(status, "unknown", f"{url} answered {status}.", None, wait_s)
