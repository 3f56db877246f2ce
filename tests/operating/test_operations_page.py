"""/operations/ shows an admin the same figures, and keeps itself fresh while somebody looks."""

import re
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from comfy_bridge.models import ComfyServer
from comfy_bridge.submissions import open_submission
from jobs import queues
from studio.lib.errors import StudioError


@pytest.fixture
def text(page, admin):
    """What the page says, without its tags."""

    def read():
        answer = page(admin).get("/operations/")
        assert answer.status_code == 200
        body = re.sub(r"(?s)^.*<main|<aside.*$", "", answer.content.decode())
        return " ".join(re.sub(r"<[^>]+>", " ", body).split())

    return read


def test_an_empty_studio_is_told_what_is_missing(text):
    said = text()
    assert "No process reports itself" in said
    assert "No server is registered" in said
    assert "Nobody serves comfy, gpu, cpu, io: start a worker." in said


def test_processes_tell_their_state_their_queues_and_what_they_hold(text, workers, work):
    work.ask()
    work.claim(owner=workers[0].owner)
    workers[0].beat()
    said = text()
    assert re.search(r"Worker \S+:\d+ Busy comfy cpu gpu io work 0 test.work \d+", said)
    assert re.search(r"Sweeper \S+:\d+ Online", said)
    workers[1].leave()
    assert "1 more ended within the last day." in text()


def test_a_paused_queue_says_so(text, admin):
    queues.pause(admin, queues.queue_named("gpu"))
    assert "gpu Paused 0 0" in text()


def test_a_server_tells_its_slots(text, server):
    open_submission(server, {})
    assert "Big one Online http://127.0.0.1:8188 Slots busy 1 of 2 Prompts open 1" in text()


def test_a_server_whose_breaker_is_open_says_so(text, server):
    later = Now() + timedelta(minutes=1)
    ComfyServer.objects.update(failures=3, retry_at=later)
    said = text()
    assert "Big one Online Breaker open" in said
    assert "Failures in a row 3" in said


def test_failures_are_grouped_by_their_cause(text, work):
    def fails(lease):
        raise StudioError("No.", code="no_good")

    work.does(fails)
    work.ask(2)
    work.run()
    work.run()
    assert "no_good test.work 2 just now" in text()


def test_it_fetches_itself_anew_and_stops_for_nobody(page, admin):
    html = page(admin).get("/operations/").content.decode()
    (part,) = re.findall(r'<div [^>]*id="operations"[^>]*>', html)
    assert 'data-poll-s="5"' in part
    assert 'hx-trigger="poll"' in part
    assert 'hx-select="#operations"' in part


def test_admins_find_it_in_their_menu_and_others_do_not(page, admin, creator):
    link = b'href="/operations/"'
    assert link in page(admin).get("/settings/").content
    assert link in page(admin).get("/admin/").content
    assert link not in page(creator).get("/settings/").content
