"""Stands where a worker starts its face child: passes frames to a warm reader behind a socket.

Starts in milliseconds, so that a worker can be killed often; see face_server.py.
"""

import os
import socket
import sys
import threading


def main() -> None:
    """The socket's path is the first argument; what follows it is not looked at."""
    with socket.socket(socket.AF_UNIX) as warm:
        warm.connect(sys.argv[1])

        def ask() -> None:
            while data := os.read(0, 65536):
                warm.sendall(data)
            warm.shutdown(socket.SHUT_WR)

        threading.Thread(target=ask, daemon=True).start()
        while answer := warm.recv(65536):
            while answer:
                answer = answer[os.write(1, answer) :]


if __name__ == "__main__":
    main()
