"""Every process has a row that says whether it is there, by the database clock."""

import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.db.models.functions import Now

from jobs import attending
from jobs.actors import KIND, OWNER
from jobs.attending import Attendance, judge, seen
from jobs.models import QUEUES, Worker, WorkerStatus
from studio.lib.figures import EVENTS_PUSHED
from tests.jobs.conftest import WITHIN_S
from tests.jobs.product import ROOT, Product


@pytest.fixture
def attendance(db):
    made = Attendance("worker", OWNER)
    made.queues.update({"gpu", "cpu"})
    made.beat()
    return made


def row():
    return Worker.objects.get()


def silent_for(seconds):
    Worker.objects.update(last_seen_at=Now() - timedelta(seconds=seconds))


def test_the_first_beat_writes_who_it_is_and_which_queues_it_serves(attendance):
    found = row()
    assert (found.owner, found.kind, found.queues) == (OWNER, "worker", ["cpu", "gpu"])
    assert found.state is WorkerStatus.ONLINE
    assert found.host in OWNER
    assert f":{found.pid}:" in OWNER


def test_it_is_busy_while_it_holds_a_job(attendance, work):
    work.ask()
    lease = work.claim(owner=OWNER)
    attendance.beat()
    assert row().state is WorkerStatus.BUSY
    lease.succeed()
    attendance.beat()
    assert row().state is WorkerStatus.ONLINE


def test_a_job_that_somebody_else_holds_does_not_make_it_busy(attendance, work):
    work.ask()
    work.claim(owner="worker:elsewhere:1:x")
    attendance.beat()
    assert row().state is WorkerStatus.ONLINE


def test_a_beat_carries_what_the_process_has_counted(attendance):
    EVENTS_PUSHED.inc(3)
    attendance.beat()
    ((name, labels, value),) = row().figures["studio_events_pushed"]
    assert (name, labels) == ("studio_events_pushed_total", {})
    assert value >= 3


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(5, WorkerStatus.ONLINE), (20, WorkerStatus.STALE), (70, WorkerStatus.OFFLINE)],
)
def test_the_sweeper_judges_how_long_it_has_been_silent(attendance, seconds, expected):
    silent_for(seconds)
    judge()
    assert row().state is expected


def test_whoever_was_judged_and_comes_back_is_online(attendance):
    silent_for(70)
    judge()
    attendance.beat()
    judge()
    assert row().state is WorkerStatus.ONLINE


def test_whoever_is_gone_for_a_day_is_forgotten_and_may_come_back(attendance):
    silent_for(25 * 3600)
    judge()
    assert not Worker.objects.exists()
    attendance.beat()
    assert row().queues == ["cpu", "gpu"]


def test_whoever_leaves_says_so_and_is_not_seen_any_more(attendance):
    assert list(seen()) == [row()]
    attendance.leave()
    assert row().state is WorkerStatus.OFFLINE
    assert not seen().exists()


def test_beats_go_on_after_the_database_was_away(db, monkeypatch):
    """With either of the two errors that a lost connection shows itself by."""
    beats = []
    again = threading.Event()

    def beat(self):
        beats.append(self)
        if len(beats) < 3:
            raise (OperationalError, InterfaceError)[len(beats) - 1]("the connection is closed")
        again.set()

    monkeypatch.setattr(Attendance, "beat", beat)
    monkeypatch.setattr(attending, "BEAT_S", 0.01)
    made = Attendance("worker", OWNER)
    made.start()
    assert again.wait(WITHIN_S)
    made.leave()


def test_silence_is_noticed_without_a_sweeper(attendance):
    silent_for(20)
    assert not seen().exists()


def test_booting_a_worker_reports_its_queues_or_all(no_attendance):
    class Booted:
        consumer_whitelist = {"comfy"}

    present = attending.Present(KIND, OWNER)
    present.after_worker_boot(None, Booted())
    Booted.consumer_whitelist = None
    present.after_worker_boot(None, Booted())
    assert no_attendance == [(KIND, OWNER, {"comfy"}, {}), (KIND, OWNER, QUEUES, {})]


def test_a_forked_process_reports_itself_under_a_name_of_its_own(tmp_path):
    """As gunicorn does: the application is loaded, then the process forks."""
    script = """
import os, time
import django
django.setup()
from jobs import attending
attending.Attendance.beat = lambda self: None
attending.attend("web")
mine = attending.own_name()
pid = os.fork()
if not pid:
    assert attending.own_name() == ""
    attending.attend("web")
    print(attending.own_name() != mine and str(os.getpid()) in attending.own_name())
    os._exit(0)
os.waitpid(pid, 0)
os._exit(0)
"""
    env = Product(tmp_path, "").env | {"DJANGO_SETTINGS_MODULE": "studio.settings"}
    done = subprocess.run(
        [sys.executable, "-u", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.stdout.strip() == "True", done.stderr


def test_an_embedded_server_reports_all_its_queues_and_says_when_it_ends(tmp_path):
    product = Product(tmp_path, "")
    try:
        product.prepare()
        product.serve()
        sql = "SELECT kind, queues, status_id FROM workers"
        rows = product.until(
            lambda: [r for r in product.rows(sql) if len(r[1]) > 20], "all four queues"
        )
        assert rows == [("embedded", '["comfy", "cpu", "gpu", "io"]', WorkerStatus.ONLINE)]
        product.end("server")
        assert product.rows(sql)[0][2] == WorkerStatus.OFFLINE
    finally:
        product.close()
