"""Daphne as it is installed in production: without click, a development package.

Where click is found, autobahn colours a log line that nobody reads for every frame that it sends.
"""

import sys

sys.modules["click"] = None  # type: ignore[assignment]

from daphne.cli import CommandLineInterface  # noqa: E402  after click is hidden

if __name__ == "__main__":
    CommandLineInterface.entrypoint()
