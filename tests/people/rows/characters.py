"""Rows of characters and their source images."""

from tests.people.rows import FILE, row

ATTEST = {"statement": "A drawn person, ours alone", "source": "our own studio"}
CHARACTER = {"name": "Judy", "depicts": "fictional", "age_basis": "unknown"}

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
