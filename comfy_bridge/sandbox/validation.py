"""What POST /prompt refuses, with ComfyUI's error types and shapes; runs nothing.

A graph with one valid and one invalid branch is accepted: the valid outputs are named.
"""

import dataclasses
from typing import Any

from comfy_bridge.sandbox.catalog import Catalog, Json
from comfy_bridge.sandbox.folders import EscapeError, Folders

CONVERTERS: dict[str, type[Any]] = {"INT": int, "FLOAT": float, "STRING": str, "BOOLEAN": bool}
LONG_LIST = 20


def error(kind: str, message: str, details: str = "", **extra: Any) -> Json:
    """One error in the shape of ComfyUI."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


@dataclasses.dataclass
class Verdict:
    """What became of a graph: the outputs to run, or a refusal; errors by node either way."""

    outputs: list[str]
    refusal: Json | None
    node_errors: Json


def validate(prompt: Json, catalog: Catalog, folders: Folders, targets: Any = None) -> Verdict:
    """Check a graph; values are coerced in place ("32" to 32), as the real server does.

    `targets`: ids of the output nodes to run, or None for all. Raises AttributeError or TypeError
    for a graph that is not an object of objects (the real server answers 500).
    """
    outputs = []
    for node_id, node in prompt.items():
        class_type = node.get("class_type")
        title = node.get("_meta", {}).get("title", class_type)
        if class_type not in catalog:
            return Verdict([], _missing_class(node_id, class_type, title), {})
        if catalog.is_output(class_type) and (targets is None or node_id in targets):
            outputs.append(node_id)
    if not outputs:
        return Verdict([], error("prompt_no_outputs", "Prompt has no outputs"), {})
    check = _Check(prompt, catalog, folders)
    good = [output for output in outputs if check.output(output)]
    if good:
        return Verdict(good, None, check.node_errors)
    lines = [f"{one['message']}: {one['details']}" for one in check.output_errors]
    refusal = error(
        "prompt_outputs_failed_validation", "Prompt outputs failed validation", "\n".join(lines)
    )
    return Verdict([], refusal, check.node_errors)


def _missing_class(node_id: str, class_type: Any, title: Any) -> Json:
    if class_type is None:
        message = (
            f"Node 'ID #{node_id}' has no class_type. "
            "The workflow may be corrupted or a custom node is missing."
        )
    else:
        message = f"Node '{title}' not found. The custom node may not be installed."
    return error(
        "missing_node_type",
        message,
        f"Node ID '#{node_id}'",
        node_id=node_id,
        class_type=class_type,
        node_title=title,
    )


class _Check:
    """One pass over the branches of a graph; each node is judged once."""

    def __init__(self, prompt: Json, catalog: Catalog, folders: Folders) -> None:
        self.prompt = prompt
        self.catalog = catalog
        self.folders = folders
        self.judged: dict[str, tuple[bool, list[Json]]] = {}
        self.path: list[str] = []
        self.node_errors: Json = {}
        self.output_errors: list[Json] = []

    def output(self, node_id: str) -> bool:
        try:
            valid = self.node(node_id)
        except (KeyError, IndexError, TypeError, AttributeError) as problem:
            valid = False
            reason = error(
                "exception_during_validation",
                "Exception when validating node",
                str(problem),
                exception_type=type(problem).__name__,
                traceback=["(omitted)"],
            )
            self.judged[node_id] = (False, [reason])
        self.path.clear()
        if valid:
            return True
        self.output_errors += self.judged[node_id][1]
        for one, (fine, reasons) in self.judged.items():
            if not fine and reasons:
                entry = self.node_errors.setdefault(
                    one,
                    {
                        "errors": reasons,
                        "dependent_outputs": [],
                        "class_type": self.prompt[one]["class_type"],
                    },
                )
                entry["dependent_outputs"].append(node_id)
        return False

    def node(self, node_id: str) -> bool:
        if node_id in self.judged:
            return self.judged[node_id][0]
        if node_id in self.path:
            self._cycle(self.path[self.path.index(node_id) :])
            return False
        self.path.append(node_id)
        class_type = self.prompt[node_id]["class_type"]
        values = self.prompt[node_id]["inputs"]
        reasons: list[Json] = []
        valid = True
        for name, required, kind, options in self.catalog.inputs(class_type):
            if name not in values:
                if required:
                    reasons.append(
                        error(
                            "required_input_missing",
                            "Required input is missing",
                            name,
                            input_name=name,
                        )
                    )
                continue
            if isinstance(values[name], list):
                valid = self._link(values[name], name, kind, options, reasons) and valid
            else:
                self._value(values, name, kind, options, reasons)
        self.path.pop()
        if node_id in self.judged:  # found to be part of a cycle meanwhile
            return False
        self.judged[node_id] = (valid and not reasons, reasons)
        return self.judged[node_id][0]

    def _cycle(self, ids: list[str]) -> None:
        classes = [f"{one} ({self.prompt[one]['class_type']})" for one in [*ids, ids[0]]]
        for one in ids:
            reason = error(
                "dependency_cycle",
                "Dependency cycle detected",
                " -> ".join(classes),
                node_id=one,
                cycle_nodes=ids,
            )
            self.judged[one] = (False, [reason])

    def _link(
        self, link: list[Any], name: str, kind: Any, options: Json, reasons: list[Json]
    ) -> bool:
        config = [kind, options]
        if len(link) != 2:
            reasons.append(
                error(
                    "bad_linked_input",
                    "Bad linked input, must be a length-2 list of [node_id, slot_index]",
                    name,
                    input_name=name,
                    input_config=config,
                    received_value=link,
                )
            )
            return False
        source, slot = link
        received = tuple(self.catalog.output_types(self.prompt[source]["class_type"]))[slot]
        wanted = "COMBO" if isinstance(kind, list) else kind
        if "*" not in (wanted, received) and received != wanted:
            details = f"{name}, received_type({received}) mismatch input_type({wanted})"
            reasons.append(
                error(
                    "return_type_mismatch",
                    "Return type mismatch between linked nodes",
                    details,
                    input_name=name,
                    input_config=config,
                    received_type=received,
                    linked_node=link,
                )
            )
            return False
        depth = len(self.path)
        try:
            return self.node(source)
        except (KeyError, IndexError, TypeError, AttributeError) as problem:
            del self.path[depth:]
            reason = error(
                "exception_during_inner_validation",
                "Exception when validating inner node",
                str(problem),
                input_name=name,
                input_config=config,
                exception_message=str(problem),
                exception_type=type(problem).__name__,
                traceback=["(omitted)"],
                linked_node=link,
            )
            self.judged[source] = (False, [reason])
            return False

    def _value(
        self, values: Json, name: str, kind: Any, options: Json, reasons: list[Json]
    ) -> None:
        config = [kind, options]
        value = values[name]
        if isinstance(kind, str) and kind in CONVERTERS:
            try:
                value = values[name] = CONVERTERS[kind](value)
            except (ValueError, TypeError, OverflowError) as problem:
                reasons.append(
                    error(
                        "invalid_input_type",
                        f"Failed to convert an input value to a {kind} value",
                        f"{name}, {value}, {problem}",
                        input_name=name,
                        input_config=config,
                        received_value=value,
                        exception_message=str(problem),
                    )
                )
                return
        if options.get("image_upload"):
            if not self._is_file(value):
                details = f"{name} - Invalid image file: {value}"
                reasons.append(
                    error(
                        "custom_validation_failed",
                        "Custom validation failed for node",
                        details,
                        input_name=name,
                    )
                )
            return
        known = {"input_name": name, "input_config": config, "received_value": value}
        if "min" in options and value < options["min"]:
            message = f"Value {value} smaller than min of {options['min']}"
            reasons.append(error("value_smaller_than_min", message, name, **known))
        elif "max" in options and value > options["max"]:
            message = f"Value {value} bigger than max of {options['max']}"
            reasons.append(error("value_bigger_than_max", message, name, **known))
        choices = kind if isinstance(kind, list) else options.get("options")
        if choices is not None and value not in choices:
            short = len(choices) <= LONG_LIST
            shown = str(choices) if short else f"(list of length {len(choices)})"
            known["input_config"] = config if short else None
            details = f"{name}: '{value}' not in {shown}"
            reasons.append(error("value_not_in_list", "Value not in list", details, **known))

    def _is_file(self, value: Any) -> bool:
        try:
            return self.folders.annotated(value).is_file()
        except (EscapeError, TypeError, ValueError, OSError):
            return False
