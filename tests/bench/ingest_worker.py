"""A process that takes in one file again and again: `python -m tests.bench.ingest_worker FILE`.

Each line of stdin says how often; the answer is the seconds that it took.
"""

import sys
import time
from pathlib import Path

import django

django.setup()

from tests.bench.taking_in import store, vetted  # noqa: E402  after Django is set up


def main(path: Path) -> None:
    data = path.read_bytes()
    for line in sys.stdin:
        begun = time.monotonic()
        for _ in range(int(line)):
            store(vetted(data))
        sys.stdout.write(f"{time.monotonic() - begun}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
