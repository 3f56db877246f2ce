"""Rows of editing elsewhere, versions, recipes."""

from tests.people.rows import EDITED, FILE, ONE, row

EDIT = {"file": EDITED, "keep_size": "1"}
EDIT_OF = {**EDIT, "variant": "{candidate}"}
EXPORT_BATCH = {"variant_ids": ["{candidate}", "{hero}"]}
HAND_MADE = {"file": FILE, "variant_type": "formal"}
ADDED = {"files": FILE, "variant_type": "formal"}

EDITS = [
    row("POST", f"{ONE}/{{candidate}}/export", "404 404 403 201 201"),
    row("GET", f"{ONE}/{{candidate}}/export", "404 404 200 200 200"),
    row("POST", f"{ONE}/{{hero}}/cancel-edit", "404 404 403 200 200"),
    row("POST", f"{ONE}/{{candidate}}/reimport", "404 404 403 201 201", EDIT),
    row("GET", f"{ONE}/{{candidate}}/history", "404 404 200 200 200"),
    row("POST", "/api/v1/characters/{ready}/reimport", "404 404 403 201 201", EDIT_OF),
    row("POST", ONE, "404 404 403 201 201", HAND_MADE),
    row("POST", "/api/v1/variants/export-batch", "404 404 403 201 201", EXPORT_BATCH),
    row("GET", "/api/v1/exports/{export}/file", "404 404 403 200 200"),
    row("GET", "/api/v1/exports/{export}/sidecar", "404 404 403 200 200"),
    row("GET", "/api/v1/exports/zip?ids={export}", "404 404 403 200 200"),
    row("GET", f"{ONE}/{{candidate}}/recipe-diff?with={{hero}}", "404 404 200 200 200"),
    row("GET", f"{ONE}/{{candidate}}/reproduce", "404 404 200 200 200"),
    row("POST", f"{ONE}/{{candidate}}/reproduce", "404 404 403 409 409"),
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
