"""The rows of the matrix, an area a file: who gets which answer at one address.

A row names the status for an outsider (a creator of another project), an idle member (without a
role), a reviewer, a creator and an admin. Who has not signed in is sent to sign in (pages) or
refused with 401 (API), where the row does not say otherwise.
"""

from dataclasses import dataclass, field
from typing import Any

ROLES = ("anonymous", "outsider", "idle", "reviewer", "creator", "admin")
FILE = object()  # a fresh portrait.png
EDITED = object()  # another one, as an editor saved it
OCTETS = object()  # the first part of a file
API = "/api/v1/"
ONE = "/api/v1/characters/{ready}/variants"


@dataclass(frozen=True)
class Row:
    """One address and method; `{names}` in path and body are filled from a `Side`."""

    method: str
    path: str
    cells: dict[str, int]
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def is_api(self) -> bool:
        return self.path.startswith(API)

    @property
    def is_media(self) -> bool:
        return any(word in self.path for word in ("/media/", "/renditions/", "/file", "/exports/"))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def row(method: str, path: str, cells: str, body: dict[str, Any] | None = None) -> Row:
    codes = [int(code) for code in cells.split()]
    if len(codes) == len(ROLES) - 1:
        codes = [401 if path.startswith(API) else 302, *codes]
    return Row(method, path, dict(zip(ROLES, codes, strict=True)), body or {})
