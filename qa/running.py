"""Running nets on the GPU or the CPU; what does not fit into memory is halved. Knows no faces.

Lives in the face child only.
"""

import logging
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

log = logging.getLogger(__name__)

Numbers = NDArray[np.float32]

AUTO, CPU, CUDA = "auto", "cpu", "cuda"
NO_GPU = "Read on the CPU: FACE_DEVICE asks for a GPU, and torch finds none."
GPU_FULL = "Read on the CPU: the GPU's memory is full. A new start of the worker tries it again."
NO_ENTRY = "Read on the CPU: the GPU took no net. A new start of the worker tries it again."


class Place:
    """Where nets run (`auto`, `cpu` or `cuda`, as FACE_DEVICE has it), and what to say about it.

    `note` is a sentence where the GPU that should be used is not; each reading carries it.
    """

    def __init__(self, wanted: str = AUTO) -> None:
        there = wanted != CPU and torch.cuda.is_available()
        self.device = torch.device(CUDA if there else CPU)
        self.note = NO_GPU if wanted == CUDA and not there else ""


class Net:
    """A net in its place. `most` is how many inputs are tried in one forward pass."""

    def __init__(self, module: nn.Module, place: Place, most: int) -> None:
        self._device = place.device
        self._place = place
        # The order in memory in which CPUs run small convolutions up to three times as quickly.
        placed: Any = self._placed(module.eval())  # its types know no memory_format
        self._module: nn.Module = placed.to(memory_format=torch.channels_last)
        self._wanted = self._most = most

    def __call__(self, inputs: Numbers) -> tuple[Numbers, ...]:
        """The net's outputs for (N, channels, height, width) inputs, N at least 1, in their order.

        A batch that the memory does not hold is halved, for this one and all that follow; where
        not even one input fits the net moves to the CPU. Raises torch.OutOfMemoryError there.
        """
        parts: list[tuple[Numbers, ...]] = []
        done = 0
        while done < len(inputs):
            batch = inputs[done : done + self._most]
            try:
                parts.append(self._forward(batch))
            except torch.OutOfMemoryError:
                self._make_do(len(batch))
            else:
                done += len(batch)
        return tuple(np.concatenate(outputs) for outputs in zip(*parts, strict=True))

    def _placed(self, module: nn.Module) -> nn.Module:
        try:
            return module.to(self._device)
        except RuntimeError:  # what torch raises for whatever a GPU refuses, its memory included
            if self._device.type == CPU:
                raise
            log.warning(NO_ENTRY, exc_info=True)
        self._device, self._place.note = torch.device(CPU), NO_ENTRY
        return module.to(self._device)

    def _forward(self, batch: Numbers) -> tuple[Numbers, ...]:
        inputs = torch.from_numpy(batch).to(self._device, memory_format=torch.channels_last)
        with torch.inference_mode():
            outputs: Any = self._module(inputs)
        if isinstance(outputs, torch.Tensor):
            outputs = (outputs,)
        return tuple(output.cpu().numpy() for output in outputs)

    def _make_do(self, count: int) -> None:
        """After the memory ran out over `count` inputs. Raises what is being handled on a CPU
        that cannot hold one."""
        if count > 1:
            self._most = count // 2
            log.warning("memory for %d inputs at once is not there: %d now", count, self._most)
        elif self._device.type == CPU:
            raise  # noqa: PLE0704  called while the error is handled
        else:
            self._device, self._most = torch.device(CPU), self._wanted
            self._module.to(self._device)
            self._place.note = GPU_FULL
            log.warning(GPU_FULL)
        torch.cuda.empty_cache()  # does nothing where there is no GPU
