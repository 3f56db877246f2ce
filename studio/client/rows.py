"""The rows that the API answers with, as far as a program needs them; moments are ISO 8601 texts.

What is here stands in the API's description too: a test compares them. A row has more than its
type says; `/api/v1/docs/` lists everything.
"""

from typing import Any, TypedDict


class Project(TypedDict):
    """A project: the outer wall around characters."""

    id: int
    name: str
    description: str
    members: list[str]


class Character(TypedDict):
    """A character; `base_image_status` says how far its source image is."""

    id: int
    project: int
    name: str
    depicts: str
    base_image_status: str
    appearance_locked: bool


class Check(TypedDict):
    """One check of a report; without a value it was not measured."""

    check: str
    value: float | None
    verdict: str | None
    sentence: str


class Report(TypedDict):
    """The automatic checks of an image; `verdict` is `pass`, `warn`, `fail`, None until then."""

    verdict: str | None
    error: str
    checks: list[Check]


class CheckJobs(TypedDict):
    """The jobs that check a source image."""

    qa: int | None
    embedding: int | None


class Face(TypedDict):
    """The face that counts; `box` is left, top, right, bottom in pixels."""

    box: list[float]
    confidence: float
    model: str
    model_version: str


class Source(TypedDict):
    """One version of a source image; `display_url` is None where one may not look at it."""

    id: int
    character: int
    version: int
    width: int
    height: int
    format: str
    sha256: str
    display_url: str | None
    qa: Report | None
    face: Face | None
    jobs: CheckJobs


class Workflow(TypedDict):
    """A workflow that candidates can be asked of."""

    id: int
    name: str
    title: str
    kind: str


class Job(TypedDict):
    """A unit of background work."""

    id: int
    kind: str
    title: str
    status: str
    progress: float
    error_code: str
    error: str


class Ordered(TypedDict):
    """What was asked for in one order."""

    request_id: int
    variant_ids: list[int]
    job_ids: list[int]


class Variant(TypedDict):
    """A variant; `revision` counts its changes, `file_url` is None until there is a file."""

    id: int
    character: int
    variant_type: str
    status: str
    is_hero: bool
    shortlisted: bool
    provenance: str
    version: int
    revision: int
    parent_variant: int | None
    request: int | None
    seed: int | None
    prompt: str
    width: int | None
    height: int | None
    format: str | None
    sha256: str | None
    likeness: float | None
    qa_verdict: str | None
    qa_status: str
    progress: float
    note: str
    error_code: str
    error: str
    server: str
    execution_ms: int | None
    file_url: str | None
    thumbnails: dict[str, str]


class Request(TypedDict):
    """A generation request with its variants, and how many are in which status."""

    id: int
    count: int
    finished: bool
    statuses: dict[str, int]
    variants: list[Variant]


class Export(TypedDict):
    """A file that was given out to be edited."""

    id: int
    variant: int
    file_name: str
    download_url: str
    sidecar_url: str
    sha256: str


class Returned(Variant):
    """The version that an edited file became; `matched_by` says how it was recognised."""

    matched_by: str
    notes: list[str]


class Undone(TypedDict):
    """What an undo took back; what somebody else has changed meanwhile is in `refused`."""

    step: int
    verb: str
    undone: bool
    variants: list[Variant]
    refused: list[dict[str, Any]]
