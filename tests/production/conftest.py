"""The production topology once for all its tests: PostgreSQL, Redis, nginx, real processes."""

import os
import shutil
import uuid
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from script.launch.production import PATH
from tests.fakes.sandbox import start_sandbox
from tests.production.topology import LEASE, Topology


@pytest.fixture(scope="session")
def servers():
    """Addresses of a PostgreSQL database and of a Redis prefix of this run's own."""
    url, broker = urlsplit(os.environ.get("DATABASE_URL", "")), os.environ.get("REDIS_URL", "")
    if not url.scheme.startswith("postgres") or not broker:
        pytest.skip("production needs DATABASE_URL=postgres://… and REDIS_URL=redis://…")
    if not shutil.which("nginx", path=PATH):
        pytest.skip("there is no nginx (apt-get install nginx-light)")
    name = f"production_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield {
            "DATABASE_URL": url._replace(path=f"/{name}").geturl(),
            "REDIS_URL": broker,
            "REDIS_PREFIX": name,
        }
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    client = redis.Redis.from_url(broker)
    for key in client.scan_iter(f"{name}*"):
        client.delete(key)


@pytest.fixture(scope="session")
def sandbox():
    with start_sandbox(step_ms=30) as running:
        yield running


@pytest.fixture(scope="session")
def production(servers, sandbox, tmp_path_factory):
    settings = {"STUDIO_WORKERS": "none", "MODELS_DIR": "", **LEASE, **servers}
    made = Topology(tmp_path_factory.mktemp("production"), sandbox.url, **settings)
    try:
        made.prepare()
        made.run()
        made.until(made.online, "the sweeper to find the sandbox")
        made.character = made.approved_character()
        yield made
        made.end("production")
    finally:
        made.close()
