"""What a check finds: one thing that is wrong, and how to mend it where that is known."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A stable code, a sentence, and what mends it; None where a person has to."""

    code: str
    sentence: str
    mend: Callable[[], object] | None = None
