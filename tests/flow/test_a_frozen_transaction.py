"""A process that freezes in the middle of a transaction does not keep its locks from all others."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import connection, transaction

from comfy_bridge import pool
from comfy_bridge.models import ComfyServer
from tests.jobs.product import ROOT

HOLDS = """
import os, signal, django
django.setup()
from django.db import transaction
from comfy_bridge import pool
with transaction.atomic():
    print("holds", len(pool.locked()), flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
"""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's rows are one process's")
def test_its_locks_come_free_without_anybody_ending_it(committed):
    ComfyServer.objects.create(name="one", url="http://127.0.0.1:1")
    known = connection.settings_dict
    where = f"{known['HOST']}:{known['PORT']}/{known['NAME']}"
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "DATABASE_URL": f"postgres://{known['USER']}:{known['PASSWORD']}@{where}",
        "JOB_LEASE_S": "2",
        "JOB_HEARTBEAT_S": "0.5",
    }
    frozen = subprocess.Popen(
        [sys.executable, "-c", HOLDS], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )
    try:
        assert frozen.stdout.readline() == "holds 1\n"
        with transaction.atomic():
            assert [server.name for server in pool.locked()] == ["one"]
        assert frozen.poll() is None, "it is frozen still"
    finally:
        frozen.send_signal(signal.SIGKILL)
        frozen.wait()
        frozen.stdout.close()
