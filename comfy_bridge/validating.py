"""Holding a workflow against one server's descriptions: every problem by name. Pure.

It asks what the server itself asks of a prompt (docs: protocol of POST /prompt), but tells all of
it at once, and before anything is queued.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from comfy_bridge.bindings import REQUIRED, Binding
from comfy_bridge.catalog import MODEL_INPUTS
from comfy_bridge.descriptions import Descriptions, InputSpec, fits
from comfy_bridge.graph import described, is_link, links_of
from comfy_bridge.requests import Graph

MAX_SHOWN = 50
_CONVERT: dict[str, Callable[[Any], Any]] = {"INT": int, "FLOAT": float}
_WORDS = {"INT": "a whole number", "FLOAT": "a number"}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; a warning does not keep the server from running the workflow."""

    code: str
    node: str
    sentence: str
    input: str = ""
    severity: Literal["error", "warning"] = "error"
    extra: dict[str, Any] = field(default_factory=dict)


def problems(
    graph: Graph, bindings: Sequence[Binding], outputs: Iterable[str], server: Descriptions
) -> list[Problem]:
    """Everything that the server would refuse, in the order of the graph.

    What no declared output depends on is told as a warning: the server does not run it.
    """
    needed = _needed(graph, outputs)
    look = _Look(graph, {(b.node, b.input): b for b in bindings}, server)
    found = [problem for key in graph for problem in look.at(key)]
    return [
        problem
        if problem.node in needed or problem.code == "missing_node"
        else Problem(
            problem.code, problem.node, problem.sentence, problem.input, "warning", problem.extra
        )
        for problem in found
    ]


def is_valid(found: Iterable[Problem]) -> bool:
    """Whether the server would run it."""
    return all(problem.severity == "warning" for problem in found)


def _needed(graph: Graph, outputs: Iterable[str]) -> set[str]:
    needed: set[str] = set()
    todo = [key for key in outputs if key in graph]
    while todo:
        key = todo.pop()
        if key not in needed:
            needed.add(key)
            todo += [source for _, source, _ in links_of(graph, key)]
    return needed


class _Look:
    """One look at the nodes of a graph."""

    def __init__(
        self, graph: Graph, bound: dict[tuple[str, str], Binding], server: Descriptions
    ) -> None:
        self.graph = graph
        self.bound = bound
        self.server = server

    def at(self, key: str) -> list[Problem]:
        node = self.graph[key]
        spec = self.server.get(node["class_type"])
        who = described(self.graph, key)
        if spec is None:
            sentence = f"{who}: the server has no node of this class."
            return [Problem("missing_node", key, sentence, extra={"class": node["class_type"]})]
        found = []
        for wanted in spec.inputs:
            if wanted.name in node["inputs"]:
                found += self._value(key, wanted, node["inputs"][wanted.name])
            elif wanted.is_required and not wanted.is_nested:
                sentence = f"{who}: the input {wanted.name} is missing."
                found.append(Problem("missing_input", key, sentence, wanted.name))
        for name in node["inputs"]:
            if not spec.knows(name):
                sentence = f"{who}: the server knows no input {name}; it would be ignored."
                found.append(Problem("unknown_input", key, sentence, name, "warning"))
        return found

    def _value(self, key: str, wanted: InputSpec, value: Any) -> list[Problem]:
        if is_link(value):
            return self._link(key, wanted, value)
        binding = self.bound.get((key, wanted.name))
        if binding and binding.type in REQUIRED:
            return []  # given anew at each run
        if wanted.choices is not None:
            return self._choice(key, wanted, value, is_open=bool(binding) and value == "")
        if wanted.kind in _CONVERT:
            return self._number(key, wanted, value)
        if value is None and wanted.kind != "STRING":
            sentence = f"{described(self.graph, key)}: {wanted.name} has no value."
            return [Problem("wrong_type", key, sentence, wanted.name)]
        return []

    def _link(self, key: str, wanted: InputSpec, link: list[Any]) -> list[Problem]:
        source, slot = link
        who = described(self.graph, key)
        if source not in self.graph:
            sentence = f"{who}: {wanted.name} leads to node {source}, which is not there."
            return [Problem("bad_link", key, sentence, wanted.name)]
        giver = self.server.get(self.graph[source]["class_type"])
        if giver is None:
            return []  # told of that node
        if not 0 <= slot < len(giver.outputs):
            sentence = (
                f"{who}: {wanted.name} wants output {slot} of {described(self.graph, source)}"
            )
            return [
                Problem(
                    "bad_link",
                    key,
                    f"{sentence}, which has {len(giver.outputs)}.",
                    wanted.name,
                    extra={"outputs": len(giver.outputs)},
                )
            ]
        given = giver.outputs[slot]
        if wanted.is_nested or fits(given, wanted.kind):
            return []
        sentence = (
            f"{who}: {wanted.name} takes {wanted.kind}, and "
            f"{described(self.graph, source)} gives {given}."
        )
        extra = {"wanted": wanted.kind, "given": given}
        return [Problem("bad_link_type", key, sentence, wanted.name, extra=extra)]

    def _choice(self, key: str, wanted: InputSpec, value: Any, *, is_open: bool) -> list[Problem]:
        choices = wanted.choices or ()
        if value in choices or (is_open and len(choices) == 1):
            return []
        available = [str(one) for one in choices[:MAX_SHOWN]]
        who = described(self.graph, key)
        more = f" and {len(choices) - 10} more" if len(choices) > 10 else ""
        there = f"It has {', '.join(available[:10])}{more}." if available else "It has none."
        if wanted.name not in MODEL_INPUTS:
            code, what = "value_not_in_list", f"{wanted.name} cannot be {_shown(value)}. "
            there = there.replace("It has", "It may be", 1) if available else "It has no choice."
        elif value == "":
            code, what = "missing_model", f"a file for {wanted.name} has to be named. "
        else:
            code, what = "missing_model", f"the server has no model file {_shown(value)}. "
        extra = {"value": value, "available": available}
        return [Problem(code, key, f"{who}: {what}{there}", wanted.name, extra=extra)]

    def _number(self, key: str, wanted: InputSpec, value: Any) -> list[Problem]:
        who = described(self.graph, key)
        try:
            number = _CONVERT[wanted.kind](value)
        except (ValueError, TypeError, OverflowError):
            sentence = f"{who}: {wanted.name} is {_shown(value)}; it takes {_WORDS[wanted.kind]}."
            extra = {"value": value, "wanted": wanted.kind}
            return [Problem("wrong_type", key, sentence, wanted.name, extra=extra)]
        low, high = wanted.bound("min"), wanted.bound("max")
        if low is not None and number < low:
            sentence = f"{who}: {wanted.name} is {_shown(value)}; it is at least {low}."
            extra = {"value": value, "limit": low}
            return [Problem("value_too_small", key, sentence, wanted.name, extra=extra)]
        if high is not None and number > high:
            sentence = f"{who}: {wanted.name} is {_shown(value)}; it is at most {high}."
            extra = {"value": value, "limit": high}
            return [Problem("value_too_big", key, sentence, wanted.name, extra=extra)]
        return []


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
