"""Built-in workflows are seeded once; a version that was used is frozen by the database."""

import pytest
from django.db import IntegrityError, connection, transaction

from comfy_bridge import seeding, versions
from comfy_bridge.graph import graph_hash
from comfy_bridge.models import Workflow, WorkflowVersion
from comfy_bridge.pool import mark_used
from comfy_bridge.recipes import built_in
from studio.lib import triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> WorkflowVersion:
    return Workflow.objects.get(name="modelfree_img2img").latest()


def test_the_built_in_workflows_are_there_after_migrate() -> None:
    assert set(Workflow.objects.values_list("name", flat=True)) == {r.name for r in built_in()}
    assert {version.version for version in WorkflowVersion.objects.all()} == {1}


def test_what_is_stored_is_what_the_recipe_makes(version: WorkflowVersion) -> None:
    recipe = next(r for r in built_in() if r.name == "modelfree_img2img")
    assert graph_hash(version.graph) == graph_hash(recipe.graph)
    assert version.declared_bindings == recipe.bindings
    assert version.outputs == ["9"]
    assert "ImageBlend" in version.needs["nodes"]


def test_seeding_again_changes_nothing() -> None:
    before = list(WorkflowVersion.objects.values())
    seeding.seed_workflows()
    assert list(WorkflowVersion.objects.values()) == before


def test_a_changed_recipe_becomes_the_next_version(version: WorkflowVersion) -> None:
    graph = {**version.graph, "5": {**version.graph["5"], "_meta": {"title": "Sharper"}}}
    newer = versions.add_version(version.workflow, graph, version.declared_bindings)
    assert newer.version == 2
    assert version.workflow.latest() == newer


def test_whoever_registered_hears_of_a_version_and_the_one_before(
    version: WorkflowVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int | None]] = []
    monkeypatch.setattr(
        versions, "ON_ADDED", [lambda new, old: told.append((new.version, old and old.version))]
    )
    graph = {**version.graph, "5": {**version.graph["5"], "_meta": {"title": "Sharper"}}}
    for _ in range(2):
        versions.add_version(version.workflow, graph, version.declared_bindings)
    other = Workflow.objects.create(name="mine", title="Mine", kind="img2img")
    versions.add_version(other, graph, version.declared_bindings)
    assert told == [(2, 1), (1, None)]


def test_a_used_version_refuses_every_change_of_what_it_does(version: WorkflowVersion) -> None:
    triggers.create_triggers()
    WorkflowVersion.objects.filter(pk=version.pk).update(graph={"draft": True})
    mark_used(version)
    first_use = version.used_at
    for change in ({"graph": {}}, {"bindings": []}, {"version": 9}, {"used_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkflowVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workflow_versions SET content_hash = 'x' WHERE id = %s", [version.pk]
        )
    mark_used(version)
    version.refresh_from_db()
    assert version.used_at == first_use


def test_versions_are_numbered_once(version: WorkflowVersion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkflowVersion.objects.create(
            workflow=version.workflow, version=1, graph={}, content_hash="x"
        )


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Workflow.objects.create(name="x", title="x", kind="video")
