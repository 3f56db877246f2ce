"""Claims and places as one of many workers; run as a process of its own it waits for a file.

`python -m tests.variants.racing FILE` says `ready`, waits until FILE is there, and prints how many
places it got.
"""

import os
import sys
import time
from pathlib import Path

ROUNDS = 8


def take_a_place() -> int:
    """Claim the next generation as a worker does and place it; how many that were (0 or 1)."""
    from jobs.actors import OWNER, TIMING
    from jobs.claiming import claim
    from variants import waiting
    from variants.models import ImageVariant
    from variants.placing import place

    lease = claim("comfy", OWNER, TIMING, waiting.when_a_server_is_free)
    if lease is None:
        return 0
    place(lease, ImageVariant.objects.select_related("submission").get(job=lease.job))
    return 1


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    print("ready", flush=True)
    while not Path(sys.argv[1]).exists():
        time.sleep(0.005)
    print(sum(take_a_place() for _ in range(ROUNDS)))


if __name__ == "__main__":
    main()
