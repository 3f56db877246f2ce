"""The server process is killed at one moment after another, and every variant is made once."""

import hashlib
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from tests.fakes.sandbox import start_sandbox
from tests.jobs.product import ASGI, ROOT, Product

COUNT = 4


@pytest.fixture(scope="module")
def sandbox():
    with start_sandbox(step_ms=40) as running:
        yield running


@pytest.fixture(scope="module")
def product(sandbox, tmp_path_factory):
    made = Product(tmp_path_factory.mktemp("product"), sandbox.url)
    try:
        made.prepare()
        made.serve()
        made.until(made.online, "the sandbox to be found")
        made.character = made.approved_character()
        yield made
    finally:
        made.close()


class Counts:
    """How far the sandbox is, since this was made."""

    def __init__(self, sandbox):
        self.sandbox, self.before = sandbox, sandbox.state()

    def since(self, name):
        now, before = self.sandbox.state()[name], self.before[name]
        if isinstance(now, dict):
            return {key: value for key, value in now.items() if key not in before}
        return now - before


NOTES = """SELECT status.name, note FROM jobs JOIN job_statuses status ON status.id = status_id
    WHERE queue = 'comfy' ORDER BY jobs.id"""
MOMENTS = {
    "queued": lambda counts: True,
    "uploading": lambda counts: counts.since("uploads") >= 1,
    "running": lambda counts: len(counts.since("runs")) >= 1,
    "collecting": lambda counts: counts.since("views") >= 1,
}


def test_killed_again_and_again_and_every_variant_is_made_once(product, sandbox):
    counts = Counts(sandbox)
    asked = product.ask(product.character, COUNT)
    for moment, has_come in MOMENTS.items():
        product.until(lambda: has_come(counts), moment, every_s=0.002)  # noqa: B023
        product.kill_alone("server")
        print(f"killed while {moment}:", product.rows(NOTES))
        product.serve()
    product.until(product.is_idle, "every job to end")

    request = product.get(f"requests/{asked['request_id']}")
    assert request["statuses"] == {"generated": COUNT}, request
    assert [row["id"] for row in request["variants"]] == asked["variant_ids"]
    for variant in request["variants"]:
        content = product.call("GET", variant["file_url"]).content
        assert hashlib.sha256(content).hexdigest() == variant["sha256"]
        for address in variant["thumbnails"].values():
            assert product.call("GET", address).status_code == 200
        assert variant["likeness"] is not None
    assert len({variant["sha256"] for variant in request["variants"]}) == COUNT

    jobs = product.jobs()
    assert {job["status"] for job in jobs} == {"succeeded"}, jobs
    kinds = Counter(job["kind"] for job in jobs)
    assert kinds["variant.generate"] == kinds["variant.qa"] == kinds["variant.embed"] == COUNT
    posts = counts.since("posts")
    assert len(posts) == COUNT, "one prompt a variant"
    assert set(posts.values()) == {1}, "and none was posted twice"
    assert set(counts.since("runs").values()) == {1}
    checked = product.manage("check_integrity")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_second_server_on_the_same_database_refuses_in_a_sentence(product, tmp_path):
    env = {**product.env, "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "daphne", "-p", "0", ASGI]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=90)
    assert done.returncode == 1
    assert "Another server with embedded workers runs on this database" in done.stderr
    assert "Traceback" not in done.stderr
    assert product.get("jobs") is not None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_to_in_the_middle_of_work_and_goes_on_afterwards(product, sandbox, how):
    counts = Counts(sandbox)
    asked = product.ask(product.character, COUNT)
    product.until(lambda: counts.since("runs"), "a run", every_s=0.01)
    began = time.monotonic()
    product.end("server", how)
    print(f"ended {time.monotonic() - began:.1f} s after {how.name}")
    product.serve()
    product.until(product.is_idle, "every job to end")
    assert product.get(f"requests/{asked['request_id']}")["statuses"] == {"generated": COUNT}
    assert set(counts.since("posts").values()) == {1}
