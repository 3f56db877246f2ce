"""A process that dies is told of and started again; meanwhile the other one answers."""

import httpx


def test_a_killed_web_process_is_missed_by_nobody_and_comes_back(production):
    before = production.log("production").count("web-a ended by itself (killed by SIGKILL)")
    production.kill_first("web-a.sock")
    statuses = [httpx.get(f"{production.address}/sign-in/").status_code for _ in range(20)]
    assert statuses == [200] * 20
    production.said("web-a ended by itself (killed by SIGKILL)", before + 1)
    production.until(lambda: len(production.processes("web-a.sock")) == 2, "web-a and its worker")


def test_a_killed_worker_comes_back_and_its_queue_goes_on(production):
    production.kill_first("--queues cpu")
    production.said("worker-cpu ended by itself")
    production.until(lambda: production.processes("--queues cpu"), "the worker of cpu")
    asked = production.ask(production.character, 1, "modelfree_img2img")
    production.until(production.is_idle, "every job to end")
    assert production.get(f"requests/{asked['request_id']}")["statuses"] == {"generated": 1}
    report = production.get(f"requests/{asked['request_id']}")["variants"][0]
    assert report["qa_status"] not in {"none", "run"}
