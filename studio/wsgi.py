"""The WSGI entry: pages and the API in production (gunicorn). Sockets are the ASGI entry's."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402  after setup

from studio.lib.bodies import BodyCap  # noqa: E402

# A thread of gunicorn lives long and keeps its connection, looked after before each use.
settings.DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
application = BodyCap(_django, settings.MAX_BODY_BYTES)
