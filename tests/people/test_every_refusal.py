"""Every refusal of sections A to F by API: status, code, a sentence, and nothing half done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from characters import approving, describing
from characters.models import Character
from comfy_bridge.models import ComfyServer
from jobs.models import Job, JobQueue, JobStatus
from qa.models import QAReport
from qa.policy import Verdict
from tests import make, make_masks, make_pictures
from tests.people import world
from tests.people.asking import signed_in
from tests.people.world import everything, quick_validator, undone
from variants import exporting, quarantining, reviewing, trashing
from variants.models import ImageVariant

# A refusal is recorded, and an upload's counted: neither is what was asked for.
DONE = ("people", "jobs", "qa", "comfy_bridge", "characters", "variants")
ONE = "characters/{ready}/variants"
IMAGE = "characters/{ready}/images/v-{candidate}"
WISH: dict[str, Any] = {"variant_type": "clothed", "workflow_id": "{workflow}", "count": 1}
MASK = make_masks.base64_of(make_masks.png())
EDIT = {"prompt": "a scarf", "mask": MASK}


@dataclass(frozen=True)
class Refusal:
    """A request that is refused, in a world that `given` prepares."""

    code: str
    status: int
    path: str
    body: dict[str, Any] = field(default_factory=dict)
    given: Callable[[world.World], Any] | None = None
    who: str = "creator"
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.code}"


def unfinished(cast):
    _report(cast.ours.draft, finished_at=None, verdict_id=None)
    _report(cast.ours.ready, finished_at=None, verdict_id=None)


def failed(cast):
    _report(cast.ours.draft, verdict_id=Verdict.FAIL)
    _report(cast.ours.ready, verdict_id=Verdict.FAIL)


def _report(character, **fields):
    QAReport.objects.filter(pk=character.current_source.qa_report_id).update(**fields)


def without_source(cast):
    Character.objects.filter(pk=cast.ours.ready.pk).update(current_source=None, baseline_status=1)


def locked(cast):
    approving.approve_baseline(cast.creator, cast.ours.draft)


def unlocked(cast):
    approving.unlock_baseline(cast.creator, cast.ours.ready)


def rejected(cast):
    approving.reject_baseline(cast.creator, cast.ours.draft, "dark")


def away(cast):
    describing.archive_character(cast.creator, cast.ours.ready)
    describing.archive_character(cast.creator, cast.ours.draft)


def of_a_real_person(cast):
    Character.objects.update(depicts="real_person")


def full(cast):
    JobQueue.objects.filter(name="comfy").update(user_waiting_max=1)


def a_server_without_nodes(cast):
    ComfyServer.objects.update(capabilities={"nodes": ["LoadImage"], "models": {}})


def ended(cast):
    Job.objects.filter(pk=cast.ours.waiting_job.pk).update(
        status_id=JobStatus.CANCELLED, finished_at=Now()
    )


def withheld(cast):
    quarantining.quarantine(cast.admin, cast.ours.candidate, "takedown 12")


def rejected_variant(cast):
    reviewing.reject(cast.reviewer, cast.ours.candidate)


def decided_by_creator(cast):
    reviewing.reject(cast.creator, cast.ours.candidate)


def running(cast):
    Job.objects.filter(pk=cast.ours.waiting_job.pk).update(
        status_id=JobStatus.RUNNING, lease_owner="w", lease_until=Now()
    )


def out(cast):
    exporting.export(cast.creator, cast.ours.candidate)


def deleted(cast):
    trashing.trash(cast.creator, cast.ours.candidate)


def text(name="x.png", data=b"hello " * 50):
    return {"file": SimpleUploadedFile(name, data, "image/png")}


def picture(**more):
    return {"file": SimpleUploadedFile("x.png", make_pictures.good(), "image/png"), **more}


def same(**more):
    return {"file": SimpleUploadedFile("x.png", make.portrait(), "image/png"), **more}


def mask(**drawn):
    return {"prompt": "a scarf", "mask": make_masks.base64_of(make_masks.png(**drawn))}


SOURCES = [
    Refusal("not_found", 404, "characters/999999/source-image", picture()),
    Refusal("not_found", 404, "characters/{draft}/source-image", picture(), who="outsider"),
    Refusal("no_file", 400, "characters/{draft}/source-image"),
    Refusal("not_allowed_format", 400, "characters/{draft}/source-image", text()),
    Refusal("type_mismatch", 400, "characters/{draft}/seed-image/upload",
            text("x.png", make_pictures.good("jpeg"))),
    Refusal("appearance_locked", 409, "characters/{ready}/source-image", picture()),
    Refusal("archived", 409, "characters/{draft}/source-image", picture(), away),
    Refusal("appearance_locked", 409, "characters/{draft}", {"appearance": "tall"}, locked,
            method="PATCH"),
    Refusal("role", 403, "characters/{draft}/source-image", picture(), who="reviewer"),
    Refusal("invalid", 400, "characters", {"project": "{project}", "name": ""}),
    Refusal("no_base_image", 400, "characters/{ready}/seed-image/approve", given=without_source),
    Refusal("no_base_image", 400, "characters/{ready}/seed-image/reject", {"reason": "dark"},
            without_source),
    Refusal("qa_pending", 409, "characters/{draft}/seed-image/approve", given=unfinished),
    Refusal("qa_failed", 409, "characters/{draft}/seed-image/approve", given=failed),
    Refusal("reason_needed", 400, "characters/{draft}/seed-image/approve", {"override": True},
            failed, who="admin"),
    Refusal("role", 403, "characters/{draft}/seed-image/approve", {"override": True}, failed),
    Refusal("reason_needed", 400, "characters/{draft}/seed-image/reject"),
    Refusal("illegal_move", 409, "characters/{draft}/seed-image/approve", given=rejected),
    Refusal("illegal_move", 409, "characters/{ready}/seed-image/reject", {"reason": "dark"}),
    Refusal("attestation_required", 403, "characters/{draft}/seed-image/approve",
            given=of_a_real_person),
    Refusal("statement_too_short", 400, "characters/{draft}/attestation", {"statement": "x"}),
    Refusal("is_current_source", 409, "characters/{ready}/images/s-{source}", method="DELETE"),
    Refusal("name_taken", 409, "projects", {"name": "Northlight"}, who="admin"),
    Refusal("unknown_person", 400, "projects/{project}/members", {"username": "no"}, who="admin"),
    Refusal("already_member", 409, "projects/{project}/members", {"username": "rex"}, who="admin"),
    Refusal("invalid", 400, "projects/{project}/imports", {"entries": []}),
    Refusal("not_found", 404, "imports/{folder_import}/files", picture(path="Joe/ref.png")),
    Refusal("no_file", 400, "imports/{folder_import}/files", {"path": "Jim/ref.png"}),
]  # fmt: skip

GENERATING = [
    Refusal("bad_count", 400, f"{ONE}/generate", {**WISH, "count": 0}),
    Refusal("bad_count", 400, f"{ONE}/generate", {**WISH, "count": 65}),
    Refusal("unknown_variant_type", 400, f"{ONE}/generate", {**WISH, "variant_type": "bare"}),
    Refusal("unknown_workflow", 400, f"{ONE}/generate", {**WISH, "workflow_id": 999999}),
    Refusal("prompt_too_long", 400, f"{ONE}/generate", {**WISH, "prompt": "x" * 4001}),
    Refusal("prompt_too_long", 400, f"{ONE}/generate", {**WISH, "negative_prompt": "x" * 4001}),
    Refusal("bad_value", 400, f"{ONE}/generate", {**WISH, "seed": -1}),
    Refusal("bad_value", 400, f"{ONE}/generate", {**WISH, "values": {"nonsense": 1}}),
    Refusal("unknown_option", 400, f"{ONE}/generate", {**WISH, "scene": "the moon"}),
    Refusal("unknown_option", 400, f"{ONE}/generate", {**WISH, "aspect_ratio": "7:1"}),
    Refusal("no_source", 409, f"{ONE}/generate", WISH, without_source),
    Refusal("qa_pending", 409, f"{ONE}/generate", WISH, unfinished),
    Refusal("qa_failed", 409, f"{ONE}/generate", WISH, failed),
    Refusal("qa_failed", 409, f"{ONE}/generate", {**WISH, "override_qa": True}, failed),
    Refusal("source_not_approved", 409, f"{ONE}/generate", WISH, unlocked),
    Refusal("archived", 409, f"{ONE}/generate", WISH, away),
    Refusal("attestation_required", 403, f"{ONE}/generate", WISH, of_a_real_person),
    Refusal("rating_not_enabled", 403, f"{ONE}/generate", {**WISH, "adult": True}),
    Refusal("rating_not_enabled", 403, f"{ONE}/generate", {**WISH, "variant_type": "spare"}),
    Refusal("too_many_waiting", 429, f"{ONE}/generate", {**WISH, "count": 9}, full),
    Refusal("no_capable_server", 409, f"{ONE}/generate", WISH, a_server_without_nodes),
    Refusal("role", 403, f"{ONE}/generate", WISH, who="reviewer"),
    Refusal("bad_batch", 400, "variants/generate-batch", {**WISH, "character_ids": []}),
    Refusal("not_found", 404, "variants/generate-batch", {**WISH, "character_ids": [999999]}),
    Refusal("batch_refused", 409, "variants/generate-batch",
            {**WISH, "character_ids": ["{ready}", "{draft}"]}),
    Refusal("not_cancellable", 409, f"{ONE}/{{waiting}}/cancel", given=ended),
    Refusal("not_retryable", 409, f"{ONE}/{{waiting}}/retry"),
    Refusal("not_cancellable", 409, "jobs/{failed_job}/cancel"),
    Refusal("not_retryable", 409, "jobs/{waiting_job}/retry"),
    Refusal("not_waiting", 409, "jobs/{failed_job}/front"),
    Refusal("no_file", 409, f"{ONE}/{{waiting}}/rerun-qa"),
    Refusal("no_mask", 400, f"{IMAGE}/inpaint", {"prompt": "a scarf"}),
    Refusal("bad_mask", 400, f"{IMAGE}/inpaint", {**EDIT, "masked_image_base64_png": MASK}),
    Refusal("bad_base64", 400, f"{IMAGE}/inpaint", {**EDIT, "mask": "§"}),
    Refusal("mask_size", 400, f"{IMAGE}/inpaint", mask(size=(64, 64), box=(0, 0, 9, 9))),
    Refusal("mask_empty", 400, f"{IMAGE}/inpaint", mask(level=0)),
    Refusal("not_found", 404, f"{IMAGE}/inpaint", {"prompt": "a scarf", "mask_id": 999999}),
    Refusal("bad_value", 400, f"{IMAGE}/inpaint", {**EDIT, "prompt": " "}),
    Refusal("prompt_too_long", 400, f"{IMAGE}/inpaint", {**EDIT, "prompt": "x" * 4001}),
    Refusal("bad_value", 400, f"{IMAGE}/inpaint", {**EDIT, "workflow_id": "{workflow}"}),
    Refusal("bad_value", 400, f"{IMAGE}/inpaint", {**EDIT, "variant_type": "formal"}),
    Refusal("bad_count", 400, f"{IMAGE}/inpaint", {**EDIT, "count": 65}),
    Refusal("not_editable", 409, f"{IMAGE}/inpaint", EDIT, withheld),
    Refusal("not_editable", 409, "characters/{ready}/images/v-{waiting}/inpaint", EDIT),
    Refusal("attestation_required", 403, f"{IMAGE}/inpaint", EDIT, of_a_real_person),
    Refusal("attestation_required", 403, f"{ONE}/{{candidate}}/regenerate", {}, of_a_real_person),
    Refusal("attestation_required", 403, f"{ONE}/{{candidate}}/approve", {}, of_a_real_person),
]  # fmt: skip

REVIEWING = [
    Refusal("illegal_move", 409, f"{ONE}/{{candidate}}/approve", given=rejected_variant),
    Refusal("no_file", 409, f"{ONE}/{{waiting}}/approve"),
    Refusal("no_file", 409, f"{ONE}/{{waiting}}/shortlist"),
    Refusal("illegal_move", 409, f"{ONE}/{{hero}}/reject"),
    Refusal("unknown_reason", 400, f"{ONE}/{{candidate}}/reject", {"reasons": ["ugly"]}),
    Refusal("stale_revision", 412, f"{ONE}/{{candidate}}/approve", headers={"If-Match": '"99"'}),
    Refusal("decided_by_creator", 403, f"{ONE}/{{hero}}/reconsider", who="reviewer"),
    Refusal("decided_by_creator", 403, f"{ONE}/{{candidate}}/undo", given=decided_by_creator,
            who="reviewer"),
    Refusal("not_yours", 409, f"{ONE}/{{candidate}}/undo", given=rejected_variant),
    Refusal("nothing_to_do", 409, f"{ONE}/{{candidate}}/undo"),
    Refusal("nothing_to_do", 409, f"{ONE}/{{candidate}}/redo"),
    Refusal("quarantined", 409, f"{ONE}/{{candidate}}/shortlist", given=withheld),
    Refusal("quarantined", 409, f"{ONE}/{{candidate}}/regenerate", given=withheld),
    Refusal("reason_needed", 400, f"{ONE}/{{candidate}}/quarantine", who="admin"),
    Refusal("bad_tag", 400, f"{ONE}/{{candidate}}/tags", {"add": ["x" * 61]}),
    Refusal("bad_tag", 400, f"{ONE}/{{candidate}}/tags"),
    Refusal("unknown_verb", 400, "variants/batch", {"verb": "burn", "ids": ["{candidate}"]}),
    Refusal("bad_batch", 400, "variants/batch", {"verb": "reject", "ids": []}),
    Refusal("not_found", 404, "variants/batch",
            {"verb": "reject", "ids": ["{candidate}", 999999]}),
    Refusal("is_hero", 409, f"{ONE}/{{hero}}", method="DELETE"),
    Refusal("is_hero", 409, f"{ONE}/{{hero}}?purge=1", method="DELETE"),
    Refusal("bad_value", 400, f"{ONE}/{{candidate}}?purge=maybe", method="DELETE"),
    Refusal("still_running", 409, f"{ONE}/{{waiting}}?purge=1", given=running, method="DELETE"),
    Refusal("not_found", 404, f"{ONE}/{{candidate}}/approve", given=deleted),
    Refusal("bad_value", 400, f"{ONE}/{{candidate}}/recipe-diff", method="GET"),
    Refusal("not_found", 404, f"{ONE}/{{candidate}}/recipe-diff?with=999999", method="GET"),
    Refusal("not_reproducible", 409, f"{ONE}/{{candidate}}/reproduce"),
]  # fmt: skip

EDITING = [
    Refusal("no_file", 409, f"{ONE}/{{waiting}}/export"),
    Refusal("not_exportable", 409, f"{ONE}/{{candidate}}/export", given=withheld),
    Refusal("attestation_required", 403, f"{ONE}/{{candidate}}/export", given=of_a_real_person),
    Refusal("reviewers_may_not_export", 403, f"{ONE}/{{candidate}}/export", who="reviewer"),
    Refusal("not_out", 409, f"{ONE}/{{candidate}}/cancel-edit"),
    Refusal("not_found", 404, "variants/export-batch", {"variant_ids": ["{candidate}", 999999]}),
    Refusal("no_file", 409, "variants/export-batch", {"variant_ids": ["{candidate}", "{waiting}"]}),
    Refusal("no_file", 400, f"{ONE}/{{candidate}}/reimport"),
    Refusal("not_allowed_format", 400, f"{ONE}/{{candidate}}/reimport", text(), out),
    Refusal("size_differs", 409, f"{ONE}/{{candidate}}/reimport", picture(), out),
    Refusal("unchanged", 409, f"{ONE}/{{candidate}}/reimport", same(), out),
    Refusal("attestation_required", 403, f"{ONE}/{{candidate}}/reimport", picture(),
            of_a_real_person),
    Refusal("archived", 409, f"{ONE}/{{candidate}}/reimport", picture(), away),
    Refusal("no_match", 409, "characters/{ready}/reimport", picture()),
    Refusal("not_found", 404, "characters/{ready}/reimport", picture(variant="999999")),
    Refusal("no_file", 400, ONE, {"variant_type": "formal"}),
    Refusal("unknown_variant_type", 400, ONE, picture(variant_type="bare")),
    Refusal("rating_not_enabled", 403, ONE, picture(variant_type="spare")),
    Refusal("archived", 409, ONE, picture(variant_type="formal"), away),
    Refusal("attestation_required", 403, ONE, picture(variant_type="formal"), of_a_real_person),
    Refusal("nothing_to_do", 409, f"{ONE}/{{candidate}}/regenerate",
            given=lambda cast: ImageVariant.objects.update(request=None)),
    Refusal("invalid", 400, "variants/export-batch", {"variant_ids": []}),
]  # fmt: skip

SECTIONS = {
    "sources": SOURCES,
    "generating": GENERATING,
    "reviewing": REVIEWING,
    "editing": EDITING,
}


def filled(value, names):
    if isinstance(value, str):
        return value.format(**names) if value.startswith("{") else value
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if isinstance(value, SimpleUploadedFile):
        value.seek(0)
    return value


def ask(client, cast, refusal):
    names = cast.ours.names
    body = {key: filled(value, names) for key, value in refusal.body.items()}
    is_file = any(isinstance(value, SimpleUploadedFile) for value in body.values())
    url = "/api/v1/" + refusal.path.format(**names)
    if refusal.method == "GET":
        return client.get(url)
    send = getattr(client, refusal.method.lower())
    with quick_validator():
        kind = "multipart" if is_file else "json"
        return send(url, body, format=kind, headers=refusal.headers)


def shortcoming(refusal, answer):
    """What is wrong with the answer; empty when nothing is."""
    body = answer.json()
    if (answer.status_code, body.get("code")) != (refusal.status, refusal.code):
        return f"{answer.status_code} {body}"
    sentence = body["detail"]
    if len(sentence) < 15 or (not sentence.rstrip().endswith((".", "…")) and body["errors"] == {}):
        return f"no sentence: {sentence}"
    if not isinstance(body["errors"], dict):
        return "no errors"
    return ""


@pytest.mark.parametrize("section", SECTIONS)
def test_each_has_its_status_code_and_sentence_and_leaves_nothing_half_done(cast, section):
    wrong = {}
    for refusal in SECTIONS[section]:
        with undone():
            if refusal.given:
                refusal.given(cast)
            client = signed_in(cast.person(refusal.who), api=True)
            before = everything(*DONE)
            answer = ask(client, cast, refusal)
            if said := shortcoming(refusal, answer):
                wrong[str(refusal)] = said
            elif everything(*DONE) != before:
                wrong[str(refusal)] = "refused, and yet something changed"
        _read_again(cast)
    assert wrong == {}, "\n".join(f"{name}: {said}" for name, said in wrong.items())


def _read_again(cast):
    """The rows as they are once more, for whoever prepares the next refusal."""
    for name in ("ready", "draft", "candidate", "hero", "waiting", "failed"):
        setattr(cast.ours, name, type(getattr(cast.ours, name)).objects.get(
            pk=getattr(cast.ours, name).pk
        ))  # fmt: skip


def test_a_conflict_about_a_variant_says_the_state_and_who_caused_it(cast):
    url = f"/api/v1/characters/{cast.ours.ready.pk}/variants/{cast.ours.candidate.pk}"
    client = signed_in(cast.creator, api=True)
    reviewing.reject(cast.reviewer, cast.ours.candidate)
    for verb in ("approve", "cancel-edit", "reproduce"):
        body = client.post(f"{url}/{verb}").json()
        assert (body["state"], body["by"]) == ("rejected", "rex"), verb


def test_a_conflict_about_a_baseline_and_a_job_says_so_too(cast):
    ours, client = cast.ours, signed_in(cast.creator, api=True)
    base = f"/api/v1/characters/{ours.ready.pk}"
    for path, body in (
        ("seed-image/reject", {"reason": "dark"}),
        ("source-image", picture()),
    ):
        kind = "multipart" if "file" in body else "json"
        said = client.post(f"{base}/{path}", body, format=kind).json()
        assert (said["state"], said["by"]) == ("approved", "cleo"), path
    signed_in(cast.admin, api=True).post(f"/api/v1/jobs/{ours.waiting_job.pk}/cancel")
    said = client.post(f"/api/v1/jobs/{ours.waiting_job.pk}/cancel").json()
    assert (said["state"], said["by"]) == ("cancelled", "ada")
    assert "by ada" in said["detail"]
