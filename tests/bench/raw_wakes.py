"""The limit for wake-ups: BLPOP, and nothing else. `python -m tests.bench.raw_wakes REDIS_URL`"""

import sys
import time

import redis

if __name__ == "__main__":
    client = redis.Redis.from_url(sys.argv[1], socket_timeout=None)
    while True:
        client.blpop(["raw-wakes"])
        client.lpush("noted-raw", repr(time.monotonic()))
