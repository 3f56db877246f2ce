"""Hands one prompt to a server exactly once, as far as a server without de-duplication allows.

The same prompt id posted twice runs twice, and a lost answer does not say whether it was taken:
so look before every POST that follows a doubt, and never post blindly.
"""

import logging
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from comfy_bridge.client import Submitted, Where
from comfy_bridge.errors import BridgeError, HostileAnswer, PromptLost, ServerError, ServerTimeout
from comfy_bridge.handles import ServerHandle
from comfy_bridge.requests import BoundPrompt, Graph
from studio.lib.fault_points import fault_point

log = logging.getLogger(__name__)

MAX_POSTS = 2


@dataclass(frozen=True)
class Pace:
    """How often to look, in seconds; tests use shorter ones."""

    first_poll_s: float = 0.3
    poll_s: float = 2.0
    deaf_poll_s: float = 0.5
    stop_poll_s: float = 0.5
    socket_wait_s: float = 2.0
    deaf_after_s: float = 2.0
    settle_s: tuple[float, ...] = (0.0, 0.3, 1.0, 2.0)
    unreachable_s: float = 10.0
    cancel_wait_s: float = 5.0
    # Without events, or while others are ahead, silence is no sign of a stall until much later.
    deaf_patience: float = 4.0


@dataclass(frozen=True)
class Taken:
    """A prompt that the server has; `client_id` is None when somebody else submitted it."""

    where: Where
    client_id: str | None = None
    number: float | None = None
    posted_at: float = 0.0


def submit(
    server: ServerHandle,
    prompt_id: str,
    prompt: BoundPrompt,
    *,
    fresh: bool,
    sent: bool,
    before_upload: Callable[[], None],
    before_post: Callable[[], None],
    pace: Pace,
) -> Taken:
    """Make sure that the server has the prompt, and say where.

    `fresh`: the id was made this moment and never sent, so nothing is looked up. `sent`: a server
    is known to have taken it, so that an unknown id is PromptLost instead of another POST. Raises
    GraphRefused and its kin, and the client's errors; after any of the latter call again with
    `fresh=False`.
    """
    if not fresh:
        where = server.client.find(prompt_id, prompt.outputs)
        if where.state != "unknown":
            return Taken(where)
        if sent:
            raise PromptLost("The ComfyUI server no longer knows this prompt: was it restarted?")
    before_upload()
    fault_point("submitting.uploading")
    graph = _upload(server, prompt)
    fault_point("submitting.uploaded")
    return _post(server, prompt_id, graph, prompt.outputs, before_post, pace)


def _upload(server: ServerHandle, prompt: BoundPrompt) -> Graph:
    """Upload every input; the graph names what the server made of it."""
    renamed = {}
    for upload in prompt.uploads:
        value = server.client.upload_image(upload)
        if value != upload.value:
            renamed[upload.value] = value
    if not renamed:
        return prompt.graph
    graph = deepcopy(prompt.graph)
    for node in graph.values():
        for name, value in node["inputs"].items():
            if isinstance(value, str) and value in renamed:
                node["inputs"][name] = renamed[value]
    return graph


def _post(
    server: ServerHandle,
    prompt_id: str,
    graph: Graph,
    outputs: tuple[str, ...],
    before_post: Callable[[], None],
    pace: Pace,
) -> Taken:
    doubt: BridgeError | None = None
    for _ in range(MAX_POSTS):
        client_id = server.listener.ready(pace.socket_wait_s)
        before_post()
        # Before the POST: the broadcast that it brings may overtake its answer.
        posted_at = time.monotonic()
        fault_point("submitting.posting")
        try:
            # An id that nobody listens under is as good as none: messages then go to nobody,
            # while without any id they would go to every client of the server.
            answer = server.client.submit(prompt_id, graph, client_id or prompt_id, outputs)
        except (ServerTimeout, ServerError, HostileAnswer) as error:
            log.info("Whether %s was taken is open: %s", prompt_id, error)
            doubt = error
            where = _settled(server, prompt_id, outputs, pace)
            if where.state != "unknown":
                return Taken(where, client_id, posted_at=posted_at)
            continue
        fault_point("submitting.posted")
        _check_branches(server, prompt_id, answer, pace)
        return Taken(Where("pending"), client_id, answer.number, posted_at)
    raise doubt or ServerError("The ComfyUI server does not take the prompt.")


def _check_branches(server: ServerHandle, prompt_id: str, answer: Submitted, pace: Pace) -> None:
    if answer.refused is None:
        return
    # The rest of the graph is queued already: without its declared output it is of no use.
    try:
        server.client.cancel(prompt_id, pace.cancel_wait_s)
    except BridgeError as error:
        log.warning("%s stays on the server half-refused: %s", prompt_id, error)
    raise answer.refused


def _settled(server: ServerHandle, prompt_id: str, outputs: tuple[str, ...], pace: Pace) -> Where:
    """Look for a while: a prompt may still be on its way into the queue."""
    where = Where("unknown")
    for wait_s in pace.settle_s:
        time.sleep(wait_s)
        where = server.client.find(prompt_id, outputs)
        if where.state != "unknown":
            break
    return where
