"""Heroes go stale when their source or their workflow's model is replaced; people decide anew."""

import pytest

from characters import approving
from characters.models import SourceImage
from comfy_bridge.models import WorkflowVersion
from comfy_bridge.versions import add_version
from jobs.models import Job
from tests import make
from variants import rechecking, reviewing, undoing
from variants.errors import StaleRevision
from variants.models import ImageVariant


@pytest.fixture
def three(db, creator, character):
    make.ready(creator, character)
    return make.generated(creator, character, 3)


def fresh(variant):
    return ImageVariant.objects.get(pk=variant.pk)


def replace_source(creator, character):
    unlocked = approving.unlock_baseline(creator, character)
    return make.ready(creator, unlocked).current_source


def test_a_new_source_marks_the_heroes_of_the_old_one(creator, character, three):
    hero, candidate, _ = three
    reviewing.approve(creator, hero)
    source = replace_source(creator, character)
    assert fresh(hero).recheck
    assert fresh(hero).is_hero
    assert not fresh(candidate).recheck
    assert "replaced by v2" in rechecking.reason(fresh(hero))
    newer = make.generated(creator, fresh(hero).character, 1)[0]
    assert newer.source_image == source
    reviewing.approve(creator, newer)
    assert not fresh(newer).recheck
    assert not fresh(hero).recheck  # no hero any more


def test_the_first_source_marks_nothing(creator, character):
    make.ready(creator, character)
    assert SourceImage.objects.count() == 1
    assert not ImageVariant.objects.filter(recheck=True).exists()


def test_keeping_a_hero_takes_the_mark_away_and_can_be_undone(creator, reviewer, character, three):
    reviewing.approve(creator, three[0])
    seen = fresh(three[0]).revision
    replace_source(creator, character)
    rechecking.keep(reviewer, three[0], revision=seen)
    assert not fresh(three[0]).recheck
    undoing.undo(reviewer, three[0])
    assert fresh(three[0]).recheck
    with pytest.raises(StaleRevision):
        rechecking.keep(reviewer, three[0], revision=seen)


def test_a_recheck_measures_against_the_present_source(creator, character, three):
    reviewing.approve(creator, three[0])
    source = replace_source(creator, character)
    Job.objects.all().delete()
    rechecking.recheck(creator, fresh(three[0]))
    job = Job.objects.get(kind__name="variant.embed")
    assert job.args["source_id"] == source.pk
    make.run_jobs("cpu", "gpu")
    row = fresh(three[0])
    assert row.qa_report.finished_at is not None
    assert row.recheck
    assert row.source_image.version == 1  # where it comes from stays true


def test_a_hero_that_comes_back_by_undo_from_an_old_source_is_marked(creator, character, three):
    first, second, _ = three
    reviewing.approve(creator, first)
    reviewing.approve(creator, second)
    replace_source(creator, character)
    assert (fresh(first).recheck, fresh(second).recheck) == (False, True)
    undoing.undo(creator, second)
    assert fresh(first).is_hero
    assert fresh(first).recheck


def _with_model(version, name):
    graph = {**version.graph}
    for key, node in graph.items():
        if "ckpt_name" in node["inputs"]:
            graph[key] = {**node, "inputs": {**node["inputs"], "ckpt_name": name}}
    return add_version(version.workflow, graph, version.declared_bindings)


def test_another_model_in_a_workflow_marks_its_heroes(creator, character, three):
    flow = make.workflow("sd_img2img")
    version = WorkflowVersion.objects.filter(workflow=flow).latest("version")
    ImageVariant.objects.filter(pk=three[0].pk).update(workflow=flow, workflow_version=version)
    reviewing.approve(creator, three[0])
    other = {key: {**node, "_meta": {"title": "moved"}} for key, node in version.graph.items()}
    add_version(flow, other, version.declared_bindings)
    assert not fresh(three[0]).recheck
    _with_model(version, "sdxl_base.safetensors")
    assert fresh(three[0]).recheck
    assert "another model" in rechecking.reason(fresh(three[0]))
