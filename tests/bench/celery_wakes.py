"""The peer for wake-ups: one Celery task over the same Redis, Celery's own settings."""

import os
import time

import redis
from celery import Celery

app = Celery("bench", broker=os.environ["REDIS_URL"])
results = redis.Redis.from_url(os.environ["REDIS_URL"])


@app.task(ignore_result=True)
def noted() -> None:
    results.lpush("noted-celery", repr(time.monotonic()))
