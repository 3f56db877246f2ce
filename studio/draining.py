"""gunicorn's threaded worker, with a stop that also answers who is still waiting at the door.

Knows gunicorn's loop; nothing of the application.
"""

import select

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):
    """Takes the connections that wait at its socket before it turns its back on it.

    The master has removed the socket's path by then, so no new ones come; those that were made
    just before would be reset, and the proxy may not send their requests again.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        if not self.alive:
            for listener in self.sockets:
                while select.select([listener], [], [], 0)[0]:
                    self.accept(listener)
        super().set_accept_enabled(enabled)
