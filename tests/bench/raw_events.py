"""The limit for live events: one Redis subscription, handed to every WebSocket, and nothing else.

`python -m tests.bench.raw_events REDIS_URL CHANNEL PORT`
"""

import asyncio
import sys

from redis import asyncio as aioredis
from websockets.asyncio.server import ServerConnection, broadcast, serve


async def main(url: str, channel: str, port: int) -> None:
    sockets: set[ServerConnection] = set()

    async def stay(connection: ServerConnection) -> None:
        sockets.add(connection)
        try:
            await connection.wait_closed()
        finally:
            sockets.discard(connection)

    client = aioredis.Redis.from_url(url)
    async with client.pubsub() as subscription:
        await subscription.subscribe(channel)
        async with serve(stay, "127.0.0.1", port, compression=None):
            async for heard in subscription.listen():
                if heard["type"] == "message":
                    broadcast(sockets, heard["data"].decode())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
