"""A page's socket as a browser opens it: signed in by the form, with the page's own origin."""

import json
import queue
import re
import threading
from contextlib import ExitStack

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


class Listener:
    """A browser's socket, signed in as a page is; `close_code` once the server has closed it."""

    def __init__(self, product, who="creator"):
        page = httpx.Client(base_url=product.address, follow_redirects=True)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.get("/sign-in/").text)
        fields = {"username": who, "password": product.password(who)}
        page.post("/sign-in/", data={**fields, "csrfmiddlewaretoken": token[1]})
        cookie = f"sessionid={page.cookies['sessionid']}"
        page.close()
        self.close_code: int | None = None
        self._open = ExitStack()
        self._socket = self._open.enter_context(
            connect(
                f"{product.address.replace('http', 'ws', 1)}/ws/events/",
                origin=product.address,
                additional_headers={"Cookie": cookie},
            )
        )
        self._heard: queue.Queue[dict] = queue.Queue()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        try:
            for message in self._socket:
                self._heard.put(json.loads(message))
        except ConnectionClosed:
            pass
        self.close_code = self._socket.close_code

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._open.close()
        self._thread.join()

    def heard(self):
        events = []
        while not self._heard.empty():
            events.append(self._heard.get())
        return events
