"""The main job on the production topology, through nginx and the public API only."""

from script.launch.main_job import MainJob
from tests.flow.listener import Listener
from tests.make import PORTRAIT

PEOPLE = ("admin", "creator", "reviewer")


def test_from_a_photo_to_a_hero(production, sandbox):
    passwords = {who: production.password(who) for who in PEOPLE}
    job = MainJob(production.address, passwords, PORTRAIT, None, [sandbox.url])
    job.run(lambda: None)
    checked = production.manage("check_integrity")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_page_hears_the_web_processes_and_the_workers(production):
    """Neither has an event loop: what they tell goes through Redis to Daphne."""
    with Listener(production) as page:
        asked = production.ask(production.character, 1)
        production.until(production.is_idle, "every job to end")
        variant = asked["variant_ids"][0]
        production.post(f"characters/{production.character}/variants/{variant}/approve")
        events: list[dict] = []
        while "variant.approved" not in {event["type"] for event in events}:
            events += production.until(page.heard, "the approval to be heard")
    by_web = {"variant.created", "variant.approved"}
    by_workers = {"job.progress", "job.finished", "qa.finished"}
    assert by_web | by_workers <= {event["type"] for event in events}
    assert len({event["id"] for event in events}) == len(events)
