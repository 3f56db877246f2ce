"""What one test commits is not there for the next; seeds, numbers and guards are as they were."""

import pytest
from django.db import DatabaseError, connection

from audit.models import AuditEvent
from comfy_bridge.models import Workflow
from people.models import User
from studio.lib import triggers
from tests import make
from tests.people.world import everything


def test_rows_seeds_and_numbers_are_as_after_migrate(committed):
    committed()  # tests that roll back leave numbers used up
    before = everything()
    admin = make.user("ada", "Admin")
    first = make.project(admin)
    Workflow.objects.update(title="Renamed")
    committed()
    assert everything() == before
    again = make.project(make.user("ada", "Admin"))
    assert (again.pk, User.objects.get().pk) == (first.pk, admin.pk)


def test_the_record_is_guarded_again(committed):
    make.project(make.user("ada", "Admin"))
    assert AuditEvent.objects.exists()
    committed()
    assert triggers.missing_triggers() == []
    make.project(make.user("ada", "Admin"))
    with pytest.raises(DatabaseError, match="append-only"):
        connection.cursor().execute("DELETE FROM audit_events")
