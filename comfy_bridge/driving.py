"""The whole drive of one prompt: upload, submit, follow, collect.

The caller stores the prompt id before it calls, and decides from the error what comes next: see
`permanent` and `spent` of errors.py.
"""

import time
from collections.abc import Callable

from structlog.contextvars import bound_contextvars

from comfy_bridge.answers import EndedRun
from comfy_bridge.errors import (
    BridgeError,
    ExecutionFailed,
    HostileAnswer,
    Interrupted,
    NoOutput,
    OutOfMemory,
    ServerError,
    ServerTimeout,
    ServerUnreachable,
)
from comfy_bridge.following import Following
from comfy_bridge.handles import ServerHandle
from comfy_bridge.requests import BoundPrompt, Fetched, Outcome, OutputFile, Progress
from comfy_bridge.submitting import Pace, Taken, submit
from comfy_bridge.wording import as_sentence
from studio.lib.fault_points import fault_point
from studio.lib.figures import COMFYUI_SECONDS

_FETCH_TRIES = 3
_FETCH_PAUSE_S = 0.3


def drive(
    server: ServerHandle,
    prompt_id: str,
    prompt: BoundPrompt,
    *,
    fresh: bool,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    stall_s: float,
    max_output_bytes: int,
    sent: bool = False,
    on_sent: Callable[[], None] = lambda: None,
    before_post: Callable[[], None] = lambda: None,
    pace: Pace | None = None,
) -> Outcome:
    """Bring one prompt to its end and its files into memory (`max_output_bytes` in all).

    `fresh`: the id was made this moment and never sent. `sent`: a server is known to have it, so
    an unknown id is PromptLost instead of another POST. `before_post` is called before each POST
    and may raise to prevent it, `on_sent` once the server has the prompt. Raises the errors of
    errors.py only, and what the caller's functions raise; after a retryable one that is not
    `spent` call again with the same id and `fresh=False`.
    """
    pace = pace or Pace()
    known = bound_contextvars(prompt_id=prompt_id, comfy_server=server.url)
    with known, server.listener.follow(prompt_id) as follower:
        if fresh and should_stop():
            raise Interrupted("The run was cancelled.", by_us=True, confirmed=True)
        taken = submit(
            server,
            prompt_id,
            prompt,
            fresh=fresh,
            sent=sent,
            before_upload=lambda: on_progress(Progress("uploading")),
            before_post=before_post,
            pace=pace,
        )
        on_sent()
        following = Following(
            server,
            prompt_id,
            prompt.graph,
            prompt.outputs,
            on_progress=on_progress,
            should_stop=should_stop,
            stall_s=stall_s,
            pace=pace,
        )
        run = following.to_end(taken, follower)
    _check(run)
    fault_point("driving.ended")
    on_progress(Progress("collecting", fraction=1.0))
    return _outcome(server, prompt, taken, run, max_output_bytes)


def _check(run: EndedRun) -> None:
    """Raise what a run that did not end well means."""
    if run.how == "interrupted":
        raise Interrupted("The run was interrupted at the ComfyUI server.", by_us=False)
    if run.how == "success":
        return
    failure = run.failure
    if failure is None:
        raise ExecutionFailed("The workflow failed on the ComfyUI server; it does not say why.")
    facts = {"node_id": failure.node_id, "node_class": failure.node_class}
    if "OutOfMemory" in failure.exception or "out of memory" in failure.message.lower():
        raise OutOfMemory(f"The ComfyUI server ran out of memory at {failure.node_class}.", **facts)
    raise ExecutionFailed(
        f"{failure.node_class or 'A node'} failed on the ComfyUI server: "
        f"{as_sentence(failure.message or failure.exception or 'it does not say why')}",
        **facts,
    )


def _outcome(
    server: ServerHandle, prompt: BoundPrompt, taken: Taken, run: EndedRun, max_output_bytes: int
) -> Outcome:
    if not run.files:
        raise NoOutput("The workflow ended without a picture.")
    left = max_output_bytes
    fetched = []
    for file in run.files:
        data = _fetch(server, file, left)
        left -= len(data)
        fetched.append(Fetched(file.node_id, file.filename, data))
    fault_point("driving.fetched")
    execution_ms = _between(run.started_ms, run.ended_ms)
    queued_ms = _between(run.created_ms, run.started_ms)
    for phase, took_ms in (("queued", queued_ms), ("execution", execution_ms)):
        if took_ms is not None:
            COMFYUI_SECONDS.labels(server.url, phase).observe(took_ms / 1000)
    return Outcome(
        files=tuple(fetched),
        execution_ms=execution_ms,
        queued_ms=queued_ms,
        cached=set(prompt.outputs) <= set(run.cached_nodes),
        server_facts={
            "url": server.url,
            "comfyui_version": _version(server),
            "client_id": taken.client_id,
            "number": taken.number,
        },
    )


def _fetch(server: ServerHandle, file: OutputFile, max_bytes: int) -> bytes:
    for tries_left in reversed(range(_FETCH_TRIES)):
        try:
            data = server.client.fetch(file, max_bytes)
        except (ServerError, ServerTimeout, ServerUnreachable):
            if not tries_left:
                raise
            time.sleep(_FETCH_PAUSE_S)
        else:
            if not data:
                raise HostileAnswer("The server gave an empty file.")
            return data
    raise ServerError("The file could not be fetched.")


def _version(server: ServerHandle) -> str:
    try:
        return server.version()
    except BridgeError:
        return ""


def _between(start_ms: int | None, end_ms: int | None) -> int | None:
    if start_ms is None or end_ms is None or end_ms < start_ms:
        return None
    return end_ms - start_ms
