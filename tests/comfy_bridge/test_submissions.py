"""A prompt id is stored before it is sent, and its row says what became of it."""

import pytest
from django.db import IntegrityError, transaction

from comfy_bridge.errors import (
    BridgeError,
    ExecutionFailed,
    GraphRefused,
    Interrupted,
    OutputGone,
    ProgressStalled,
    PromptLost,
)
from comfy_bridge.models import ComfyServer, Submission, SubmissionStatus
from comfy_bridge.protocol import PROMPT_ID
from comfy_bridge.submissions import open_submission, record_end, record_sent
from studio.lib.errors import Conflict, IllegalMove

pytestmark = pytest.mark.django_db
GRAPH = {"9": {"class_type": "SaveImage", "inputs": {}}}


@pytest.fixture
def server() -> ComfyServer:
    return ComfyServer.objects.create(name="one", url="http://127.0.0.1:1")


def test_a_new_submission_has_a_random_id_that_every_server_accepts(server: ComfyServer) -> None:
    one, two = open_submission(server, GRAPH), open_submission(server, GRAPH)
    assert one.prompt_id != two.prompt_id
    assert PROMPT_ID.fullmatch(str(one.prompt_id))
    assert one.prompt_id.version == 4
    assert one.status_id == SubmissionStatus.PREPARED
    assert one.graph_hash == two.graph_hash


def test_it_is_sent_once_and_ends(server: ComfyServer) -> None:
    submission = open_submission(server, GRAPH)
    record_sent(submission, "me")
    sent_at = submission.sent_at
    record_sent(submission, "somebody else")
    assert (submission.client_id, submission.sent_at) == ("me", sent_at)
    assert sent_at is not None
    record_end(submission)
    assert submission.status_id == SubmissionStatus.ENDED
    assert submission.ended_at is not None
    assert not submission.is_open


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PromptLost("x"), SubmissionStatus.LOST),
        (OutputGone("x"), SubmissionStatus.LOST),
        (ProgressStalled("x"), SubmissionStatus.LOST),
        (Interrupted("x"), SubmissionStatus.CANCELLED),
        (ExecutionFailed("x"), SubmissionStatus.FAILED),
        (GraphRefused("x"), SubmissionStatus.FAILED),
    ],
)
def test_what_went_wrong_is_kept(
    server: ComfyServer, error: BridgeError, status: SubmissionStatus
) -> None:
    submission = open_submission(server, GRAPH)
    record_end(submission, error)
    assert (submission.status_id, submission.error) == (status, "x")


def test_an_ended_submission_does_not_move_again(server: ComfyServer) -> None:
    submission = open_submission(server, GRAPH)
    record_end(submission)
    with pytest.raises(IllegalMove):
        record_end(submission, PromptLost("x"))


def test_of_two_that_close_it_one_is_told(server: ComfyServer) -> None:
    submission = open_submission(server, GRAPH)
    other = Submission.objects.get(pk=submission.pk)
    record_end(submission)
    with pytest.raises(Conflict):
        record_end(other, PromptLost("x"))


def test_a_new_id_names_the_one_that_it_replaces(server: ComfyServer) -> None:
    lost = open_submission(server, GRAPH)
    record_end(lost, PromptLost("x"))
    assert open_submission(server, GRAPH, replaces=lost).replaces == lost


def test_an_open_row_cannot_have_ended(server: ComfyServer) -> None:
    submission = open_submission(server, GRAPH)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(ended_at="2026-01-01T00:00Z")


def test_a_prompt_id_is_used_once(server: ComfyServer) -> None:
    submission = open_submission(server, GRAPH)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(prompt_id=submission.prompt_id, server=server, graph_hash="x")


def test_a_server_has_at_least_one_slot() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ComfyServer.objects.create(name="none", url="http://127.0.0.1:2", slots=0)
