"""Rows of faces and likeness."""

from tests.people.rows import ONE, row

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
    row("POST", f"{ONE}/{{candidate}}/face", "404 404 403 202 202", {"number": 0}),
]
