"""`python -m comfy_bridge.sandbox`: run a sandbox on a loopback port until it is told to end."""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import ImageFile

from comfy_bridge.sandbox.app import Options, Sandbox
from comfy_bridge.sandbox.faults import UnknownFaultError
from comfy_bridge.sandbox.server import AbortableServer


def main() -> int:
    """Parse the arguments and serve; the exit code."""
    arguments = _parser().parse_args()
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # as the real server does, and only in this process
    with _folder(arguments.dir) as folder:
        options = Options(
            folder=folder,
            step_ms=arguments.step_ms,
            checkpoints=tuple(arguments.checkpoint),
            preview=arguments.preview,
            version=arguments.version,
        )
        sandbox = Sandbox(options)
        try:
            for fault in arguments.fault:
                name, _, value = fault.partition("=")
                sandbox.info.switch({name: value or True})
        except (UnknownFaultError, ValueError) as problem:
            sys.stderr.write(f"{problem}\n")
            return 2
        server = AbortableServer(sandbox, arguments.port, sandbox.start, _announce)
        server.run()
        sandbox.stop()
        if server.failure:
            sys.stderr.write(f"The sandbox cannot listen: {server.failure}\n")
            return 1
    return 0


def _announce(port: int) -> None:
    sys.stdout.write(f"ComfyUI sandbox on http://127.0.0.1:{port}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="comfyui-sandbox-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="comfy_bridge.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8188, help="0 takes a free one and prints it")
    parser.add_argument("--dir", type=Path, help="keeps input/ and output/ (default: temporary)")
    parser.add_argument("--step-ms", type=int, default=120, help="time of one sampler step")
    parser.add_argument(
        "--checkpoint",
        nargs="*",
        default=["sandbox.safetensors"],
        metavar="NAME",
        help="the checkpoints to offer; without a name: none",
    )
    parser.add_argument("--preview", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--version", default="0.33.0", help="the ComfyUI version to claim")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]")
    return parser


if __name__ == "__main__":
    sys.exit(main())
