"""What `dramatiq studio.worker` loads: the broker, the actors and every app's handlers."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup()

from django.conf import settings  # noqa: E402  after setup

from jobs.actors import ACTORS  # noqa: E402
from jobs.broker import broker  # noqa: E402

__all__ = ["ACTORS", "broker"]

if not settings.REDIS_URL:
    sys.exit(
        "Workers of their own need REDIS_URL, by which they are woken. Without it the server "
        "process does the work itself."
    )
