"""The routes of submitting, queue, history, jobs and interrupting.

Knows the shapes of the answers; the state is in PromptQueue and Executor.
"""

import uuid
from collections.abc import Callable
from typing import Any

from comfy_bridge.sandbox import hostility, jobs
from comfy_bridge.sandbox.catalog import Catalog
from comfy_bridge.sandbox.executor import Executor
from comfy_bridge.sandbox.faults import Faults
from comfy_bridge.sandbox.folders import Folders
from comfy_bridge.sandbox.http import Request, Response
from comfy_bridge.sandbox.queue import HeapTieError, PromptQueue, timestamp_ms
from comfy_bridge.sandbox.validation import error, validate

Json = dict[str, Any]
Handler = Callable[..., Response]


class PromptRoutes:
    """Handlers over one queue; each takes the Request and the parts of its path."""

    def __init__(
        self,
        queue: PromptQueue,
        executor: Executor,
        catalog: Catalog,
        folders: Folders,
        faults: Faults,
    ) -> None:
        self._queue = queue
        self._executor = executor
        self._catalog = catalog
        self._folders = folders
        self._faults = faults

    def info(self) -> Json:
        """What `status` messages and GET /prompt say."""
        return {"exec_info": {"queue_remaining": self._queue.remaining()}}

    def get_prompt(self, request: Request) -> Response:
        """GET /prompt."""
        return Response.json(self.info())

    def post_prompt(self, request: Request) -> Response:
        """POST /prompt: refuse or queue."""
        said = request.json()
        if "number" in said:
            number = float(said["number"])
        else:
            number = self._queue.next_number()
            if isinstance(said, dict) and said.get("front"):
                number = -number
        if "prompt" not in said:
            refusal = error("no_prompt", "No prompt provided", "No prompt provided")
            return _refused(refusal, {})
        prompt_id = said.get("prompt_id")
        if prompt_id is None:
            prompt_id = str(uuid.uuid4())
        elif not _is_canonical(prompt_id):
            details = (
                "prompt_id must be a UUID string in canonical lowercase hyphenated form; "
                "omit it to let the server generate one"
            )
            return _refused(
                error("invalid_prompt_id", "prompt_id must be a valid UUID", details), {}
            )
        prompt = said["prompt"]
        if self._faults.take("refuse"):
            return self._refused_on_request(prompt)
        verdict = validate(
            prompt, self._catalog, self._folders, said.get("partial_execution_targets")
        )
        extra = said.get("extra_data", {})
        if "client_id" in said:
            extra["client_id"] = said["client_id"]
        if verdict.refusal is not None:
            return _refused(verdict.refusal, verdict.node_errors)
        extra["create_time"] = timestamp_ms()
        try:
            self._queue.put([number, prompt_id, prompt, extra, verdict.outputs])
        except HeapTieError:
            return Response.trouble()
        if self._faults.take("error_after_queue"):
            return Response.trouble()
        answer = {"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors}
        return Response.json(answer)

    def _refused_on_request(self, prompt: Json) -> Response:
        node_id = next(iter(prompt))
        reason = error("custom_validation_failed", "The sandbox was asked to refuse.", "refuse")
        errors = {
            node_id: {
                "errors": [reason],
                "dependent_outputs": [],
                "class_type": prompt[node_id].get("class_type"),
            }
        }
        message = "Prompt outputs failed validation"
        return _refused(error("prompt_outputs_failed_validation", message), errors)

    def get_queue(self, request: Request) -> Response:
        """GET /queue."""
        running, waiting = self._queue.listed()
        return Response.json({"queue_running": running, "queue_pending": waiting})

    def post_queue(self, request: Request) -> Response:
        """POST /queue: clear, delete."""
        said = request.json()
        if said.get("clear"):
            self._queue.clear()
        self._queue.delete(said.get("delete", []))
        return Response()

    def interrupt(self, request: Request) -> Response:
        """POST /interrupt; a body that is no JSON means: whatever runs."""
        try:
            prompt_id = request.json().get("prompt_id")
        except (ValueError, AttributeError):
            prompt_id = None
        self._executor.interrupt(prompt_id)
        return Response()

    def free(self, request: Request) -> Response:
        """POST /free."""
        if request.json().get("free_memory"):
            self._executor.free()
        return Response()

    def get_history(self, request: Request) -> Response:
        """GET /history."""
        query = request.query
        max_items = int(query["max_items"]) if "max_items" in query else None
        page = self._queue.history_page(max_items, int(query.get("offset", "-1")))
        return hostility.history(Response.json(page), self._faults)

    def get_history_of(self, request: Request, prompt_id: str) -> Response:
        """GET /history/ID."""
        entry = self._queue.history.get(prompt_id)
        found = {} if entry is None else {prompt_id: entry}
        return hostility.history(Response.json(found), self._faults)

    def post_history(self, request: Request) -> Response:
        """POST /history: clear, delete."""
        said = request.json()
        if said.get("clear"):
            self._queue.forget_ended(list(self._queue.history))
        self._queue.forget_ended(said.get("delete", []))
        return Response()

    def get_jobs(self, request: Request) -> Response:
        """GET /api/jobs."""
        try:
            return Response.json(jobs.page(self._queue, request.query))
        except jobs.BadQueryError as problem:
            return Response.json({"error": str(problem)}, 400)

    def get_job(self, request: Request, prompt_id: str) -> Response:
        """GET /api/jobs/ID."""
        job = jobs.find(self._queue, prompt_id)
        return Response.json(job) if job else Response.json({"error": "Job not found"}, 404)

    def cancel_job(self, request: Request, prompt_id: str) -> Response:
        """POST /api/jobs/ID/cancel."""
        return Response.json({"cancelled": self._cancel(prompt_id)})

    def cancel_jobs(self, request: Request) -> Response:
        """POST /api/jobs/cancel."""
        ids = request.json().get("job_ids", [])
        invalid = [one for one in ids if not _is_canonical(one)]
        if invalid:
            problem = {"error": "job_ids contains invalid id(s)", "invalid_ids": invalid}
            return Response.json(problem, 400)
        return Response.json({"cancelled": any(list(map(self._cancel, ids)))})

    def _cancel(self, prompt_id: str) -> bool:
        return self._queue.delete([prompt_id]) or self._executor.interrupt(prompt_id)


def _refused(refusal: Json, node_errors: Json) -> Response:
    return Response.json({"error": refusal, "node_errors": node_errors}, 400)


def _is_canonical(prompt_id: Any) -> bool:
    try:
        return isinstance(prompt_id, str) and str(uuid.UUID(prompt_id)) == prompt_id
    except ValueError:
        return False
