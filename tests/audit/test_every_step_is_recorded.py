"""Whatever a person changes leaves a row: who, what, from where, before and after."""

import json

from audit.models import AuditEvent
from tests import make
from tests.people.asking import send, signed_in
from tests.people.matrix import ROWS
from tests.people.world import undone

# Changes of one's own browser or session, and what only reads.
UNRECORDED = {
    "POST /sign-out/",
    "POST /settings/theme/",
    "POST /review/habits/",
    "POST /characters/{ready}/review/place/",
    "POST /characters/{ready}/place/",
    "POST /characters/{ready}/views/",
    "POST /characters/{ready}/views/1/delete/",
    "POST /characters/{ready}/views/1/rename/",
    "POST /jobs/left/",
    "POST /jobs/tray/whose/",
    "POST /opened/",
    "POST /api/v1/projects/{project}/uploads",  # a file on its way; that it is received is recorded
    "POST /api/v1/projects/{project}/uploads/look",
    "PATCH /api/v1/uploads/{upload}",
    "DELETE /api/v1/uploads/{upload}",
    "POST /api/v1/auth/token/refresh",
    "POST /api/v1/auth/token/revoke",
    "POST /api/v1/auth/ws-ticket",
    "POST /api/v1/projects/{project}/unarchive",  # nothing that is not put away changes
    "POST /api/v1/characters/{draft}/unarchive",
    "POST /characters/{draft}/unarchive/",
    "POST /variants/batch/reasons/",  # asks for the reasons first
    "POST /variants/{candidate}/reproduce/",  # not made by a graph
}
# Steps that change nothing of what stands in the cast, which is not to be recorded.
NOTHING_TO_DO = {
    "POST /api/v1/characters/{ready}/images/s-{old}/restore",
    "POST /api/v1/jobs/cancel-mine",
    "POST /api/v1/jobs/retry-mine",
    "POST /characters/{ready}/redo/",
    "POST /jobs/cancel-mine/",
    "POST /jobs/retry-mine/",
    "POST /settings/tokens/1/end/",
    "POST /settings/tokens/end/",
    "POST /settings/two-factor/",
    "POST /settings/two-factor/codes/",
    "POST /settings/two-factor/off/",
    "POST /sign-in/code/",
    "POST /sources/{old}/restore/",
    "POST /variants/{trashed}/redo/",
    *(
        f"POST {place.format(verb)}"
        for verb in ("keep", "reconsider", "unshortlist")
        for place in (
            "/api/v1/characters/{{ready}}/variants/{{candidate}}/{}",
            "/variants/{{candidate}}/{}/",
        )
    ),
}
CHANGES = [
    row
    for row in ROWS
    if row.method != "GET"
    and str(row) not in UNRECORDED | NOTHING_TO_DO
    and min(row.cells.values()) < 400  # what is refused to everybody changes nothing
]

WANTED = {
    "/sign-in/": "user.sign_in",
    "/api/v1/auth/token": "user.sign_in",
    "/settings/password/": "user.password",
    "/projects/new/": "project.create",
    "/projects/{project}/edit/": "project.edit",
    "/projects/{project}/members/": "project.member_add",
    "/projects/{project}/members/{person}/remove/": "project.member_remove",
    "/projects/{project}/characters/new/": "character.create",
    "/characters/{draft}/edit/": "character.edit",
    "/characters/{draft}/archive/": "character.archive",
    "/characters/{draft}/source/": "source.upload",
    "/characters/{draft}/source/rerun-qa/": "source.rerun_qa",
    "/characters/{draft}/attest/": "character.attest",
    "/characters/{draft}/baseline/approve/": "baseline.approved",
    "/characters/{draft}/baseline/reject/": "baseline.rejected",
    "/characters/{ready}/baseline/unlock/": "baseline.draft",
    "/characters/{ready}/generate/": "variant.generate",
    "/variants/{candidate}/approve/": "variant.approve",
    "/variants/{candidate}/reject/": "variant.reject",
    "/variants/{candidate}/more/": "variant.generate",
    "/variants/{candidate}/rerun-qa/": "variant.rerun_qa",
    "/variants/{waiting}/cancel/": "job.cancel",
    "/variants/{failed}/retry/": "job.retry",
    "/jobs/{waiting_job}/cancel/": "job.cancel",
    "/jobs/{failed_job}/retry/": "job.retry",
    "/jobs/{waiting_job}/front/": "job.front",
    "/api/v1/comfy-servers/{server}/pause": "comfy_server.pause",
    "/api/v1/comfy-servers/{server}/resume": "comfy_server.resume",
    "/api/v1/queues/comfy/pause": "queue.pause",
    "/api/v1/queues/io/resume": "queue.resume",
    "/api/v1/variants/generate-batch": "variant.generate",
}
API_VERBS = {"PATCH": "edit", "DELETE": "archive"}


def test_each_change_by_page_and_api_writes_its_row(cast):
    wrong = {}
    for row in CHANGES:
        role = "admin" if row.cells["admin"] < 400 else "creator"
        person = getattr(cast, role) if row.path != "/sign-in/" else None
        client = signed_in(person, api=row.is_api)
        last = AuditEvent.objects.latest("pk").pk
        with undone():
            answer = send(client, row, cast.ours)
            assert answer.status_code == row.cells["anonymous" if person is None else role]
            events = list(AuditEvent.objects.filter(pk__gt=last))
            if not events:
                wrong[str(row)] = "nothing is recorded"
                continue
            channel = "api" if row.is_api else "page"
            who = cast.creator if "username" in row.body and "password" in row.body else person
            for event in events:
                if (event.actor, event.channel, event.address) != (who, channel, "127.0.0.1"):
                    wrong[str(row)] = (event.actor, event.channel, event.address)
                if not event.model_label or not event.object_pk:
                    wrong[str(row)] = "of nothing"
            if row.path in WANTED and WANTED[row.path] not in {event.verb for event in events}:
                wrong[str(row)] = [event.verb for event in events]
    assert not wrong, "\n".join(f"{row}: {what}" for row, what in sorted(wrong.items()))
    assert set(WANTED) <= {row.path for row in CHANGES}


def test_each_row_names_the_project_it_happened_in(cast):
    ours = cast.ours.project.pk
    verbs = AuditEvent.objects.exclude(verb__startswith="user.").values_list("verb", "project_ref")
    assert {verb for verb, project in verbs if project is None} == set()
    assert ours in {project for _, project in verbs}


def test_before_and_after_tell_the_change(cast):
    client = signed_in(cast.creator, api=True)
    draft = f"/api/v1/characters/{cast.ours.draft.pk}"
    client.patch(draft, {"age": 30, "name": "Joan"})
    edit = AuditEvent.objects.get(verb="character.edit")
    assert (edit.before, edit.after) == ({"age": None}, {"age": 30})
    client.post(f"{draft}/seed-image/reject", {"reason": "too dark"})
    rejected = AuditEvent.objects.get(verb="baseline.rejected")
    assert rejected.before == {"baseline": "draft"}
    assert rejected.after == {"baseline": "rejected", "overrode_qa": False}
    assert rejected.reason == "too dark"
    hero, one = cast.ours.hero, cast.ours.candidate
    one.variant_type_id = "clothed"
    one.save()
    client.post(f"/api/v1/characters/{cast.ours.ready.pk}/variants/{one.pk}/approve")
    events = AuditEvent.objects.filter(object_pk__in=[str(hero.pk), str(one.pk)])
    replaced = events.get(verb="variant.replaced", object_pk=str(hero.pk))
    assert (replaced.before, replaced.after["status"]) == ({"status": "approved"}, "generated")
    approved = events.get(verb="variant.approve", object_pk=str(one.pk))
    assert approved.after == {"status": "approved", "replaced": hero.pk}


def test_a_refused_upload_is_recorded_with_its_code(cast):
    client = signed_in(cast.creator, api=True)
    file = make.PORTRAIT.with_name("README.md")
    url = f"/api/v1/characters/{cast.ours.draft.pk}/source-image"
    with file.open("rb") as handle:
        assert client.post(url, {"file": handle}, format="multipart").status_code == 400
    event = AuditEvent.objects.get(verb="source.refused")
    assert event.after["code"] in ("bad_extension", "not_allowed_format")
    assert event.object_pk == str(cast.ours.draft.pk)


def test_no_row_holds_a_password_or_image_bytes(cast):
    for row in CHANGES:
        with undone():
            send(signed_in(cast.admin, api=row.is_api), row, cast.ours)
            for event in AuditEvent.objects.all():
                text = json.dumps([event.before, event.after, event.reason])
                assert make.PASSWORD not in text
                assert "horse battery" not in text
                assert len(text) < 4000
