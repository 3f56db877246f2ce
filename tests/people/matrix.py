"""Who gets which answer where: one row for each address and method of the product.

A row names the status for an outsider (a creator of another project), an idle member (without a
role), a reviewer, a creator and an admin. Who has not signed in is sent to sign in (pages) or
refused with 401 (API), where the row does not say otherwise.
"""

from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, get_resolver, resolve

from tests import make, make_masks

ROLES = ("anonymous", "outsider", "idle", "reviewer", "creator", "admin")
FILE = object()  # a fresh portrait.png
EDITED = object()  # another one, as an editor saved it
OCTETS = object()  # the first part of a file
API = "/api/v1/"


@dataclass(frozen=True)
class Row:
    """One address and method; `{names}` in path and body are filled from a `Side`."""

    method: str
    path: str
    cells: dict[str, int]
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def is_api(self) -> bool:
        return self.path.startswith(API)

    @property
    def is_media(self) -> bool:
        return any(word in self.path for word in ("/media/", "/renditions/", "/file", "/exports/"))

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def row(method: str, path: str, cells: str, body: dict[str, Any] | None = None) -> Row:
    codes = [int(code) for code in cells.split()]
    if len(codes) == len(ROLES) - 1:
        codes = [401 if path.startswith(API) else 302, *codes]
    return Row(method, path, dict(zip(ROLES, codes, strict=True)), body or {})


CREDENTIALS = {"username": "cleo", "password": make.PASSWORD}
NEW_PASSWORD = {
    "old_password": make.PASSWORD,
    "new_password1": "a different horse battery",
    "new_password2": "a different horse battery",
}
ATTEST = {"statement": "A drawn person, ours alone", "source": "our own studio"}
ASK = {"variant_type": "clothed", "workflow": "{workflow}", "count": 2}
ASK_API = {"variant_type": "clothed", "workflow_id": "{workflow}", "count": 2}
ASK_BATCH = {**ASK_API, "character_ids": ["{ready}"]}
ROOM = {
    "layout": "one", "mode": "side", "against": "source", "zoom": 1, "x": 0, "y": 0,
    "opacity": 50, "split": 50, "query": "?show=all",
}  # fmt: skip
EDIT = {"file": EDITED, "keep_size": "1"}
EDIT_OF = {**EDIT, "variant": "{candidate}"}
EXPORT_BATCH = {"variant_ids": ["{candidate}", "{hero}"]}
ASK_PAGE = {**ASK, "characters": ["{ready}"]}
HAND_MADE = {"file": FILE, "variant_type": "formal"}
ADDED = {"files": FILE, "variant_type": "formal"}
FOLDER = {"entries": [{"path": "Jane/ref.png", "size": 1}]}
FILE_OF_FOLDER = {"path": "Jim/ref.png", "file": FILE}
INPAINT = {"prompt": "a scarf", "mask": make_masks.base64_of(make_masks.png())}
INPAINT_AGAIN = {"prompt": "a scarf", "mask_id": "{mask}", "count": 1}
WEBHOOK = {"name": "Lamp", "url": "https://1.1.1.1/hook", "events": ["job.finished"]}
LIMITS = {"warn_limit": 6.0, "fail_limit": 12.0}
LIMITS_OF_OURS = {**LIMITS, "check": "colour_cast", "project": "{project}"}
SERVER = {"name": "gpu-2", "url": "http://127.0.0.1:8189"}
GRAPH = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
}
WORKFLOW = {"name": "mine", "graph": GRAPH}
CHARACTER = {"name": "Judy", "depicts": "fictional", "age_basis": "unknown"}

PUBLIC = [
    row("GET", "/tokens.css", "200 200 200 200 200 200"),
    row("GET", "/healthz", "200 200 200 200 200 200"),
    row("GET", "/readyz", "503 503 503 503 503 503"),
    row("GET", "/metrics", "401 403 403 403 403 200"),
    row("GET", "/sign-in/", "200 302 302 302 302 302"),
    row("POST", "/sign-in/", "302 302 302 302 302 302", CREDENTIALS),
    row("GET", "/sign-in/code/", "302 302 302 302 302 302"),
    row("POST", "/sign-in/code/", "302 302 302 302 302 302", {"code": "123456"}),
    row("POST", "/sign-out/", "302 302 302 302 302"),
    row("POST", "/settings/theme/", "302 302 302 302 302", {"theme": "dark"}),
    row("POST", "/api/v1/auth/token", "200 200 200 200 200 200", CREDENTIALS),
    row("POST", "/api/v1/auth/token/refresh", "401 401 401 401 401", {"refresh": "junk"}),
    row("POST", "/api/v1/auth/token/revoke", "401 401 401 401 401", {"refresh": "junk"}),
]

OWN = [
    row("GET", "/", "200 200 200 200 200"),
    row("GET", "/settings/", "200 200 200 200 200"),
    row("GET", "/settings/password/", "200 200 200 200 200"),
    row("POST", "/settings/password/", "302 302 302 302 302", NEW_PASSWORD),
    row("GET", "/settings/profile/", "200 200 200 200 200"),
    row("POST", "/settings/profile/", "302 302 302 302 302", {"first_name": "Ann"}),
    row("POST", "/settings/tokens/end/", "302 302 302 302 302"),
    row("POST", "/settings/tokens/1/end/", "302 302 302 302 302"),
    row("GET", "/settings/two-factor/", "200 200 200 200 200"),
    row("POST", "/settings/two-factor/", "400 400 400 400 400", {"code": "123456"}),
    row("POST", "/settings/two-factor/codes/", "409 409 409 409 409", {"code": "123456"}),
    row("POST", "/settings/two-factor/off/", "409 409 409 409 409", {"code": "123456"}),
    row("GET", "/operations/", "403 403 403 403 200"),
    row("GET", "/find/?q=e", "200 200 200 200 200"),
    row("POST", "/opened/", "404 404 204 204 204", {"path": "/characters/{ready}/review/"}),
    row("GET", "/jobs/", "200 200 200 200 200"),
    row("GET", "/jobs/tray/", "200 200 200 200 200"),
    row("POST", "/jobs/left/", "204 204 204 204 204", {"query": "?whose=mine"}),
    row("POST", "/jobs/tray/whose/", "302 302 302 302 302", {"whose": "mine"}),
    row("POST", "/queues/comfy/pause/", "403 403 403 403 302"),
    row("POST", "/queues/io/resume/", "403 403 403 403 302"),
    row("POST", "/jobs/cancel-mine/", "302 403 403 302 302"),
    row("POST", "/jobs/retry-mine/", "302 403 403 302 302"),
    row("GET", "/projects/", "200 200 200 200 200"),
    row("POST", "/api/v1/auth/ws-ticket", "201 201 201 201 201"),
    row("GET", "/api/v1/schema", "200 200 200 200 200"),
    row("GET", "/api/v1/docs", "302 200 200 200 200 200"),
    row("GET", "/api/v1/search?q=e", "200 200 200 200 200"),
    row("GET", "/api/v1/qa-thresholds", "200 200 200 200 200"),
    row("POST", "/api/v1/qa-thresholds", "404 404 403 403 201", LIMITS_OF_OURS),
    row("GET", "/api/v1/qa-thresholds/{threshold}", "404 404 200 200 200"),
    row("PATCH", "/api/v1/qa-thresholds/{threshold}", "404 404 403 403 200", LIMITS),
    row("DELETE", "/api/v1/qa-thresholds/{threshold}", "404 404 403 403 204"),
    row("GET", "/api/v1/projects", "200 200 200 200 200"),
    row("GET", "/api/v1/characters", "200 200 200 200 200"),
    row("GET", "/api/v1/jobs", "200 200 200 200 200"),
    row("POST", "/api/v1/jobs/cancel-mine", "200 403 403 200 200"),
    row("POST", "/api/v1/jobs/retry-mine", "200 403 403 200 200"),
    row("GET", "/api/v1/queues", "200 403 200 200 200"),
    row("GET", "/api/v1/queues/comfy", "200 403 200 200 200"),
    row("POST", "/api/v1/queues/comfy/pause", "403 403 403 403 200"),
    row("POST", "/api/v1/queues/io/resume", "403 403 403 403 200"),
    row("GET", "/api/v1/workflows", "200 403 200 200 200"),
    row("POST", "/api/v1/workflows", "403 403 403 403 201", WORKFLOW),
    row("GET", "/api/v1/workflows/{workflow}", "200 403 200 200 200"),
    row("PATCH", "/api/v1/workflows/{workflow}", "403 403 403 403 200", {"title": "Other"}),
    row("GET", "/api/v1/workflows/{workflow}/versions", "403 403 403 403 200"),
    row("POST", "/api/v1/workflows/{workflow}/versions", "403 403 403 403 409", {"bindings": []}),
    row("POST", "/api/v1/workflows/{workflow}/validate", "409 403 403 409 409"),
    row("GET", "/api/v1/comfy-servers", "403 403 403 403 200"),
    row("POST", "/api/v1/comfy-servers", "403 403 403 403 201", SERVER),
    row("GET", "/api/v1/comfy-servers/{server}", "403 403 403 403 200"),
    row("PATCH", "/api/v1/comfy-servers/{server}", "403 403 403 403 200", {"slots": 2}),
    row("POST", "/api/v1/comfy-servers/{server}/pause", "403 403 403 403 200"),
    row("POST", "/api/v1/comfy-servers/{server}/resume", "403 403 403 403 200"),
]


def _of_words(path: str, name: str, made: dict[str, Any]) -> list[Row]:
    """Everybody reads the words; admins write them."""
    one = f"/api/v1/{path}/{{{name}}}"
    return [
        row("GET", f"/api/v1/{path}", "200 200 200 200 200"),
        row("POST", f"/api/v1/{path}", "403 403 403 403 201", {"name": "another", **made}),
        row("GET", one, "200 200 200 200 200"),
        row("PATCH", one, "403 403 403 403 200", {"description": "in other words"}),
        row("DELETE", one, "403 403 403 403 204"),
    ]


WEBHOOKS = [
    row("GET", "/webhooks/", "403 403 403 403 200"),
    row("POST", "/webhooks/", "403 403 403 403 200", WEBHOOK),
    row("GET", "/webhooks/{webhook}/", "403 403 403 403 200"),
    row("POST", "/webhooks/{webhook}/", "403 403 403 403 302", WEBHOOK),
    row("POST", "/webhooks/{webhook}/ping/", "403 403 403 403 302"),
    row("POST", "/webhooks/{webhook}/secret/", "403 403 403 403 200"),
    row("POST", "/webhooks/{webhook}/delete/", "403 403 403 403 302"),
    row("POST", "/webhooks/{webhook}/deliveries/{delivery}/redeliver/", "403 403 403 403 302"),
    row("GET", "/api/v1/webhooks", "403 403 403 403 200"),
    row("POST", "/api/v1/webhooks", "403 403 403 403 201", WEBHOOK),
    row("GET", "/api/v1/webhooks/{webhook}", "403 403 403 403 200"),
    row("PATCH", "/api/v1/webhooks/{webhook}", "403 403 403 403 200", {"name": "Door"}),
    row("DELETE", "/api/v1/webhooks/{webhook}", "403 403 403 403 204"),
    row("POST", "/api/v1/webhooks/{webhook}/secret", "403 403 403 403 200"),
    row("POST", "/api/v1/webhooks/{webhook}/ping", "403 403 403 403 202"),
    row("GET", "/api/v1/webhooks/{webhook}/deliveries", "403 403 403 403 200"),
    row(
        "POST", "/api/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver",
        "403 403 403 403 202",
    ),
]  # fmt: skip

WORDS = [
    *_of_words("variant-types", "type", {"content_rating": "general"}),
    *_of_words("presets/scenes", "scene", {"prompt": "at sea"}),
    *_of_words("presets/environments", "environment", {"prompt": "in rain"}),
    *_of_words("aspect-ratios", "ratio", {"width": 1024, "height": 512}),
    *_of_words("quality-modes", "mode", {"steps": 8, "sampler": "euler"}),
    *_of_words("reject-reasons", "reason", {}),
]

PROJECTS = [
    row("GET", "/projects/new/", "403 403 403 403 200"),
    row("POST", "/projects/new/", "403 403 403 403 302", {"name": "Eastlight"}),
    row("GET", "/projects/{project}/", "404 404 200 200 200"),
    row("GET", "/projects/{project}/edit/", "404 404 403 403 200"),
    row("POST", "/projects/{project}/edit/", "404 404 403 403 302", {"name": "Eastlight"}),
    row("POST", "/projects/{project}/members/", "404 404 403 403 302", {"username": "otto"}),
    row("POST", "/projects/{project}/members/{person}/remove/", "404 404 403 403 302"),
    row("POST", "/api/v1/projects", "403 403 403 403 201", {"name": "Eastlight"}),
    row("GET", "/api/v1/projects/{project}", "404 404 200 200 200"),
    row("PATCH", "/api/v1/projects/{project}", "404 404 403 403 200", {"name": "Eastlight"}),
    row("DELETE", "/api/v1/projects/{project}", "404 404 403 403 204"),
    row("POST", "/api/v1/projects/{project}/archive", "404 404 403 403 200"),
    row("POST", "/api/v1/projects/{project}/unarchive", "404 404 403 403 200"),
    row("POST", "/api/v1/projects/{project}/members", "404 404 403 403 201", {"username": "otto"}),
]

CHARACTERS = [
    row("GET", "/projects/{project}/characters/new/", "404 404 403 200 200"),
    row("POST", "/projects/{project}/characters/new/", "404 404 403 302 302", CHARACTER),
    row("GET", "/characters/{ready}/", "404 404 200 200 200"),
    row("GET", "/characters/{ready}/history/", "404 404 200 200 200"),
    row("GET", "/characters/{ready}/edit/", "404 404 403 200 200"),
    row("POST", "/characters/{draft}/edit/", "404 404 403 302 302", CHARACTER),
    row("POST", "/characters/{draft}/archive/", "404 404 403 302 302"),
    row("POST", "/characters/{draft}/unarchive/", "404 404 403 302 302"),
    row("GET", "/characters/{ready}/source/panel/", "404 404 200 200 200"),
    row("POST", "/characters/{draft}/source/", "404 404 403 302 302", {"file": FILE}),
    row("POST", "/characters/{draft}/source/rerun-qa/", "404 404 403 302 302"),
    row("POST", "/characters/{draft}/attest/", "404 404 403 302 302", ATTEST),
    row("POST", "/characters/{draft}/baseline/approve/", "404 404 403 302 302"),
    row("POST", "/characters/{draft}/baseline/reject/", "404 404 403 302 302", {"reason": "dark"}),
    row("POST", "/characters/{ready}/baseline/unlock/", "404 404 403 302 302"),
    row("GET", "/media/sources/{source}/display/", "404 404 200 200 200"),
    row("GET", "/media/sources/{source}/w256/", "404 404 200 200 200"),
    row("GET", "/media/sources/{source}/original/", "404 404 403 200 200"),
    row("POST", "/api/v1/characters", "404 404 403 201 201", {**CHARACTER, "project": "{project}"}),
    row("GET", "/api/v1/characters/{ready}", "404 404 200 200 200"),
    row("PATCH", "/api/v1/characters/{draft}", "404 404 403 200 200", {"name": "Judy"}),
    row("DELETE", "/api/v1/characters/{draft}", "404 404 403 204 204"),
    row("POST", "/api/v1/characters/{draft}/archive", "404 404 403 200 200"),
    row("POST", "/api/v1/characters/{draft}/unarchive", "404 404 403 200 200"),
    row("GET", "/api/v1/characters/{ready}/images", "404 404 200 200 200"),
    row("GET", "/api/v1/characters/{ready}/source-image", "404 404 200 200 200"),
    row("POST", "/api/v1/characters/{draft}/source-image", "404 404 403 201 201", {"file": FILE}),
    row("GET", "/api/v1/characters/{ready}/seed-image/upload", "404 404 200 200 200"),
    row(
        "POST", "/api/v1/characters/{draft}/seed-image/upload", "404 404 403 201 201",
        {"file": FILE},
    ),
    row("GET", "/api/v1/characters/{ready}/source-image/history", "404 404 200 200 200"),
    row("POST", "/api/v1/characters/{draft}/source-image/rerun-qa", "404 404 403 202 202"),
    row("GET", "/api/v1/source-images/{source}/renditions/w256", "404 404 200 200 200"),
    row("GET", "/api/v1/source-images/{source}/renditions/original", "404 404 403 200 200"),
    row("POST", "/api/v1/characters/{draft}/attestation", "404 404 403 201 201", ATTEST),
    row("POST", "/api/v1/characters/{draft}/seed-image/approve", "404 404 403 200 200"),
    row(
        "POST", "/api/v1/characters/{draft}/seed-image/reject", "404 404 403 200 200",
        {"reason": "dark"},
    ),
    row("POST", "/api/v1/characters/{ready}/seed-image/unlock", "404 404 403 200 200"),
]  # fmt: skip

_ONE = "/api/v1/characters/{ready}/variants"
_IMAGE = "/api/v1/characters/{ready}/images"
VARIANTS = [
    row("GET", "/characters/{ready}/generate/", "404 404 403 200 200"),
    row("POST", "/characters/{ready}/generate/", "404 404 403 302 302", ASK),
    row("GET", "/projects/{project}/generate/", "404 404 403 200 200"),
    row("POST", "/projects/{project}/generate/", "404 404 403 302 302", ASK_PAGE),
    row("GET", "/requests/{request}/", "404 404 200 200 200"),
    row("POST", "/requests/{request}/cancel/", "404 404 403 302 302"),
    row("POST", "/requests/{request}/retry/", "404 404 403 302 302"),
    row("GET", "/variants/{candidate}/", "404 404 200 200 200"),
    row("GET", "/characters/{ready}/words/", "404 404 200 200 200"),
    row("POST", "/characters/{ready}/place/", "404 404 204 204 204"),
    row("GET", "/characters/{ready}/views/", "404 404 200 200 200"),
    row("POST", "/characters/{ready}/views/", "404 404 200 200 200", {"name": "Mine"}),
    row("POST", "/characters/{ready}/views/1/rename/", "404 404 404 404 404", {"name": "Mine"}),
    row("POST", "/characters/{ready}/views/1/delete/", "404 404 404 404 404"),
    row("GET", "/characters/{ready}/list/", "404 404 200 200 200"),
    row("GET", "/characters/{ready}/cards/?ids={candidate}", "404 404 200 200 200"),
    row("GET", "/variants/{candidate}/desk/", "404 404 200 200 200"),
    row("GET", "/characters/{ready}/review/?at={candidate}", "404 404 200 200 200"),
    row("POST", "/characters/{ready}/review/place/", "404 404 204 204 204", ROOM),
    row("POST", "/review/habits/", "204 204 204 204 204", {"advance": "yes"}),
    row("GET", "/variants/{candidate}/download/", "404 404 200 200 200"),
    row("GET", "/media/variants/{candidate}/display/", "404 404 200 200 200"),
    row("POST", "/variants/{candidate}/approve/", "404 404 302 302 302"),
    row("POST", "/variants/{candidate}/reject/", "404 404 302 302 302"),
    row("POST", "/variants/{candidate}/crown/", "404 404 302 302 302"),
    row("POST", "/variants/{candidate}/more/", "404 404 403 302 302"),
    row("POST", "/variants/{candidate}/rerun-qa/", "404 404 403 302 302"),
    row("POST", "/variants/{waiting}/cancel/", "404 404 403 302 302"),
    row("POST", "/variants/{failed}/retry/", "404 404 403 302 302"),
    row("GET", _ONE, "404 404 200 200 200"),
    row("POST", f"{_ONE}/generate", "404 404 403 202 202", ASK_API),
    row("POST", "/api/v1/variants/generate-batch", "404 404 403 202 202", ASK_BATCH),
    row("GET", f"{_ONE}/{{candidate}}", "404 404 200 200 200"),
    row("POST", f"{_ONE}/{{candidate}}/approve", "404 404 200 200 200"),
    row("POST", f"{_ONE}/{{candidate}}/reject", "404 404 200 200 200"),
    row("POST", f"{_ONE}/{{waiting}}/cancel", "404 404 403 202 202"),
    row("POST", f"{_ONE}/{{failed}}/retry", "404 404 403 202 202"),
    row("POST", f"{_ONE}/{{candidate}}/rerun-qa", "404 404 403 202 202"),
    row("GET", "/api/v1/variants/{candidate}/file", "404 404 200 200 200"),
    row("GET", "/api/v1/variants/{candidate}/renditions/w512", "404 404 200 200 200"),
    row("GET", "/api/v1/characters/{ready}/scene-seeds", "404 404 200 200 200"),
    row("GET", "/variants/{candidate}/inpaint/", "404 404 403 200 200"),
    row("POST", "/variants/{candidate}/inpaint/", "404 404 403 302 302", INPAINT_AGAIN),
    row("GET", "/sources/{source}/inpaint/", "404 404 403 200 200"),
    row("POST", "/sources/{source}/inpaint/", "404 404 403 302 302", INPAINT_AGAIN),
    row("GET", "/inpaint/v-{candidate}/", "404 404 302 302 302"),
    row("GET", "/inpaint/s-{source}/", "404 404 302 302 302"),
    row("GET", "/media/masks/{mask}/w256/", "404 404 200 200 200"),
    row("POST", f"{_IMAGE}/v-{{candidate}}/inpaint", "404 404 403 202 202", INPAINT),
    row("GET", f"{_IMAGE}/v-{{candidate}}/masks", "404 404 200 200 200"),
    row("GET", f"{_IMAGE}/s-{{source}}/masks", "404 404 200 200 200"),
    row("GET", "/api/v1/masks/{mask}/renditions/w256", "404 404 200 200 200"),
    row("GET", "/api/v1/requests/{request}", "404 404 200 200 200"),
    row("POST", "/api/v1/requests/{request}/cancel", "404 404 403 202 202"),
    row("POST", "/api/v1/requests/{request}/retry", "404 404 403 202 202"),
]

REJECT_API = {"verb": "reject", "ids": ["{candidate}"], "reasons": ["framing"]}
REJECT = {"verb": "reject", "pick": "{candidate}", "reason": "framing"}
WITHHOLD = {"reason": "takedown 12"}
LIFE = [
    *(
        row("POST", f"/variants/{{candidate}}/{verb}/", "404 404 302 302 302", body)
        for verb, body in (
            ("shortlist", {}), ("unshortlist", {}), ("reconsider", {}), ("keep", {}),
            ("tags", {"tags": "night, rain"}),
        )
    ),
    row("POST", "/variants/{candidate}/recheck/", "404 404 403 302 302"),
    row("POST", "/variants/{candidate}/regenerate/", "404 404 403 302 302"),
    row("POST", "/variants/{candidate}/quarantine/", "404 404 403 403 302", WITHHOLD),
    row("POST", "/variants/{trashed}/undo/", "404 404 403 302 409"),
    row("POST", "/variants/{trashed}/redo/", "404 404 409 409 409"),
    row("POST", "/characters/{ready}/undo/", "404 404 409 302 409"),
    row("POST", "/characters/{ready}/redo/", "404 404 409 409 409"),
    row("POST", "/variants/batch/", "404 404 302 302 302", REJECT),
    row("POST", "/variants/batch/reasons/", "404 404 200 200 200", {"pick": "{candidate}"}),
    row("POST", "/variants/{candidate}/delete/", "404 404 403 302 302"),
    row("POST", "/variants/{trashed}/restore/", "404 404 404 302 302"),
    row("POST", "/variants/{trashed}/purge/", "404 404 404 302 302"),
    row("GET", "/characters/{ready}/trash/", "404 404 403 200 200"),
    row("GET", "/projects/{project}/trash/", "404 404 403 200 200"),
    row("GET", "/media/variants/{trashed}/w256/", "404 404 404 200 200"),
    *(
        row("POST", f"/sources/{{old}}/{verb}/", "404 404 403 302 302")
        for verb in ("delete", "restore", "purge")
    ),
    *(
        row("POST", f"{_ONE}/{{candidate}}/{verb}", "404 404 200 200 200", body)
        for verb, body in (
            ("shortlist", {}), ("unshortlist", {}), ("reconsider", {}), ("keep", {}),
            ("tags", {"add": ["night"]}),
        )
    ),
    row("POST", f"{_ONE}/{{candidate}}/recheck", "404 404 403 202 202"),
    row("POST", f"{_ONE}/{{candidate}}/regenerate", "404 404 403 202 202"),
    row("POST", f"{_ONE}/{{candidate}}/quarantine", "404 404 403 403 200", WITHHOLD),
    row("POST", f"{_ONE}/{{trashed}}/undo", "404 404 403 200 409"),
    row("POST", f"{_ONE}/{{trashed}}/redo", "404 404 409 409 409"),
    row("POST", "/api/v1/characters/{ready}/undo", "404 404 409 200 409"),
    row("POST", "/api/v1/characters/{ready}/redo", "404 404 409 409 409"),
    row("POST", "/api/v1/review-steps/{step}/undo", "404 404 404 200 404"),
    row("POST", "/api/v1/review-steps/{step}/redo", "404 404 404 409 404"),
    row("POST", "/api/v1/variants/batch", "404 404 200 200 200", REJECT_API),
    row("DELETE", f"{_ONE}/{{candidate}}", "404 404 403 204 204"),
    row("DELETE", f"{_ONE}/{{trashed}}?purge=1", "404 404 404 204 204"),
    row("POST", f"{_ONE}/{{trashed}}/restore", "404 404 404 200 200"),
    row("DELETE", "/api/v1/characters/{ready}/images/v-{candidate}", "404 404 403 204 204"),
    row("DELETE", "/api/v1/characters/{ready}/images/s-{old}", "404 404 403 204 204"),
    row("POST", "/api/v1/characters/{ready}/images/v-{trashed}/restore", "404 404 404 204 204"),
    row("POST", "/api/v1/characters/{ready}/images/s-{old}/restore", "404 404 403 204 204"),
    row("GET", "/api/v1/characters/{ready}/trash", "404 404 403 200 200"),
    row("GET", "/api/v1/projects/{project}/trash", "404 404 403 200 200"),
    row("GET", "/api/v1/variants/{trashed}/renditions/w512", "404 404 404 200 200"),
]  # fmt: skip

EDITS = [
    row("POST", f"{_ONE}/{{candidate}}/export", "404 404 403 201 201"),
    row("GET", f"{_ONE}/{{candidate}}/export", "404 404 200 200 200"),
    row("POST", f"{_ONE}/{{hero}}/cancel-edit", "404 404 403 200 200"),
    row("POST", f"{_ONE}/{{candidate}}/reimport", "404 404 403 201 201", EDIT),
    row("GET", f"{_ONE}/{{candidate}}/history", "404 404 200 200 200"),
    row("POST", "/api/v1/characters/{ready}/reimport", "404 404 403 201 201", EDIT_OF),
    row("POST", _ONE, "404 404 403 201 201", HAND_MADE),
    row("POST", "/api/v1/variants/export-batch", "404 404 403 201 201", EXPORT_BATCH),
    row("GET", "/api/v1/exports/{export}/file", "404 404 403 200 200"),
    row("GET", "/api/v1/exports/{export}/sidecar", "404 404 403 200 200"),
    row("GET", "/api/v1/exports/zip?ids={export}", "404 404 403 200 200"),
    row("GET", f"{_ONE}/{{candidate}}/recipe-diff?with={{hero}}", "404 404 200 200 200"),
    row("GET", f"{_ONE}/{{candidate}}/reproduce", "404 404 200 200 200"),
    row("POST", f"{_ONE}/{{candidate}}/reproduce", "404 404 403 409 409"),
    row("GET", "/variants/{candidate}/versions/", "404 404 200 200 200"),
    row("GET", "/variants/{candidate}/compare/?with={hero}", "404 404 200 200 200"),
    row("POST", "/variants/{candidate}/export/", "404 404 403 302 302"),
    row("POST", "/variants/{hero}/cancel-edit/", "404 404 403 302 302"),
    row("POST", "/variants/{candidate}/reimport/", "404 404 403 302 302", EDIT),
    row("POST", "/variants/{candidate}/reproduce/", "404 404 403 409 409"),
    row("GET", "/characters/{ready}/editing/", "404 404 200 200 200"),
    row("POST", "/characters/{ready}/reimport/", "404 404 403 302 302", EDIT_OF),
    row("GET", "/characters/{ready}/add/", "404 404 403 200 200"),
    row("POST", "/characters/{ready}/add/", "404 404 403 302 302", ADDED),
    row("POST", "/characters/{ready}/upload/", "404 404 403 302 302", HAND_MADE),
    row("POST", "/characters/{ready}/export/", "404 404 403 302 302", {"pick": "{candidate}"}),
    row("GET", "/exports/{export}/file/", "404 404 403 200 200"),
    row("GET", "/exports/{export}/sidecar/", "404 404 403 200 200"),
    row("GET", "/exports/zip/?ids={export}", "404 404 403 200 200"),
]

IMPORTS = [
    row("GET", "/projects/{project}/import/", "404 404 403 200 200"),
    row("POST", "/projects/{project}/import/", "404 404 403 302 302", {"files": FILE}),
    row("GET", "/imports/", "200 200 200 200 200"),
    row("GET", "/imports/{folder_import}/", "404 404 200 200 200"),
    row("GET", "/imports/{folder_import}/report/", "404 404 200 200 200"),
    row("GET", "/api/v1/projects/{project}/imports", "404 404 200 200 200"),
    row("POST", "/api/v1/projects/{project}/imports", "404 404 403 201 201", FOLDER),
    row("GET", "/api/v1/imports/{folder_import}", "404 404 200 200 200"),
    row("POST", "/api/v1/imports/{folder_import}/files", "404 404 403 201 201", FILE_OF_FOLDER),
    row("GET", "/api/v1/imports/{folder_import}/report", "404 404 200 200 200"),
]

UPLOAD = {"purpose": "source", "size": 9, "sha256": "a" * 64}
LOOK = {"purpose": "source", "files": [{"name": "a.png", "size": 9}]}
UPLOADS = [
    row("GET", "/api/v1/uploads", "200 200 200 200 200"),
    row("POST", "/api/v1/projects/{project}/uploads", "404 404 403 201 201", UPLOAD),
    row("POST", "/api/v1/projects/{project}/uploads/look", "404 404 200 200 200", LOOK),
    row("GET", "/api/v1/uploads/{upload}", "404 404 404 200 404"),
    row("PATCH", "/api/v1/uploads/{upload}", "404 404 404 200 404", {"octets": OCTETS}),
    row("DELETE", "/api/v1/uploads/{upload}", "404 404 404 204 404"),
]

JOBS = [
    row("GET", "/jobs/{waiting_job}/", "404 404 200 200 200"),
    row("POST", "/jobs/{waiting_job}/cancel/", "404 404 403 302 302"),
    row("POST", "/jobs/{failed_job}/retry/", "404 404 403 302 302"),
    row("POST", "/jobs/{waiting_job}/front/", "404 404 403 302 302"),
    row("GET", "/api/v1/jobs/{waiting_job}", "404 404 200 200 200"),
    row("GET", "/api/v1/jobs/{waiting_job}/results", "404 404 200 200 200"),
    row("GET", "/api/v1/jobs/by-prompt/{prompt}/results", "404 404 200 200 200"),
    row("POST", "/api/v1/jobs/{waiting_job}/cancel", "404 404 403 200 200"),
    row("POST", "/api/v1/jobs/{failed_job}/retry", "404 404 403 200 200"),
    row("POST", "/api/v1/jobs/{waiting_job}/front", "404 404 403 200 200"),
]

WHO = {"image": "v-{candidate}"}
IDENTITY = [
    row("GET", "/projects/{project}/who/", "404 404 200 200 200"),
    row("POST", "/projects/{project}/who/", "404 404 302 302 302", WHO),
    row("GET", "/who/{search}/", "404 404 404 200 404"),
    row("GET", "/characters/{ready}/drift/", "404 404 200 200 200"),
    row("POST", "/api/v1/projects/{project}/likeness-searches", "404 404 202 202 202", WHO),
    row("GET", "/api/v1/likeness-searches/{search}", "404 404 404 200 404"),
    row("GET", "/api/v1/characters/{ready}/drift", "404 404 200 200 200"),
    row("GET", "/sources/{draft_source}/", "404 404 200 200 200"),
    row("GET", "/sources/{draft_source}/faces/", "404 404 403 200 200"),
    row("POST", "/sources/{draft_source}/faces/", "404 404 403 302 302", {"face": "0"}),
    row("GET", "/variants/{candidate}/faces/", "404 404 403 200 200"),
    row("POST", "/variants/{candidate}/faces/", "404 404 403 302 302", {"face": "0"}),
    row("POST", "/api/v1/source-images/{draft_source}/face", "404 404 403 202 202", {"number": 0}),
    row("POST", f"{_ONE}/{{candidate}}/face", "404 404 403 202 202", {"number": 0}),
]

GROUPS = {
    "public": PUBLIC,
    "own": OWN,
    "words": WORDS,
    "webhooks": WEBHOOKS,
    "projects": PROJECTS,
    "characters": CHARACTERS,
    "variants": VARIANTS,
    "life": LIFE,
    "edits": EDITS,
    "imports": IMPORTS,
    "uploads": UPLOADS,
    "jobs": JOBS,
    "identity": IDENTITY,
}
ROWS = [row for rows in GROUPS.values() for row in rows]


# Things of the studio, which are of no project.
STUDIOS = (
    "workflow",
    "server",
    "type",
    "scene",
    "environment",
    "ratio",
    "mode",
    "reason",
    "webhook",
    "delivery",
)


def of_the_studio(row: Row) -> bool:
    """Whether the row's address names a thing that belongs to no project."""
    return any(f"{{{name}}}" in row.path for name in STUDIOS)


def routes() -> set[str]:
    """Every route of the product but the admin site's, without its last slash."""
    return {route.rstrip("/") for route in _walk(get_resolver().url_patterns)}


def route_of(path: str) -> str:
    """The route that an address leads to, without its last slash."""
    return resolve(path.partition("?")[0]).route.rstrip("/")


def _walk(patterns: list[Any], base: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        route = base + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found.append(route)
        elif pattern.app_name != "admin":
            found += _walk(pattern.url_patterns, route)
    return found
