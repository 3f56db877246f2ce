"""The record of what was sent where: written before a prompt is sent, closed when it is spent."""

import uuid

from django.db.models.functions import Now

from comfy_bridge.errors import BridgeError, Interrupted, OutputGone, ProgressStalled, PromptLost
from comfy_bridge.graph import graph_hash
from comfy_bridge.models import MOVES, ComfyServer, Submission, SubmissionStatus
from comfy_bridge.requests import Graph
from studio.lib.states import move


def open_submission(
    server: ComfyServer,
    graph: Graph,
    replaces: Submission | None = None,
    prompt_id: str | None = None,
) -> Submission:
    """A prompt id for a graph on a server, stored before anything is sent.

    It is a new random one, or `prompt_id`: a random UUID4 that was drawn before for this very
    prompt, unless it was spent meanwhile.
    """
    drawn = uuid.UUID(prompt_id) if prompt_id else None
    if drawn is None or Submission.objects.filter(prompt_id=drawn).exists():
        drawn = uuid.uuid4()
    return Submission.objects.create(
        prompt_id=drawn, server=server, graph_hash=graph_hash(graph), replaces=replaces
    )


def record_sent(submission: Submission, client_id: str = "") -> None:
    """The server has the prompt; recording it again changes nothing. Raises Conflict."""
    if submission.status_id != SubmissionStatus.PREPARED:
        return
    _move(submission, SubmissionStatus.SENT, client_id=client_id, sent_at=Now())


def record_end(submission: Submission, error: BridgeError | None = None) -> None:
    """The prompt id is spent: well without an error, else as the error says.

    Raises Conflict when somebody else closed it, IllegalMove when it was closed before.
    """
    to = SubmissionStatus.ENDED if error is None else _meaning(error)
    _move(submission, to, ended_at=Now(), error="" if error is None else error.sentence)


def abandon(submission: Submission, why: str) -> None:
    """Close an open submission that nobody will follow any more, so that it takes no room."""
    if submission.is_open:
        record_end(submission, PromptLost(why))


def _meaning(error: BridgeError) -> SubmissionStatus:
    if isinstance(error, Interrupted):
        return SubmissionStatus.CANCELLED
    if isinstance(error, PromptLost | OutputGone | ProgressStalled):
        return SubmissionStatus.LOST
    return SubmissionStatus.FAILED


def _move(submission: Submission, to: SubmissionStatus, **changes: object) -> None:
    move(
        Submission.objects.filter(pk=submission.pk),
        MOVES,
        field="status",
        seen=SubmissionStatus.of(submission.status_id),
        to=to,
        **changes,
    )
    submission.refresh_from_db()
