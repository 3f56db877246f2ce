"""The record is only added to: neither the ORM nor SQL changes or deletes a row of it."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import AuditEvent
from audit.recording import record


@pytest.fixture
def event(admin):
    return record(admin, "test.done", admin, before={"a": 1}, after={"a": 2}, reason="a test")


def refused(act):
    """Whether the database refuses, and with which words."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act()
    return str(caught.value)


def run(sql):
    def act():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return act


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_table_is_not_emptied_in_one_go(event):
    connection.check_constraints()  # no event of the insert may be pending
    assert "audit_events is append-only" in refused(run("TRUNCATE audit_events CASCADE"))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_events SET verb = 'test.undone'",
        "UPDATE audit_events SET updated_at = created_at",
        "UPDATE audit_events SET actor_id = NULL WHERE id > 0",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE verb = 'test.done'",
    ],
)
def test_sql_neither_updates_nor_deletes(event, sql):
    assert "audit_events is append-only" in refused(run(sql))


def test_the_orm_neither_updates_nor_deletes(event):
    event.verb = "test.undone"
    rows = AuditEvent.objects.all()
    for act in (
        event.save,
        event.delete,
        rows.delete,
        lambda: rows.update(reason="another"),
        lambda: AuditEvent.objects.bulk_update([event], ["verb"]),
    ):
        assert "append-only" in refused(act)
    assert AuditEvent.objects.get(pk=event.pk).verb == "test.done"


def test_a_row_goes_in_and_stays_as_it_was_written(event, admin):
    row = AuditEvent.objects.get(pk=event.pk)
    assert (row.actor, row.verb, row.model_label) == (admin, "test.done", "people.user")
    assert (row.before, row.after, row.reason) == ({"a": 1}, {"a": 2}, "a test")
    assert (row.channel, row.address) == ("worker", None)
    assert row.created_at is not None


def test_a_person_of_whom_the_record_tells_is_not_deleted(event, admin):
    with pytest.raises(DatabaseError), transaction.atomic():
        type(admin).objects.filter(pk=admin.pk).delete()
    assert "foreign key" in refused(_delete_by_hand).lower()


def _delete_by_hand():
    run("DELETE FROM users WHERE username = 'ada'")()
    connection.check_constraints()


def test_what_rolls_back_leaves_no_row(admin):
    with transaction.atomic():
        record(admin, "test.done", admin)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.filter(verb="test.done").exists()


def test_everybody_reads_their_own_and_an_admin_reads_all(event, admin, creator):
    mine = record(creator, "test.done", creator)
    assert list(AuditEvent.objects.visible_to(creator).filter(verb="test.done")) == [mine]
    assert AuditEvent.objects.visible_to(admin).filter(verb="test.done").count() == 2
