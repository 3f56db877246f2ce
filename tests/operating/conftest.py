"""Processes that are there, and a server: what an operator looks at."""

import pytest

from comfy_bridge.models import ComfyServer, ServerStatus
from jobs.attending import Attendance
from jobs.models import QUEUES
from studio import readiness
from tests.jobs.conftest import work

__all__ = ["work"]  # the fixture

TOKEN = "a-token-for-metrics-of-tests"


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    """Each look asks, however short after the last one."""
    monkeypatch.setattr(readiness, "KEEP_S", 0.0)


@pytest.fixture
def token(settings):
    settings.METRICS_TOKEN = TOKEN
    return {"Authorization": f"Bearer {TOKEN}"}


def report(kind, *queues):
    """A process of that kind that serves these queues and has just reported itself."""
    made = Attendance(kind)
    made.queues.update(queues)
    made.beat()
    return made


@pytest.fixture
def workers(db):
    return [report("worker", *QUEUES), report("sweeper")]


@pytest.fixture
def server(db):
    return ComfyServer.objects.create(
        name="Big one", url="http://127.0.0.1:8188", slots=2, status_id=ServerStatus.ONLINE
    )
