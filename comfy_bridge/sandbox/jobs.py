"""The jobs API: one view over queue and history. Pure; knows no HTTP."""

from collections.abc import Mapping
from typing import Any

from comfy_bridge.sandbox.queue import Item, PromptQueue

Json = dict[str, Any]
STATES = ("pending", "in_progress", "completed", "failed", "cancelled")
ENDS = ("execution_success", "execution_error", "execution_interrupted")


class BadQueryError(ValueError):
    """A parameter of the list is not acceptable; the message is the server's."""


def find(queue: PromptQueue, prompt_id: str) -> Json | None:
    """One job with all it has; None if it is neither waiting, running nor ended."""
    for job in _all(queue, full=True):
        if job["id"] == prompt_id:
            return job
    return None


def page(queue: PromptQueue, query: Mapping[str, str]) -> Json:
    """The list by status, sort_by, sort_order, limit, offset. Raises BadQueryError."""
    wanted = [one for one in query.get("status", "").split(",") if one]
    unknown = [one for one in wanted if one not in STATES]
    if unknown:
        raise BadQueryError(
            f"Invalid status value(s): {', '.join(unknown)}. Valid values: {', '.join(STATES)}"
        )
    limit = _integer(query, "limit")
    if limit is not None and limit <= 0:
        raise BadQueryError("limit must be a positive integer")
    offset = max(0, _integer(query, "offset") or 0)
    sort_by = query.get("sort_by", "created_at")
    if sort_by not in ("created_at", "execution_duration"):
        raise BadQueryError("sort_by must be 'created_at' or 'execution_duration'")
    sort_order = query.get("sort_order", "desc")
    if sort_order not in ("asc", "desc"):
        raise BadQueryError("sort_order must be 'asc' or 'desc'")
    jobs = [job for job in _all(queue, full=False) if not wanted or job["status"] in wanted]
    key = _duration if sort_by == "execution_duration" else _created
    jobs.sort(key=key, reverse=sort_order == "desc")
    shown = jobs[offset:] if limit is None else jobs[offset : offset + limit]
    more = offset + len(shown) < len(jobs)
    paging = {"offset": offset, "limit": limit, "total": len(jobs), "has_more": more}
    return {"jobs": shown, "pagination": paging}


def _integer(query: Mapping[str, str], name: str) -> int | None:
    if name not in query:
        return None
    try:
        return int(query[name])
    except ValueError:
        raise BadQueryError(f"{name} must be an integer") from None


def _created(job: Json) -> float:
    return float(job["create_time"])


def _duration(job: Json) -> float:
    return float(job.get("execution_end_time", 0) - job.get("execution_start_time", 0))


def _all(queue: PromptQueue, full: bool) -> list[Json]:
    running, waiting = queue.listed()
    jobs = [_head(item, "pending") | _counts({}) for item in waiting]
    jobs += [_head(item, "in_progress") | _counts({}) for item in running]
    jobs += [_ended(entry, full) for entry in list(queue.history.values())]
    return jobs


def _head(item: Item, status: str) -> Json:
    head = {
        "id": item[1],
        "status": status,
        "priority": item[0],
        "create_time": item[3]["create_time"],
    }
    workflow = (item[3].get("extra_pnginfo") or {}).get("workflow") or {}
    if "id" in workflow:
        head["workflow_id"] = workflow["id"]
    return head


def _counts(outputs: Json) -> Json:
    files = [
        {**one, "nodeId": node_id, "mediaType": media}
        for node_id, output in outputs.items()
        for media, entries in output.items()
        if isinstance(entries, list)
        for one in entries
        if isinstance(one, dict) and "filename" in one
    ]
    counts: Json = {"outputs_count": len(files), "previewable_outputs_count": len(files)}
    if files:
        kept = [one for one in files if one.get("type") == "output"]
        counts["preview_output"] = (kept or files)[0]
    return counts


def _ended(entry: Json, full: bool) -> Json:
    item, status = entry["prompt"], entry["status"]
    times = {kind: data["timestamp"] for kind, data in status["messages"]}
    terminal, data = status["messages"][-1]
    state = dict(zip(ENDS, ("completed", "failed", "cancelled"), strict=True))[terminal]
    job = _head(item, state)
    job["execution_start_time"] = times["execution_start"]
    job["execution_end_time"] = times[terminal]
    if state == "failed":
        job["execution_error"] = data
    job |= _counts(entry["outputs"])
    if full:
        job["outputs"] = entry["outputs"]
        job["execution_status"] = status
        job["workflow"] = {"prompt": item[2], "extra_data": item[3]}
    return job
