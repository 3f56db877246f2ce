"""/readyz asks every part for real and tells which one does not work."""

import socket
from contextlib import contextmanager
from io import BytesIO

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connections

from comfy_bridge.models import ComfyServer, ServerStatus
from jobs.models import Worker
from tests.operating.conftest import report


@pytest.fixture
def look(client, token):
    """The status and the parts, as the token's holder sees them."""

    def ask():
        answer = client.get("/readyz", headers=token)
        return answer.status_code, answer.json()

    return ask


@pytest.fixture
def closed_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_with_everything_there_it_is_ready(look, workers, server):
    status, body = look()
    assert (status, body["status"]) == (200, "ready")
    assert {name: part["state"] for name, part in body["parts"].items()} == dict.fromkeys(
        ("database", "broker", "storage", "workers", "servers"), "ok"
    )


def test_strangers_learn_the_states_and_nothing_behind_them(client, workers, server):
    body = client.get("/readyz").json()
    assert body["status"] == "ready"
    assert all(part.keys() == {"state"} for part in body["parts"].values())


def test_a_wrong_token_is_a_stranger(client, token, workers):
    body = client.get("/readyz", headers={"Authorization": "Bearer something-else"}).json()
    assert all(part.keys() == {"state"} for part in body["parts"].values())


def test_an_admin_reads_the_details(page, admin, workers, server):
    body = page(admin).get("/readyz").json()
    assert body["parts"]["servers"]["detail"] == "1 of 1 ComfyUI servers are online."


def test_a_broker_that_is_away_is_told_without_its_password(look, workers, settings, closed_port):
    settings.REDIS_URL = f"redis://:hunter2hunter2@127.0.0.1:{closed_port}/0"
    status, body = look()
    assert (status, body["parts"]["broker"]["state"]) == (503, "failed")
    assert "hunter2" not in str(body)
    assert body["parts"]["database"]["state"] == "ok"


def test_storage_that_takes_no_file_is_told(look, workers, own_media):
    own_media.parent.mkdir(exist_ok=True)
    own_media.write_text("a file where the folder should be")
    status, body = look()
    assert (status, body["parts"]["storage"]["state"]) == (503, "failed")


def test_storage_that_gives_back_something_else_is_told(look, workers, monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "_open", lambda *_: BytesIO(b"something else"))
    status, body = look()
    assert status == 503
    assert "not what was written" in body["parts"]["storage"]["detail"]


def test_the_trial_file_is_removed(look, workers, own_media):
    look()
    assert [path for path in own_media.rglob("*") if path.is_file()] == []


def test_without_workers_nobody_serves_the_queues(look, db):
    status, body = look()
    assert (status, body["parts"]["workers"]["state"]) == (503, "failed")
    assert "comfy, gpu, cpu, io" in body["parts"]["workers"]["detail"]


def test_the_queue_that_nobody_serves_is_named(look, db):
    report("worker", "comfy", "cpu", "io")
    report("sweeper")
    status, body = look()
    assert status == 503
    assert body["parts"]["workers"]["detail"] == "Nobody serves gpu: start a worker."


def test_a_worker_that_ended_serves_nothing(look, workers):
    workers[0].leave()
    assert look()[0] == 503


def test_without_a_sweeper_it_is_degraded(look, workers, server):
    Worker.objects.filter(kind="sweeper").delete()
    status, body = look()
    assert (status, body["status"]) == (200, "degraded")
    assert body["parts"]["workers"]["state"] == "degraded"


def test_without_a_server_it_is_degraded(look, workers):
    status, body = look()
    assert (status, body["status"], body["parts"]["servers"]["state"]) == (
        200,
        "degraded",
        "degraded",
    )


def test_with_every_server_offline_it_is_degraded(look, workers, server):
    ComfyServer.objects.update(status_id=ServerStatus.OFFLINE)
    status, body = look()
    assert (status, body["parts"]["servers"]["state"]) == (200, "degraded")


@pytest.fixture
def database_away(monkeypatch):
    """`with database_away():` nothing can be asked of the database."""

    def away(*_):
        raise OperationalError("connection refused")

    @contextmanager
    def while_away():
        with monkeypatch.context() as patch:
            patch.setattr(type(connections["default"]), "cursor", away)
            yield

    return while_away


def test_a_database_that_is_away_is_told_and_nothing_is_guessed(look, workers, database_away):
    with database_away():
        status, body = look()
    assert (status, body["parts"]["database"]["state"]) == (503, "failed")
    assert body["parts"]["workers"]["detail"] == "Unknown: the database does not answer."
    assert body["parts"]["storage"]["state"] == "ok"


def test_strangers_are_answered_while_the_database_is_away(client, db, database_away):
    client.cookies["sessionid"] = "somebody"
    with database_away():
        assert client.get("/readyz").status_code == 503
