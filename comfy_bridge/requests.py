"""The plain values that the bridge takes and gives: prompts, files, progress, outcomes.

Frozen dataclasses only: no I/O, no Django, nothing of variants or jobs.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Graph = dict[str, dict[str, Any]]
"""An API-format graph: node id -> {class_type, inputs, _meta?}."""


@dataclass(frozen=True)
class Upload:
    """A picture that has to lie on the server before the graph runs.

    `value` (see `bindings.place`) is what the graph's input says; the bytes go to
    `subfolder`/`name`, a name made of the content's hash, so that it never changes meaning.
    """

    data: bytes
    name: str
    subfolder: str

    @property
    def value(self) -> str:
        return f"{self.subfolder}/{self.name}"


@dataclass(frozen=True)
class BoundPrompt:
    """A graph with every value in its place, the nodes whose files count, and its inputs."""

    graph: Graph
    outputs: tuple[str, ...]
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True)
class OutputFile:
    """A file that the server says a node made; names are vetted and used only to fetch it."""

    node_id: str
    filename: str
    subfolder: str
    kind: Literal["output", "temp"]


@dataclass(frozen=True)
class Fetched:
    """The bytes of one output file; `filename` is the server's and is for display only."""

    node_id: str
    filename: str
    data: bytes


@dataclass(frozen=True)
class Preview:
    """A picture of a half-done result, from an untrusted server: decode it before showing it."""

    data: bytes
    media_type: Literal["image/jpeg", "image/png"]


Phase = Literal["uploading", "queued", "running", "collecting"]


@dataclass(frozen=True)
class Progress:
    """Where a prompt is. `position` counts prompts ahead of it; `fraction` is 0 to 1, rising."""

    phase: Phase
    position: int | None = None
    node_id: str | None = None
    node_title: str = ""
    node_class: str = ""
    step: int | None = None
    steps: int | None = None
    fraction: float = 0.0
    preview: Preview | None = None


@dataclass(frozen=True)
class Outcome:
    """A prompt that ended well, with its files in hand.

    `queued_ms` and `execution_ms` come from the server's clock where it tells them; `cached`
    says that no output node ran anew; `server_facts` is for the record (version, client id).
    """

    files: tuple[Fetched, ...]
    execution_ms: int | None
    queued_ms: int | None
    cached: bool
    server_facts: dict[str, Any] = field(default_factory=dict)
