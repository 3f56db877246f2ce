"""Connections of the server that send at once. Knows Twisted's transports, not what is sent.

Twisted hands every write to its loop, which has the kernel watch the connection and then no longer:
a third of what a message to many sockets cost. Asyncio's own transports try to send first, too.
"""

from twisted.internet import tcp, unix


class AtOnce(tcp.Server):
    """A TCP connection that was accepted."""

    def write(self, data: bytes) -> None:
        """Send what the kernel takes now, unless something waits before it; the loop the rest."""
        waits = self.dataBuffer or self._tempDataBuffer or self.TLS
        if data and self.connected and not (waits or self.disconnecting or self._writeDisconnected):
            sent = self.writeSomeData(data)
            if isinstance(sent, int):  # else it is broken, which the loop finds out in its own way
                data = data[sent:]
            if not data:
                return
        super().write(data)  # type: ignore[no-untyped-call]


class AtOnceUnix(AtOnce, unix.Server):
    """The same through a Unix socket."""


def send_at_once() -> None:
    """Let every connection that is accepted from now on be one of these."""
    tcp.Port.transport = AtOnce
    unix.Port.transport = AtOnceUnix
