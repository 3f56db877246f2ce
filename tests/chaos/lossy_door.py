"""A door before PostgreSQL that can lose the answer to a COMMIT: committed, and nobody knows.

Passes bytes; understands no more of the protocol than the word.
"""

import contextlib
import socket
import threading


class LossyDoor:
    """Listens on `port` and passes everything on to `target`, unless it is told to lose it."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.lost = 0
        self._to_lose = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, answers: int) -> None:
        """The answers to the next so many COMMITs do not arrive; their connections break."""
        with self._lock:
            self._to_lose = answers

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                inside, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(inside,), daemon=True).start()

    def _serve(self, inside: socket.socket) -> None:
        with (
            inside,
            contextlib.suppress(OSError),  # PostgreSQL is away, or either side left
            socket.create_connection(("127.0.0.1", self._target)) as outside,
        ):
            doomed = threading.Event()
            back = threading.Thread(target=self._back, args=(outside, inside, doomed))
            back.start()
            while data := inside.recv(65536):
                if b"COMMIT" in data and self._takes_one():
                    doomed.set()
                outside.sendall(data)
            outside.shutdown(socket.SHUT_WR)
            back.join()

    def _back(self, outside: socket.socket, inside: socket.socket, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while (data := outside.recv(65536)) and not doomed.is_set():
                inside.sendall(data)
        if doomed.is_set():
            self.lost += 1
        with contextlib.suppress(OSError):
            inside.shutdown(socket.SHUT_RDWR)

    def _takes_one(self) -> bool:
        with self._lock:
            takes = self._to_lose > 0
            self._to_lose -= takes
        return takes
