"""Rows of variants: made, shown, decided on one by one."""

from tests import make_masks
from tests.people.rows import ONE, row

ASK = {"variant_type": "clothed", "workflow": "{workflow}", "count": 2}
ASK_API = {"variant_type": "clothed", "workflow_id": "{workflow}", "count": 2}
ASK_BATCH = {**ASK_API, "character_ids": ["{ready}"]}
ROOM = {
    "layout": "one", "mode": "side", "against": "source", "zoom": 1, "x": 0, "y": 0,
    "opacity": 50, "split": 50, "query": "?show=all",
}  # fmt: skip
ASK_PAGE = {**ASK, "characters": ["{ready}"]}
INPAINT = {"prompt": "a scarf", "mask": make_masks.base64_of(make_masks.png())}
INPAINT_AGAIN = {"prompt": "a scarf", "mask_id": "{mask}", "count": 1}
IMAGE = "/api/v1/characters/{ready}/images"

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
    row("GET", ONE, "404 404 200 200 200"),
    row("POST", f"{ONE}/generate", "404 404 403 202 202", ASK_API),
    row("POST", "/api/v1/variants/generate-batch", "404 404 403 202 202", ASK_BATCH),
    row("GET", f"{ONE}/{{candidate}}", "404 404 200 200 200"),
    row("POST", f"{ONE}/{{candidate}}/approve", "404 404 200 200 200"),
    row("POST", f"{ONE}/{{candidate}}/reject", "404 404 200 200 200"),
    row("POST", f"{ONE}/{{waiting}}/cancel", "404 404 403 202 202"),
    row("POST", f"{ONE}/{{failed}}/retry", "404 404 403 202 202"),
    row("POST", f"{ONE}/{{candidate}}/rerun-qa", "404 404 403 202 202"),
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
    row("POST", f"{IMAGE}/v-{{candidate}}/inpaint", "404 404 403 202 202", INPAINT),
    row("GET", f"{IMAGE}/v-{{candidate}}/masks", "404 404 200 200 200"),
    row("GET", f"{IMAGE}/s-{{source}}/masks", "404 404 200 200 200"),
    row("GET", "/api/v1/masks/{mask}/renditions/w256", "404 404 200 200 200"),
    row("GET", "/api/v1/requests/{request}", "404 404 200 200 200"),
    row("POST", "/api/v1/requests/{request}/cancel", "404 404 403 202 202"),
    row("POST", "/api/v1/requests/{request}/retry", "404 404 403 202 202"),
]
