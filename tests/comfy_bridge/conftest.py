"""Servers of this folder's tests: opened on demand, closed with the test or its file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from comfy_bridge.handles import ServerHandle, open_handle
from comfy_bridge.transport import Timeouts
from tests.fakes.sandbox import SandboxProcess, start_sandbox


@pytest.fixture
def connected() -> Iterator[Callable[[str], ServerHandle]]:
    with ExitStack() as stack:

        def open_(url: str) -> ServerHandle:
            handle = open_handle(url, timeouts=Timeouts(connect_s=1.0, answer_s=2.0, file_s=3.0))
            stack.callback(handle.close)
            return handle

        yield open_


@pytest.fixture(scope="module")
def calm_sandbox() -> Iterator[SandboxProcess]:
    with start_sandbox(step_ms=15) as process:
        yield process


@pytest.fixture
def sandbox(calm_sandbox: SandboxProcess) -> Iterator[SandboxProcess]:
    calm_sandbox.faults(reset=True)
    yield calm_sandbox
    calm_sandbox.faults(reset=True)
