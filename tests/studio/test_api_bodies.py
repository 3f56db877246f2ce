"""Whatever a body or a path says, the API answers with a sentence, never with a fault."""

import json
from http import HTTPStatus

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from comfy_bridge.models import ComfyServer
from qa.models import QAThreshold
from studio import api
from tests import make, make_masks

HUGE = 10**30
# Every route that takes a body: its method, and the fields that it reads by what they hold.
WRITES = {
    "api-token": ("post", {"username": str, "password": str}),
    "api-token-refresh": ("post", {"refresh": str}),
    "api-token-revoke": ("post", {"refresh": str}),
    "api-ws-ticket": ("post", {}),
    "api-projects": ("post", {"name": str, "description": str}),
    "api-project": (
        "patch",
        {
            "name": str,
            "description": str,
            "reviewers_can_approve": bool,
            "reviewers_can_export": bool,
        },
    ),
    "api-project-archive": ("post", {}),
    "api-project-unarchive": ("post", {}),
    "api-project-members": ("post", {"username": str}),
    "api-characters": (
        "post",
        {"project": int, "name": str, "age": int, "depicts": str, "notes": str, "tags": list},
    ),
    "api-character": ("patch", {"name": str, "age": int, "gender": str, "tags": list}),
    "api-character-archive": ("post", {}),
    "api-character-unarchive": ("post", {}),
    "api-source-image": ("post", {}),
    "api-seed-image-upload": ("post", {}),
    "api-source-face": ("post", {"number": int}),
    "api-variant-face": ("post", {"number": int}),
    "api-likeness-searches": ("post", {"image": str}),
    "api-source-rerun-qa": ("post", {}),
    "api-attestation": ("post", {"statement": str, "source": str}),
    "api-baseline-approve": ("post", {"reason": str}),
    "api-baseline-reject": ("post", {"reason": str}),
    "api-baseline-unlock": ("post", {"reason": str}),
    "api-generate": (
        "post",
        {
            "variant_type": str,
            "workflow_id": int,
            "count": int,
            "prompt": str,
            "negative_prompt": str,
            "seed": int,
            "steps": int,
            "denoise": float,
            "cfg": float,
            "checkpoint": str,
            "scene": str,
            "environment": str,
            "outfit": str,
            "aspect_ratio": str,
            "quality_mode": str,
            "lock_seed": bool,
            "adult": bool,
        },
    ),
    "api-generate-batch": (
        "post",
        {"character_ids": list, "variant_type": str, "workflow_id": int, "count": int},
    ),
    "api-inpaint": (
        "post",
        {
            "prompt": str,
            "negative_prompt": str,
            "mask": str,
            "masked_image_base64_png": str,
            "mask_id": int,
            "count": int,
            "seed": int,
            "workflow_id": int,
            "variant_type": str,
            "denoise": float,
            "checkpoint": str,
        },
    ),
    "api-variant-approve": ("post", {"note": str}),
    "api-variant-reject": ("post", {"note": str, "reasons": list}),
    "api-variant-shortlist": ("post", {"note": str}),
    "api-variant-unshortlist": ("post", {"note": str}),
    "api-variant-reconsider": ("post", {"note": str}),
    "api-variant-keep": ("post", {"note": str}),
    "api-variant-tags": ("post", {"add": list, "remove": list}),
    "api-variant-quarantine": ("post", {"reason": str}),
    "api-variant-undo": ("post", {}),
    "api-variant-redo": ("post", {}),
    "api-character-undo": ("post", {}),
    "api-character-redo": ("post", {}),
    "api-step-undo": ("post", {}),
    "api-step-redo": ("post", {}),
    "api-variant-restore": ("post", {}),
    "api-variant-regenerate": ("post", {"count": int, "seed": int}),
    "api-variant-recheck": ("post", {}),
    "api-image-restore": ("post", {}),
    "api-variants-batch": (
        "post",
        {"verb": str, "ids": list, "note": str, "reasons": list, "tags": list},
    ),
    "api-variant-cancel": ("post", {}),
    "api-variant-retry": ("post", {}),
    "api-variant-rerun-qa": ("post", {}),
    "api-request-cancel": ("post", {}),
    "api-request-retry": ("post", {}),
    "api-jobs-cancel-mine": ("post", {}),
    "api-jobs-retry-mine": ("post", {}),
    "api-variants": ("post", {"variant_type": str}),
    "api-variant-export": ("post", {}),
    "api-variant-cancel-edit": ("post", {}),
    "api-variant-reimport": ("post", {"keep_size": bool}),
    "api-reimport": ("post", {"variant": int, "keep_size": bool}),
    "api-variant-reproduce": ("post", {}),
    "api-imports": ("post", {"entries": list, "existing": str}),
    "api-import-file": ("post", {"path": str}),
    "api-uploads": ("post", {"purpose": str, "name": str, "size": int, "sha256": str}),
    "api-uploads-look": ("post", {"purpose": str, "files": list}),
    "api-upload": ("patch", {}),
    "api-export-batch": ("post", {"variant_ids": list}),
    "api-comfy-servers": ("post", {"name": str, "url": str, "slots": int, "agent_url": str}),
    "api-comfy-server": ("patch", {"name": str, "url": str, "slots": int, "restart_hook": str}),
    "api-comfy-server-pause": ("post", {}),
    "api-comfy-server-resume": ("post", {}),
    "api-workflows": (
        "post",
        {"name": str, "title": str, "kind": str, "description": str, "graph": dict, "server": str},
    ),
    "api-workflow": ("patch", {"title": str, "description": str}),
    "api-workflow-versions": ("post", {"graph": dict, "bindings": list, "server": str}),
    "api-workflow-validate": ("post", {"server": str, "version": int}),
    "api-job-cancel": ("post", {}),
    "api-job-retry": ("post", {}),
    "api-job-front": ("post", {}),
    "api-queue-pause": ("post", {}),
    "api-queue-resume": ("post", {}),
    "api-qa-thresholds": (
        "post",
        {"check": str, "project": int, "warn_limit": float, "fail_limit": float},
    ),
    "api-qa-threshold": ("patch", {"warn_limit": float, "fail_limit": float}),
    "api-variant-types": ("post", {"name": str, "description": str, "content_rating": str}),
    "api-variant-types-one": ("patch", {"name": str, "description": str}),
    "api-presets-scenes": ("post", {"name": str, "description": str, "prompt": str}),
    "api-presets-scenes-one": ("patch", {"name": str, "prompt": str}),
    "api-presets-environments": ("post", {"name": str, "prompt": str}),
    "api-presets-environments-one": ("patch", {"name": str, "prompt": str}),
    "api-aspect-ratios": ("post", {"name": str, "width": int, "height": int}),
    "api-aspect-ratios-one": ("patch", {"name": str, "width": int, "height": int}),
    "api-quality-modes": ("post", {"name": str, "steps": int, "sampler": str}),
    "api-quality-modes-one": ("patch", {"name": str, "steps": int, "sampler": str}),
    "api-webhooks": ("post", {"name": str, "url": str, "events": list, "project": int}),
    "api-webhook": ("patch", {"name": str, "url": str, "events": list}),
    "api-webhook-secret": ("post", {}),
    "api-webhook-ping": ("post", {}),
    "api-webhook-redeliver": ("post", {}),
    "api-reject-reasons": ("post", {"name": str, "description": str}),
    "api-reject-reasons-one": ("patch", {"name": str, "description": str}),
}
SIGNING_IN = {"api-token", "api-token-refresh", "api-token-revoke"}


def _patterns(patterns=api.urlpatterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern.url_patterns)
        elif pattern.name:
            yield pattern


def _methods(pattern):
    view = getattr(pattern.callback, "cls", None)  # None: a page for people
    return {name for name in ("post", "put", "patch", "delete") if hasattr(view, name)}


class Rows:
    """A project with everything in it, and a client of its admin."""

    def __init__(self, admin, creator, character):
        make.ready(creator, character)
        variant = make.generated(creator, character, 1)[0]
        self.keys = {"project": character.project_id, "character": character.pk}
        self.keys |= {"request": variant.request_id, "job": variant.job_id}
        self.keys["upload"] = character.project_id
        self.keys["comfy"] = ComfyServer.objects.create(name="one", url="http://127.0.0.1:8188").pk
        self.keys["qa"] = QAThreshold.objects.earliest("pk").pk
        self.variant = variant
        self.client = APIClient(raise_request_exception=False)
        self.client.force_authenticate(admin)
        self.valid = {
            "project": character.project_id,
            "name": "Jane",
            "url": "http://127.0.0.1:8189",
            "workflow_id": make.workflow().pk,
            "variant_type": "clothed",
            "count": 1,
            "prompt": "a scarf",
            "mask": make_masks.base64_of(make_masks.png()),
            "check": "noise",
            "width": 1024,
            "height": 512,
            "steps": 8,
            "sampler": "euler",
            "content_rating": "general",
        }

    def address(self, name, key=None):
        pattern = next(p for p in _patterns() if p.name == name)
        names = set(pattern.pattern.converters)
        own = {"pk": key or self._key(name), "vid": key or self.variant.pk, "name": "w256"}
        own["image_id"] = f"v-{key or self.variant.pk}"
        own["did"] = key or 1
        return reverse(name, kwargs={each: own[each] for each in names} | pattern.default_args)

    def send(self, name, data, key=None):
        method, _ = WRITES[name]
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.client.generic(
            method.upper(), self.address(name, key), raw, content_type="application/json"
        )

    def _key(self, name):
        if name.endswith("-one"):
            return 1  # a word that every studio begins with
        kind = name.removeprefix("api-").split("-")[0].removesuffix("s")
        return self.keys.get(kind, self.variant.character_id)


@pytest.fixture
def rows(admin, creator, character):
    return Rows(admin, creator, character)


def _refusals(answers):
    """Those that are no refusal with a code and a sentence."""
    return {
        name: (answer.status_code, answer.content[:200])
        for name, answer in answers.items()
        if not HTTPStatus.BAD_REQUEST <= answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        or not {"code", "detail"} <= answer.json().keys()
    }


def test_every_route_that_takes_a_body_is_tried_here():
    taking = {pattern.name for pattern in _patterns() if _methods(pattern) & {"post", "patch"}}
    assert taking == set(WRITES)


@pytest.mark.parametrize(
    "raw",
    [b"[]", b'["x"]', b'"x"', b"1", b"null", b"true", b"{", b"\xff", b"[" * 100_000, b"9" * 5000],
    ids=lambda raw: raw[:8].decode("ascii", "replace"),
)
def test_a_body_that_is_no_object_is_refused(rows, raw):
    assert _refusals({name: rows.send(name, raw) for name in WRITES}) == {}


def test_a_nul_in_any_text_is_refused(rows):
    assert _refusals(_each(rows, str, "a\0b")) == {}


def test_half_a_surrogate_in_any_text_is_refused(rows):
    assert _refusals(_each(rows, str, "a\ud800b")) == {}


@pytest.mark.parametrize("wrong", [[], ["x"], {"x": 1}, True])
def test_what_is_no_text_is_refused_where_text_belongs(rows, wrong):
    assert _refusals(_each(rows, str, wrong)) == {}


@pytest.mark.parametrize("wrong", [HUGE, -HUGE, float("1e308") * 10, [], {}, "a\0b", "x"])
def test_a_number_out_of_all_bounds_is_refused(rows, wrong):
    raw = "1e999" if wrong == float("inf") else json.dumps(wrong)
    answers = {}
    for kind in (int, float):
        answers |= _each(rows, kind, json.loads('"@"'), lambda body: body.replace('"@"', raw))
    assert _refusals(answers) == {}


@pytest.mark.parametrize("wrong", ["x", 1, {"x": 1}, ["a\0b"], [["x"]], [{}], [None]])
def test_a_list_of_anything_but_plain_texts_is_refused(rows, wrong):
    assert _refusals(_each(rows, list, wrong)) == {}


def test_an_id_that_no_row_can_have_is_not_found(rows):
    answers = {}
    for pattern in _patterns():
        if not {"pk", "vid"} & set(pattern.pattern.converters):
            continue
        for key in (HUGE, 2**63, 2**64):
            address = rows.address(pattern.name, key)
            for method in {"get"} | _methods(pattern):
                answer = getattr(rows.client, method)(address, {}, format="json")
                answers[f"{method} {address}"] = answer
    wrong = {
        name: answer.status_code
        for name, answer in answers.items()
        if answer.status_code not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
    }
    assert wrong == {}


def _each(rows, kind, value, rewrite=str):
    """Every field of that kind in turn, in a body that is valid otherwise."""
    answers = {}
    for name, (_, fields) in WRITES.items():
        for field, holds in fields.items():
            if holds is not kind:
                continue
            valid = {key: known for key, known in rows.valid.items() if key in fields}
            raw = rewrite(json.dumps({**valid, field: value})).encode()
            answers[f"{name} {field}"] = rows.send(name, raw)
    return answers
