"""A WSGI application that takes its time, to be cut off in the middle of an answer."""

import time
from typing import Any


def application(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    time.sleep(0.2)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"done"]
