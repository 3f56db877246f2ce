"""Every process restarted one after the other, under load: no request and no job is lost."""

import threading
import time

import httpx
import pytest

from tests.flow.listener import Listener

RESTART_S = 240
BETWEEN_S = 0.15
MOST_ASKED = 16


class Load:
    """People at work: two who read, one who asks for candidates; every answer is remembered."""

    def __init__(self, production):
        self.production = production
        self.answers: list[tuple[str, int | str]] = []
        self.asked: list[dict] = []
        self._stop = threading.Event()
        readers = [threading.Thread(target=self._again, args=(self._read,)) for _ in range(2)]
        self._threads = [*readers, threading.Thread(target=self._again, args=(self._ask,))]

    def _again(self, work):
        while not self._stop.wait(BETWEEN_S):
            try:
                work()
            except httpx.TransportError as error:
                self.answers.append((work.__name__, repr(error)))

    def _read(self):
        for path in ("/healthz", "/sign-in/"):
            answer = httpx.get(f"{self.production.address}{path}", timeout=60)
            self.answers.append((path, answer.status_code))
        answer = self.production.call("GET", f"characters/{self.production.character}")
        self.answers.append(("character", answer.status_code))

    def _ask(self):
        if len(self.asked) >= MOST_ASKED:
            return
        wish = {**self.production.wish, "count": 1}
        path = f"characters/{self.production.character}/variants/generate"
        answer = self.production.call("POST", path, json=wish)
        self.answers.append(("generate", answer.status_code))
        if answer.status_code < 300:
            self.asked.append(answer.json())
        self._stop.wait(2.5)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture(scope="module")
def restarted(production, sandbox):
    """A restart under load: the load, the closed sockets, and the prompts that were posted."""
    workflows = production.get("workflows")["results"]
    number = next(row["id"] for row in workflows if row["name"] == "modelfree_img2img")
    production.wish = {"variant_type": "clothed", "workflow_id": number, "prompt": "x"}
    before = sandbox.state()["posts"]
    was = {name: production.processes(name) for name in ("gunicorn", "daphne", "dramatiq")}
    with Listener(production) as first, Listener(production) as second, Load(production) as load:
        began = time.monotonic()
        production.restart()
        production.said("All were restarted.", within_s=RESTART_S)
        print(f"restarted in {time.monotonic() - began:.0f} s, {len(load.answers)} answers")
        production.until(lambda: None not in (first.close_code, second.close_code), "the closes")
        sockets = [first.close_code, second.close_code]
        with Listener(production) as again:
            asked = production.ask(production.character, 1, "modelfree_img2img")
            production.until(again.heard, "an event after the restart")
        load.asked.append(asked)
    production.until(production.is_idle, "every job to end", 240)
    posts = {k: n for k, n in sandbox.state()["posts"].items() if k not in before}
    now = {name: production.processes(name) for name in was}
    print(sockets, len(load.asked), sorted({str(answer) for answer in load.answers}))
    return load, sockets, posts, was, now


def test_no_request_failed(restarted):
    load = restarted[0]
    kinds = {kind for kind, _ in load.answers}
    assert {"/healthz", "/sign-in/", "character", "generate"} <= kinds
    assert [answer for answer in load.answers if not isinstance(answer[1], int)] == []
    assert [answer for answer in load.answers if answer[1] >= 400] == []


def test_every_candidate_was_made_once(restarted, production):
    load, _sockets, posts, *_ = restarted
    numbers = [number for asked in load.asked for number in asked["variant_ids"]]
    assert len(numbers) == len(set(numbers)) > 3
    for asked in load.asked:
        assert production.get(f"requests/{asked['request_id']}")["statuses"] == {"generated": 1}
    assert (len(posts), set(posts.values())) == (len(numbers), {1}), "one prompt each, sent once"
    jobs = [job for job in production.jobs() if job["kind"] == "variant.generate"]
    assert {job["status"] for job in jobs} == {"succeeded"}
    checked = production.manage("check_integrity")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_leases_were_handed_back_and_not_waited_for(restarted, production):
    lost = production.rows("SELECT count(*) FROM job_attempts WHERE outcome = 'lost'")
    assert lost == [(0,)]


def test_pages_were_told_to_come_again(restarted):
    assert restarted[1] == [4012, 4012]


def test_every_process_is_a_new_one(restarted):
    *_, was, now = restarted
    for name, before in was.items():
        assert before, name
        assert not set(before) & set(now[name]), name
        assert len(before) == len(now[name]), name
