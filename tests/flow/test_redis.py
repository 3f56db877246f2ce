"""Workers, sweeper and server as processes of their own, woken and heard through Redis."""

import os
import time
import uuid
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests.fakes.sandbox import start_sandbox
from tests.flow.listener import Listener
from tests.jobs.product import Product

REDIS = "redis://127.0.0.1:6379/15"
KEYS = f"{os.environ['REDIS_PREFIX']}:*"
PACE = {"JOB_LEASE_S": "2", "JOB_HEARTBEAT_S": "0.5", "JOB_SWEEP_S": "0.5"}
COUNT = 3


@pytest.fixture(scope="module")
def broker():
    """Redis, without what an earlier run left in this database of it."""
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError as error:
        pytest.skip(f"no Redis answers at {REDIS}: {error}")
    _forget(client)
    yield client
    _forget(client)


def _forget(client):
    for key in client.scan_iter(KEYS):
        client.delete(key)


@pytest.fixture(scope="module")
def database():
    """A PostgreSQL database of this test's own when DATABASE_URL is one; else SQLite's file."""
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not url.scheme.startswith("postgres"):
        yield {}
        return
    name = f"flow_{uuid.uuid4().hex[:12]}"
    server = url._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": url._replace(path=f"/{name}").geturl()}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def sandbox():
    with start_sandbox(step_ms=40) as running:
        yield running


@pytest.fixture(scope="module")
def product(broker, database, sandbox, tmp_path_factory):
    settings = {"REDIS_URL": REDIS, "STUDIO_WORKERS": "none", **PACE, **database}
    made = Product(tmp_path_factory.mktemp("product"), sandbox.url, **settings)
    try:
        made.prepare()
        made.serve()
        made.start("sweeper", "manage.py", "sweep")
        start_worker(made)
        made.until(made.online, "the sweeper to find the sandbox")
        made.character = made.approved_character()
        yield made
    finally:
        made.close()


def start_worker(product):
    product.start("worker", "-m", "dramatiq", "studio.worker", "--processes=1", "--threads=6")


def statuses(product, asked):
    return product.get(f"requests/{asked['request_id']}")["statuses"]


def posted(sandbox, before):
    return {key: n for key, n in sandbox.state()["posts"].items() if key not in before["posts"]}


def test_the_main_job_and_its_progress_reach_a_browser(product, sandbox):
    before = sandbox.state()
    with Listener(product) as listener:
        asked = product.ask(product.character, COUNT)
        product.until(product.is_idle, "every job to end")
    assert statuses(product, asked) == {"generated": COUNT}
    assert set(posted(sandbox, before).values()) == {1}
    events = listener.heard()
    ids = [event["id"] for event in events]
    assert len(ids) == len(set(ids)), "a listener in several groups hears an event once"
    generating = {
        job["id"]
        for job in product.jobs()
        if job["kind"] == "variant.generate" and job["status"] == "succeeded"
    }
    steps = [e for e in events if e["type"] == "job.progress" and 0 < e["progress"] < 1]
    assert {event["job_id"] for event in steps} == generating
    assert any("step" in event["note"] for event in steps)
    ended = {event["job_id"] for event in events if event["type"] == "job.finished"}
    assert generating <= ended


def test_a_killed_worker_is_replaced_by_the_next_one_after_the_lease(product, sandbox):
    before = sandbox.state()
    asked = product.ask(product.character, COUNT)
    product.until(lambda: set(sandbox.state()["runs"]) - set(before["runs"]), "a run", every_s=0.01)
    product.kill("worker")
    assert "generating" in statuses(product, asked)
    start_worker(product)
    product.until(product.is_idle, "every job to end")
    assert statuses(product, asked) == {"generated": COUNT}
    posts = posted(sandbox, before)
    assert (len(posts), set(posts.values())) == (COUNT, {1})
    assert "its worker was lost" in product.log("sweeper")
    assert {job["status"] for job in product.jobs()} == {"succeeded"}


def test_a_worker_that_is_asked_to_end_gives_its_jobs_back(product, sandbox):
    before = sandbox.state()
    lost = product.log("sweeper").count("its worker was lost")
    asked = product.ask(product.character, COUNT)
    product.until(lambda: set(sandbox.state()["runs"]) - set(before["runs"]), "a run", every_s=0.01)
    began = time.monotonic()
    assert product.end("worker") == 0
    print(f"the worker ended {time.monotonic() - began:.1f} s after SIGTERM")
    assert statuses(product, asked).get("generating", 0) == 0
    start_worker(product)
    product.until(product.is_idle, "every job to end")
    assert statuses(product, asked) == {"generated": COUNT}
    assert set(posted(sandbox, before).values()) == {1}
    assert product.log("sweeper").count("its worker was lost") == lost


def test_without_redis_a_worker_of_its_own_says_what_it_needs(product):
    env = {**product.env, "REDIS_URL": ""}
    bare = Product(product.folder, "")
    bare.env = env
    process = bare.start("lonely", "-m", "dramatiq", "studio.worker", "--processes=1")
    assert process.wait(60) != 0
    assert "Workers of their own need REDIS_URL" in bare.log("lonely")
    assert "Traceback" not in bare.log("lonely")


def test_the_sweeper_ends_when_asked_to(product):
    assert product.end("sweeper") == 0
    assert "Traceback" not in product.log("sweeper")
    product.start("sweeper", "manage.py", "sweep")
