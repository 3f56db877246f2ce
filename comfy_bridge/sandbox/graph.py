"""In which order the nodes of a graph run, and what makes two nodes the same work.

Pure; the rule of the order is ComfyUI's, seen in its recordings: previews as early as possible.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def is_link(value: Any) -> bool:
    """Whether an input's value is `[node id, output index]`."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int | float)
    )


class ExecutionOrder:
    """Hands out one runnable node after the other.

    Nodes are entered from each output upward, a node's last link first (a stack). Of those whose
    inputs are ready, the first that is an output is taken, else the first that feeds an output,
    else the first that feeds a feeder of an output, else simply the first.
    """

    def __init__(
        self, prompt: Json, is_output: Callable[[str], bool], is_cached: Callable[[str], bool]
    ) -> None:
        self._prompt = prompt
        self._is_output = is_output
        self._is_cached = is_cached
        self._blocked_by: dict[str, int] = {}  # in order of entry
        self._feeds: dict[str, list[str]] = {}

    def enter(self, output_id: str) -> None:
        """Enter an output node and everything above it that is not cached."""
        stack, links = [output_id], []
        while stack:
            node_id = stack.pop()
            if node_id in self._blocked_by:
                continue
            self._blocked_by[node_id] = 0
            self._feeds[node_id] = []
            for value in self._prompt[node_id]["inputs"].values():
                if is_link(value) and not self._is_cached(value[0]):
                    stack.append(value[0])
                    links.append((value[0], node_id))
        for source, target in links:
            if target not in self._feeds[source]:
                self._feeds[source].append(target)
                self._blocked_by[target] += 1

    def pick(self) -> str | None:
        """The node to run next; None when all are done."""
        ready = [node_id for node_id, count in self._blocked_by.items() if count == 0]
        tests: list[Callable[[str], bool]] = [
            self._is_output,
            lambda node: any(map(self._is_output, self._feeds[node])),
            lambda node: any(
                self._is_output(far) for near in self._feeds[node] for far in self._feeds[near]
            ),
        ]
        for test in tests:
            for node_id in ready:
                if test(node_id):
                    return node_id
        return ready[0] if ready else None

    def done(self, node_id: str) -> None:
        """A node has run: what it feeds may become ready."""
        del self._blocked_by[node_id]
        for target in self._feeds.pop(node_id):
            self._blocked_by[target] -= 1


def signatures(prompt: Json, file_state: Callable[[Json], str]) -> dict[str, str]:
    """What each node's work depends on, as a digest: class, values, and those of its inputs.

    `file_state(node)`: what the node reads from disk. Nodes on a cycle or over a missing link have
    no signature.
    """
    found: dict[str, str] = {}

    def of(node_id: str, above: tuple[str, ...]) -> str:
        if node_id in found:
            return found[node_id]
        if node_id in above:
            raise KeyError(node_id)
        node = prompt[node_id]
        parts: list[Any] = [node["class_type"], file_state(node)]
        for name, value in sorted(node["inputs"].items()):
            source = [of(value[0], (*above, node_id)), value[1]] if is_link(value) else [value]
            parts.append([name, source])
        digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        found[node_id] = digest
        return digest

    for node_id in prompt:
        try:
            of(node_id, ())
        except (KeyError, AttributeError, TypeError):
            continue
    return found
