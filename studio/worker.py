"""What `dramatiq studio.worker` loads: the broker, the actors and every app's handlers."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup()

from jobs.actors import ACTORS  # noqa: E402  after setup
from jobs.broker import broker  # noqa: E402

__all__ = ["ACTORS", "broker"]
