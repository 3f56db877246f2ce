"""SIGTERM to script/production: in a bounded time everything ends, and no lease is left behind."""

import time


def test_it_ends_with_work_in_hand_and_goes_on_at_the_next_start(production, sandbox):
    before = sandbox.state()["posts"]
    asked = production.ask(production.character, 3)
    production.until(lambda: len(sandbox.state()["posts"]) > len(before), "a prompt", every_s=0.02)
    began = time.monotonic()
    assert production.end("production") == 0
    print(f"ended in {time.monotonic() - began:.1f} s")
    for name in ("gunicorn", "daphne", "dramatiq", "sweep", "nginx", "face_child", "decoding"):
        assert production.processes(name) == [], name
    assert production.rows("SELECT count(*) FROM jobs WHERE lease_owner <> ''") == [(0,)]
    outcomes = production.rows("SELECT DISTINCT outcome FROM job_attempts")
    assert ("given_back",) in outcomes
    assert ("lost",) not in outcomes
    production.run()
    production.until(production.is_idle, "every job to end")
    assert production.get(f"requests/{asked['request_id']}")["statuses"] == {"generated": 3}
    posts = {k: n for k, n in sandbox.state()["posts"].items() if k not in before}
    assert (len(posts), set(posts.values())) == (3, {1})
