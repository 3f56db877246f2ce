"""Reading an uploaded workflow: bytes or text to a document, whatever they may hold. Pure.

A hostile file is refused with a sentence; a document that ComfyUI's page saves for itself is told
from one that its server runs.
"""

import json
from typing import Any, Literal

from comfy_bridge.errors import UnfitGraph

MAX_FILE_BYTES = 2 * 2**20
EXPORT = "Workflow > Export (API)"
HOW_TO_EXPORT = (
    f'In ComfyUI choose "{EXPORT}" and upload that file. Where the menu has no such item, turn on '
    'the dev mode options in the settings; older versions call it "Save (API Format)".'
)
Format = Literal["api", "ui", "unknown"]


def parse(data: bytes | str) -> Any:
    """The JSON document; raises UnfitGraph for what is too large, malformed or ambiguous."""
    if len(data) > MAX_FILE_BYTES:
        raise UnfitGraph(f"A workflow has at most {MAX_FILE_BYTES // 2**20} MB.")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        return json.loads(
            text.lstrip("\ufeff"), object_pairs_hook=_object, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        raise UnfitGraph("The file is not text: upload the JSON file of a workflow.") from error
    except RecursionError as error:
        raise UnfitGraph("The JSON is nested too deeply to be a workflow.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnfitGraph(f"The file is not JSON: {error.msg} at {where}.") from error
    except ValueError as error:
        raise UnfitGraph("The JSON holds a number with too many digits.") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnfitGraph(f"The JSON names {twice[:40]!r} twice in one object: which one counts?")
    return found


def _no_constant(name: str) -> Any:
    raise UnfitGraph(f"The JSON holds {name}, which is no number.")


def format_of(document: Any) -> Format:
    """Whether it is what the server runs (`api`) or what the page saves (`ui`)."""
    if not isinstance(document, dict):
        return "unknown"
    if isinstance(document.get("nodes"), list):
        return "ui"
    nodes = document.values()
    is_api = any(isinstance(node, dict) and "class_type" in node for node in nodes)
    return "api" if is_api else "unknown"


def unwrapped(document: Any) -> Any:
    """The workflow of a document that carries it: a body of POST /prompt, or both formats."""
    if format_of(document) == "unknown" and isinstance(document, dict):
        for name in ("output", "prompt", "workflow"):
            if format_of(document.get(name)) != "unknown":
                return document[name]
    return document
