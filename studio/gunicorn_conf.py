"""How gunicorn serves studio.wsgi: threads, and a stop that loses nothing.

`WEB_PROCESSES` and `WEB_THREADS` size it; where it listens is said on the command line.
"""

from studio import settings
from studio.lib import env

wsgi_app = "studio.wsgi"
worker_class = "studio.draining.Worker"
workers = env.integer("WEB_PROCESSES", default=1)
threads = env.integer("WEB_THREADS", default=8)
preload_app = True  # it listens only once it can answer
keepalive = 0  # the proxy is beside it, and an idle connection could be closed under a request
timeout = 60  # of a process that no longer answers its master
graceful_timeout = 30  # of the requests in flight when it is told to stop
limit_request_line = 8190
control_socket_disable = True
secure_scheme_headers: dict[str, str] = {}  # whether it was https is Django's to judge
accesslog = None  # the proxy writes one, and studio.tracing a line for each request
logconfig_dict = settings.LOGGING
