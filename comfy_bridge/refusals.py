"""Refusals of POST /prompt as errors with one sentence per fault. Pure."""

import re
from collections.abc import Collection
from typing import Any

from comfy_bridge.catalog import MODEL_INPUTS
from comfy_bridge.errors import GraphRefused, MissingModel, MissingNode
from comfy_bridge.graph import node_title
from comfy_bridge.requests import Graph
from comfy_bridge.wording import as_sentence, cleaned

MAX_REASONS = 50
_OLD_MISSING_NODE = re.compile(r"node (\S+) does not exist")


def read_refusal(answer: Any, graph: Graph) -> GraphRefused:
    """The error of a 400 answer: MissingNode, MissingModel or GraphRefused."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return GraphRefused("The server refuses the workflow and does not say why.")
    node = _missing_node(error)
    if node:
        return MissingNode(
            f"The server has no node {node}. Install it there or choose another server.",
            node=node,
        )
    found = read_node_errors(answer.get("node_errors"), graph, None)
    if found is not None:
        return found
    said = cleaned(error.get("message")) or "it does not say why"
    return GraphRefused(f"The server refuses the workflow: {as_sentence(said)}")


def read_node_errors(
    node_errors: Any, graph: Graph, declared: Collection[str] | None
) -> GraphRefused | None:
    """The error of a `node_errors` object; with `declared`, only of what those outputs need.

    A 200 answer may carry it too: a branch that does not validate is dropped in silence.
    """
    if not isinstance(node_errors, dict) or not node_errors:
        return None
    reasons: list[str] = []
    models: list[str] = []
    for key, fault in node_errors.items():
        if not isinstance(fault, dict) or (
            declared is not None and not _touches(key, fault, declared)
        ):
            continue
        errors = fault.get("errors")
        for item in errors if isinstance(errors, list) else []:
            if isinstance(item, dict) and len(reasons) < MAX_REASONS:
                model = _missing_model(item)
                if model is not None:
                    models.append(model)
                reasons.append(_sentence(str(key), item, graph))
        if not errors:
            reasons.append(f"{node_title(graph, str(key))}: the server refuses this node.")
    if not reasons:
        return None
    if models:
        return MissingModel(
            f"The server has no model file {models[0]}. Put it there or choose another model.",
            model=models[0],
            reasons=reasons,
        )
    return GraphRefused(
        "The server refuses the workflow. " + " ".join(reasons[:3]), reasons=reasons
    )


def _touches(key: str, fault: dict[str, Any], declared: Collection[str]) -> bool:
    dependent = fault.get("dependent_outputs")
    outputs = dependent if isinstance(dependent, list) else []
    return key in declared or any(
        output in declared for output in outputs if isinstance(output, str)
    )


def _missing_node(error: dict[str, Any]) -> str:
    extra = error.get("extra_info")
    if error.get("type") == "missing_node_type" and isinstance(extra, dict):
        return cleaned(extra.get("class_type"))[:100]
    if error.get("type") == "invalid_prompt":
        match = _OLD_MISSING_NODE.search(cleaned(error.get("message")))
        return match.group(1)[:100] if match else ""
    return ""


def _missing_model(item: dict[str, Any]) -> str | None:
    extra = item.get("extra_info")
    if item.get("type") != "value_not_in_list" or not isinstance(extra, dict):
        return None
    if extra.get("input_name") not in MODEL_INPUTS:
        return None
    return cleaned(extra.get("received_value"))[:200] or "(no name given)"


def _sentence(key: str, item: dict[str, Any], graph: Graph) -> str:
    title = node_title(graph, key)
    extra = item.get("extra_info")
    extra = extra if isinstance(extra, dict) else {}
    name = cleaned(extra.get("input_name"))[:100]
    match item.get("type"):
        case "required_input_missing":
            return f"{title}: {name} is missing."
        case "value_not_in_list":
            value = cleaned(str(extra.get("received_value", "")))[:200]
            return f"{title}: {name} cannot be {value!r} on this server."
        case "custom_validation_failed":
            return f"{title}: {as_sentence(cleaned(item.get('details')))}"
        case "exception_during_validation" | "exception_during_inner_validation":
            return f"{title}: the server could not read this node."
    said = cleaned(item.get("message")) or "the server refuses this node"
    details = cleaned(item.get("details"))
    return f"{title}: {said} ({details})." if details else f"{title}: {as_sentence(said)}"
