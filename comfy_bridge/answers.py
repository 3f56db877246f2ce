"""JSON answers of a ComfyUI server as typed values: queue, history, submission, upload.

Pure. An answer that the protocol does not allow raises HostileAnswer; a refusal becomes the error
that names what is wrong in sentences (see refusals.py).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from comfy_bridge.errors import HostileAnswer
from comfy_bridge.protocol import PROMPT_ID, node_id, node_ids, whole
from comfy_bridge.requests import OutputFile
from comfy_bridge.wording import cleaned

MAX_FILES = 200
MAX_NAME = 200
# Server names go nowhere but back to the server; still no separators, dots first, or control
# characters. A Windows server joins subfolders with a backslash.
_FILE_NAME = re.compile(r"[\w][\w .()+-]*\.[A-Za-z0-9]{1,5}")
_SUBFOLDER = re.compile(r"[\w][\w .()+-]*([/\\][\w][\w .()+-]*)*|")
_KINDS: dict[object, Literal["output", "temp"]] = {"output": "output", "temp": "temp"}


@dataclass(frozen=True)
class Queue:
    """Prompt ids in the order in which they will run."""

    running: tuple[str, ...]
    pending: tuple[str, ...]

    def position(self, prompt_id: str) -> int | None:
        """How many prompts are ahead of a pending one; None when it is not pending."""
        if prompt_id not in self.pending:
            return None
        return len(self.running) + self.pending.index(prompt_id)


@dataclass(frozen=True)
class Failure:
    """Which node raised, and what it said, cleaned."""

    node_id: str
    node_class: str
    exception: str
    message: str


@dataclass(frozen=True)
class EndedRun:
    """How a prompt ended, as history tells it. Times are the server's, in ms."""

    how: Literal["success", "error", "interrupted"]
    files: tuple[OutputFile, ...]
    cached_nodes: tuple[str, ...]
    created_ms: int | None
    started_ms: int | None
    ended_ms: int | None
    failure: Failure | None


def read_queue(answer: Any) -> Queue:
    """The queue of GET /queue. Raises HostileAnswer."""
    if not isinstance(answer, dict):
        raise HostileAnswer("The server's queue is not readable.")
    running = [entry[1] for entry in _entries(answer.get("queue_running"))]
    # The server gives its pending list in heap order.
    pending = [entry[1] for entry in sorted(_entries(answer.get("queue_pending")))]
    return Queue(tuple(running), tuple(pending))


def _entries(items: Any) -> list[tuple[float, str]]:
    if not isinstance(items, list):
        raise HostileAnswer("The server's queue is not readable.")
    found: list[tuple[float, str]] = []
    for item in items:
        if not isinstance(item, list) or len(item) < 2 or not isinstance(item[1], str):
            raise HostileAnswer("The server's queue is not readable.")
        number = item[0]
        ordered = isinstance(number, int | float) and not isinstance(number, bool)
        found.append((float(number) if ordered and abs(number) < 1e15 else 0.0, item[1]))
    return found


def read_history(answer: Any, prompt_id: str, declared: Collection[str]) -> EndedRun | None:
    """The end of a prompt from GET /history/{id}; None while it has not ended.

    Only files of the `declared` output nodes are read. Raises HostileAnswer.
    """
    if not isinstance(answer, dict):
        raise HostileAnswer("The server's history is not readable.")
    entry = answer.get(prompt_id)
    if entry is None:
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("status"), dict):
        raise HostileAnswer("The server's history is not readable.")
    messages = _messages(entry["status"].get("messages"))
    return EndedRun(
        how=_how(entry["status"], messages),
        files=_files(entry.get("outputs"), declared),
        cached_nodes=node_ids(messages.get("execution_cached", {}).get("nodes")),
        created_ms=_created(entry.get("prompt")),
        started_ms=whole(messages.get("execution_start", {}).get("timestamp")),
        ended_ms=_ended(messages),
        failure=_failure(messages.get("execution_error")),
    )


def _messages(items: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in items if isinstance(items, list) else []:
        if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
            found[item[0]] = item[1] if isinstance(item[1], dict) else {}
    return found


def _how(
    status: dict[str, Any], messages: dict[str, dict[str, Any]]
) -> Literal["success", "error", "interrupted"]:
    if "execution_interrupted" in messages:
        return "interrupted"
    if status.get("status_str") == "success" and status.get("completed") is True:
        return "success"
    return "error"


def _ended(messages: dict[str, dict[str, Any]]) -> int | None:
    for kind in ("execution_success", "execution_error", "execution_interrupted"):
        if kind in messages:
            return whole(messages[kind].get("timestamp"))
    return None


def _created(item: Any) -> int | None:
    extra = item[3] if isinstance(item, list) and len(item) > 3 else None
    return whole(extra.get("create_time")) if isinstance(extra, dict) else None


def _failure(data: dict[str, Any] | None) -> Failure | None:
    if data is None:
        return None
    return Failure(
        node_id=node_id(data.get("node_id")) or "",
        node_class=cleaned(data.get("node_type"))[:100],
        exception=cleaned(data.get("exception_type"))[:100],
        message=cleaned(data.get("exception_message")),
    )


def _files(outputs: Any, declared: Collection[str]) -> tuple[OutputFile, ...]:
    """Every object with a `filename`, under whatever key: custom nodes invent their own."""
    if not isinstance(outputs, dict):
        raise HostileAnswer("The server's history is not readable.")
    found: list[OutputFile] = []
    for key, output in outputs.items():
        if key not in declared or not isinstance(output, dict):
            continue
        for items in output.values():
            for item in items if isinstance(items, list) else []:
                if isinstance(item, dict) and "filename" in item:
                    found.append(_file(key, item))
                if len(found) > MAX_FILES:
                    raise HostileAnswer(f"The server names more than {MAX_FILES} files.")
    return tuple(found)


def _file(key: str, item: dict[str, Any]) -> OutputFile:
    name, subfolder = item["filename"], item.get("subfolder", "")
    kind = _KINDS.get(item.get("type")) if isinstance(item.get("type"), str) else None
    if kind is None or not is_file_name(name) or not is_subfolder(subfolder):
        raise HostileAnswer("The server names a file that cannot be its output.")
    return OutputFile(key, name, subfolder, kind)


def is_file_name(name: object) -> bool:
    """Whether it can be the name of an output or input file of the server."""
    return isinstance(name, str) and len(name) <= MAX_NAME and bool(_FILE_NAME.fullmatch(name))


def is_subfolder(name: object) -> bool:
    """Whether it can be a folder below the server's output or input folder."""
    return isinstance(name, str) and len(name) <= MAX_NAME and bool(_SUBFOLDER.fullmatch(name))


def read_number(answer: Any, prompt_id: str) -> int | float:
    """The queue number of a 200 answer to POST /prompt. Raises HostileAnswer."""
    if not isinstance(answer, dict) or answer.get("prompt_id") != prompt_id:
        raise HostileAnswer("The server took the prompt under another id.")
    number = answer.get("number")
    return number if isinstance(number, int | float) and not isinstance(number, bool) else 0


def read_uploaded(answer: Any) -> tuple[str, str]:
    """Name and subfolder under which an upload was kept. Raises HostileAnswer."""
    if isinstance(answer, dict):
        name, subfolder = answer.get("name"), answer.get("subfolder", "")
        if is_file_name(name) and is_subfolder(subfolder):
            return str(name), str(subfolder)
    raise HostileAnswer("The server kept the upload under a name that cannot be.")


def is_prompt_id(text: str) -> bool:
    """Whether it is a lower-case hyphenated UUID, the form that both server versions accept."""
    return bool(PROMPT_ID.fullmatch(text))
