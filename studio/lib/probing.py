"""Asks a server process at its unix socket whether it is well: `python -m studio.lib.probing PATH`.

Needs nothing but Python's own library; containers and script/production both use it.
"""

import http.client
import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit


def is_well(path: Path, site_url: str, page: str = "/healthz", timeout_s: float = 5.0) -> bool:
    """Whether it answers 200, asked as the proxy in front of it asks."""
    site = urlsplit(site_url)
    connection = http.client.HTTPConnection(site.netloc or "localhost", timeout=timeout_s)
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(timeout_s)
        try:
            link.connect(str(path))
            connection.sock = link
            headers = {"X-Forwarded-Proto": site.scheme or "http", "Connection": "close"}
            connection.request("GET", page, headers=headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


if __name__ == "__main__":
    sys.exit(not is_well(Path(sys.argv[1]), os.environ.get("SITE_URL", "")))
