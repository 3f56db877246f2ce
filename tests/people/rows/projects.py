"""Rows of projects."""

from tests.people.rows import row

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
