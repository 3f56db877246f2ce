"""Every table of ours says truly when a row last changed, even after SQL written by hand."""

import re

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Now

from people.models import Project
from studio.lib import triggers
from tests.people import world

OURS = {"people", "audit", "jobs", "qa", "comfy_bridge", "characters", "variants"}
MODELS = sorted(
    (m for m in apps.get_models() if m._meta.app_label in OURS), key=lambda m: m._meta.db_table
)
STAMPED = [m for m in MODELS if any(f.column == "updated_at" for f in m._meta.concrete_fields)]


def existing():
    """Table to the SQL or names of its triggers."""
    sql = (
        "SELECT event_object_table, trigger_name FROM information_schema.triggers"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = {}
        for table, name in cursor.fetchall():
            found.setdefault(table, set()).add(name)
    return found


def test_every_table_but_the_joining_ones_has_both_stamps():
    missing = {
        model._meta.db_table
        for model in MODELS
        if not {"created_at", "updated_at"} <= {f.column for f in model._meta.concrete_fields}
    }
    assert missing == set()


@pytest.mark.parametrize("model", STAMPED, ids=lambda model: model._meta.db_table)
def test_a_table_has_its_trigger_after_migrate(db, model):
    table = model._meta.db_table
    names = existing()[table]
    if table in triggers.APPEND_ONLY:
        assert {f"{table}_no_update", f"{table}_no_delete"} <= names
    else:
        assert any(name.endswith("set_updated_at") for name in names)


def test_the_trigger_moves_updated_at_in_every_table_that_has_rows(db):
    world.build()
    wrong, seen = [], set()
    for model in STAMPED:
        table = model._meta.db_table
        if table in triggers.APPEND_ONLY or not model._default_manager.exists():
            continue
        seen.add(table)
        pk = model._default_manager.order_by("-pk").values_list("pk", flat=True)[0]
        column = model._meta.pk.column
        with transaction.atomic():
            stale(model, pk)
            before = stamp(model, pk)
            with connection.cursor() as cursor:
                sql = f"UPDATE {table} SET {column} = {column} WHERE {column} = %s"  # noqa: S608  ours
                cursor.execute(sql, [pk])
            if not stamp(model, pk) > before:
                wrong.append(table)
            transaction.set_rollback(True)
    assert wrong == []
    assert {"users", "projects", "characters", "source_images", "image_variants", "jobs"} <= seen
    assert {"variant_statuses", "workflow_versions", "qa_reports", "comfy_servers"} & seen


def stale(model, pk):
    """Set the stamp back, which SQLite's trigger allows and PostgreSQL's does not."""
    if connection.vendor == "sqlite":
        model._default_manager.filter(pk=pk).update(updated_at="2001-01-01T00:00:00Z")


def stamp(model, pk):
    return model._default_manager.values_list("updated_at", flat=True).get(pk=pk)


def test_the_orm_and_raw_sql_are_stamped_alike_and_creation_stays(db, project):
    created = Project.objects.values_list("created_at", flat=True).get(pk=project.pk)
    last = stamp(Project, project.pk)
    for change in (
        lambda: Project.objects.filter(pk=project.pk).update(description="1"),
        lambda: Project.objects.filter(pk=project.pk).update(name=F("name")),
        lambda: setattr(project, "description", "2") or project.save(),
        lambda: project.save(update_fields=["description"]),
        lambda: Project.objects.bulk_update([project], ["description"]),
    ):
        if connection.vendor == "sqlite":
            stale(Project, project.pk)
            last = stamp(Project, project.pk)
        change()
        now = stamp(Project, project.pk)
        assert now > last
        last = now
    assert Project.objects.values_list("created_at", flat=True).get(pk=project.pk) == created
    assert Project.objects.aggregate(at=Max("updated_at"))["at"] <= Project.objects.annotate(
        now=Now()
    ).first().now.replace(year=2100)


def test_creating_the_triggers_again_changes_nothing(db):
    before = existing()
    triggers.create_triggers()
    assert existing() == before


def test_a_dropped_trigger_comes_back_with_the_next_migrate(db):
    before = existing()
    name = next(name for name in before["projects"] if name.endswith("set_updated_at"))
    on = " ON projects" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert name not in existing().get("projects", set())
    triggers.create_triggers()
    assert existing() == before


def test_table_names_are_the_plain_words_of_the_data_model():
    for model in MODELS:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", model._meta.db_table)
        assert not model._meta.db_table.startswith(
            f"{model._meta.app_label}_{model.__name__.lower()}"
        )
