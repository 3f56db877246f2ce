"""Hands a verb to its module, and turns every stop into a sentence and an exit code."""

import signal
import sys
from types import FrameType

from script.launch import bench, chaos, demo, lint, production, screenshots, start, test
from script.launch.telling import LaunchError, say
from studio.client import ApiError

VERBS = {
    "demo": demo.main,
    "start": start.main,
    "production": production.main,
    "test": test.main,
    "lint": lint.main,
    "chaos": chaos.main,
    "bench": bench.main,
    "screenshots": screenshots.main,
}


def _leave(signal_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + signal_number)


def main() -> int:
    """Run `script.launch VERB ARGUMENTS…`; the exit code is the verb's."""
    # A plain exit unwinds the stack, and with it every child process that was started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
            signal.signal(number, _leave)
    # A shell script's `script/demo &` comes with Ctrl-C switched off, though it is the one way out.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    verb, *arguments = sys.argv[1:]
    try:
        return VERBS[verb](arguments)
    except LaunchError as error:
        say()
        say(str(error))
        return error.exit_code
    except ApiError as error:
        say()
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say()
        say("Stopped.")
        return 128 + signal.SIGINT
    except BrokenPipeError:
        return 128 + signal.SIGPIPE


if __name__ == "__main__":
    sys.exit(main())
