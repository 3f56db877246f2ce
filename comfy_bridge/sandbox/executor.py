"""Runs one prompt after the other in a thread of its own: order, cache, interrupts, errors.

Knows nodes and queue; speaks only through the Announcer.
"""

import dataclasses
import hashlib
import threading
import time
from typing import Any

import numpy as np
from PIL import Image

from comfy_bridge.sandbox import hostility
from comfy_bridge.sandbox.catalog import Catalog
from comfy_bridge.sandbox.faults import Faults
from comfy_bridge.sandbox.folders import Folders
from comfy_bridge.sandbox.graph import ExecutionOrder, is_link, signatures
from comfy_bridge.sandbox.nodes import Output, Work
from comfy_bridge.sandbox.progress import Announcer
from comfy_bridge.sandbox.queue import Item, PromptQueue
from comfy_bridge.sandbox.sampler import ALL_NODES

Json = dict[str, Any]
PREVIEW_METHODS = {"auto": True, "latent2rgb": True, "taesd": True, "none": False}
TICK_S = 0.02
END_S = 2.0
NODE_S = 0.05  # what a node without steps is taken to need when `slow` stretches it
NODE_ERRORS = (  # what node code and Pillow raise; the real server turns any of it into a message
    ArithmeticError,
    AttributeError,
    Image.DecompressionBombError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


class PromptInterruptedError(Exception):
    """The prompt is to end now, between two nodes or two steps."""


class PromptForgottenError(Exception):
    """The prompt was lost as in a restart: it ends without a word."""


class NodeFailedError(Exception):
    """A node has raised; `__cause__` is what it raised."""


@dataclasses.dataclass(frozen=True)
class Kept:
    """What the cache holds of a node."""

    values: tuple[Any, ...]
    ui: Json | None


class Executor(threading.Thread):
    """The worker thread."""

    def __init__(
        self,
        queue: PromptQueue,
        catalog: Catalog,
        folders: Folders,
        faults: Faults,
        voice: Announcer,
        step_s: float,
        preview: bool,
    ) -> None:
        super().__init__(name="executor", daemon=True)
        self.queue = queue
        self.catalog = catalog
        self.folders = folders
        self.faults = faults
        self.voice = voice
        self.step_s = step_s
        self.preview = preview
        self.interrupted = threading.Event()
        self.free_wanted = threading.Event()
        self.ended = threading.Event()
        self.cache: dict[str, Kept] = {}

    def run(self) -> None:
        """Until `stop`."""
        while not self.ended.is_set():
            self.interrupted.clear()
            item = self.queue.take(timeout_s=0.1)
            if item is not None:
                _Run(self, item).run()

    def stop(self) -> None:
        """End at the next step or node; waits a little for it."""
        self.ended.set()
        if self.is_alive():
            self.join(END_S)

    def interrupt(self, prompt_id: str | None) -> bool:
        """Interrupt this prompt if it is running, or (None) whatever runs; whether it will."""
        running = self.queue.running
        if running is None or prompt_id not in (None, running[1]):
            return False
        self.interrupted.set()
        return True

    def free(self) -> None:
        """Empty the cache before the next prompt."""
        self.free_wanted.set()

    def forget(self) -> None:
        """Lose queue, history and cache, and drop what runs."""
        self.voice.silence()
        self.queue.forget()
        self.free_wanted.set()


class _Run:
    """One prompt on its way through the executor."""

    def __init__(self, executor: Executor, item: Item) -> None:
        self._x = executor
        self._item = item
        self._prompt_id: str = item[1]
        self._prompt: Json = item[2]
        self._extra: Json = item[3]
        self._targets: list[str] = item[4]
        self._node_id = ""
        self._executed: list[str] = []
        self._outputs: Json = {}
        self._inputs: Json = {}
        self._signatures = signatures(self._prompt, self._file_state)
        method = self._extra.get("preview_method")
        self._work = Work(
            folders=executor.folders,
            prompt=self._prompt,
            extra_pnginfo=self._extra.get("extra_pnginfo") or {},
            preview=PREVIEW_METHODS.get(str(method), executor.preview),
            report=self._report,
            pause=lambda: self._rest(executor.step_s * executor.faults.now.slow),
        )

    def run(self) -> None:
        x, voice = self._x, self._x.voice
        voice.begin(self._prompt_id, self._extra.get("client_id"))
        voice.milestone("execution_start")
        hostility.greet(voice, x.faults, self._prompt_id)
        self._keep_what_counts()
        cached = [node_id for node_id in self._prompt if self._kept(node_id)]
        voice.milestone("execution_cached", nodes=cached)
        completed = False
        try:
            self._execute()
            voice.milestone("execution_success")
            completed = True
        except PromptForgottenError:
            return
        except PromptInterruptedError:
            voice.milestone("execution_interrupted", broadcast=True, **self._where())
        except NodeFailedError as failure:
            voice.milestone("execution_error", **self._where(), **self._described(failure))
        status = {
            "status_str": "success" if completed else "error",
            "completed": completed,
            "messages": [list(message) for message in voice.messages],
        }
        names = ("node_id", "display_node", "parent_node", "real_node_id")
        meta = {one: dict(zip(names, (one, one, None, one), strict=True)) for one in self._outputs}
        x.queue.finish(self._item, self._outputs, meta, status)
        voice.end()

    def _execute(self) -> None:
        def is_output(node_id: str) -> bool:
            return self._x.catalog.is_output(self._prompt[node_id]["class_type"])

        order = ExecutionOrder(self._prompt, is_output, lambda one: self._kept(one) is not None)
        for target in self._targets:
            order.enter(target)
        while (node_id := order.pick()) is not None:
            self._node_id = node_id
            self._run_node(node_id)
            order.done(node_id)

    def _run_node(self, node_id: str) -> None:
        voice, faults = self._x.voice, self._x.faults
        kept = self._kept(node_id)
        if kept is None:
            if faults.now.hang == "silent":
                self._rest(0)
            voice.node_started(node_id)
            self._rest(NODE_S * (faults.now.slow - 1))
            kept = self._computed(node_id)
            self._check()
            self._executed.append(node_id)
        if kept.ui is not None:
            shown = hostility.outputs(kept.ui, faults)
            voice.node_output(node_id, shown)
            self._outputs[node_id] = shown
        voice.node_finished(node_id)

    def _computed(self, node_id: str) -> Kept:
        class_type = self._prompt[node_id]["class_type"]
        try:
            if self._x.faults.now.node_error == class_type:
                raise RuntimeError("The sandbox was asked to fail in this node.")
            self._inputs = self._gathered(node_id)
            result = ALL_NODES[class_type](self._work, **self._inputs)
        except NODE_ERRORS as problem:
            raise NodeFailedError from problem
        shown = result if isinstance(result, Output) else Output(None, result)
        kept = Kept(shown.values, shown.ui)
        # A node without signature cannot be valid, so it never gets here.
        self._x.cache[self._signatures[node_id]] = kept
        return kept

    def _gathered(self, node_id: str) -> Json:
        node = self._prompt[node_id]
        found = {}
        for name, _required, _kind, _options in self._x.catalog.inputs(node["class_type"]):
            if name in node["inputs"]:
                value = node["inputs"][name]
                if is_link(value):
                    source = self._kept(value[0])
                    value = source.values[int(value[1])] if source else None
                found[name] = value
        return found

    def _report(self, step: int, total: int, image: bytes | None) -> None:
        self._check()
        self._x.voice.step(self._node_id, step, total, image)

    def _rest(self, seconds: float) -> None:
        """Let time pass; raises when the prompt is interrupted or forgotten; hangs if asked."""
        until = time.monotonic() + seconds
        while True:
            self._check()
            left = until - time.monotonic()
            if self._x.faults.now.hang:
                left = TICK_S
            if left <= 0:
                return
            time.sleep(min(TICK_S, left))

    def _check(self) -> None:
        if self._x.queue.running is not self._item or self._x.ended.is_set():
            raise PromptForgottenError
        if self._x.interrupted.is_set() and self._x.faults.now.hang != "stuck":
            raise PromptInterruptedError

    def _keep_what_counts(self) -> None:
        """Of the last prompt's work only what this prompt needs stays."""
        x = self._x
        wanted = set() if x.free_wanted.is_set() else set(self._signatures.values())
        x.free_wanted.clear()
        x.cache = {key: kept for key, kept in x.cache.items() if key in wanted}

    def _kept(self, node_id: str) -> Kept | None:
        return self._x.cache.get(self._signatures.get(node_id, ""))

    def _file_state(self, node: Json) -> str:
        if node["class_type"] not in ("LoadImage", "LoadImageMask"):
            return ""
        try:
            path = self._x.folders.annotated(node["inputs"]["image"])
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except (OSError, ValueError):
            return "unreadable"

    def _where(self) -> Json:
        return {
            "node_id": self._node_id,
            "node_type": self._prompt[self._node_id]["class_type"],
            "executed": self._executed,
        }

    def _described(self, failure: NodeFailedError) -> Json:
        problem = failure.__cause__
        kind = type(problem)
        module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        return {
            "exception_message": self._x.folders.nominal(f"{problem}\n"),
            "exception_type": f"{module}{kind.__name__}",
            "traceback": ["  (left out by the sandbox)\n"],
            "current_inputs": {name: [_shown(value)] for name, value in self._inputs.items()},
            "current_outputs": list(self._prompt),
        }


def _shown(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return f"tensor of {list(value.shape)}"
    return value if isinstance(value, str | int | float | bool | None) else str(type(value))
