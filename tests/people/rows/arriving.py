"""Rows of folders that are imported, files that come in parts."""

from tests.people.rows import FILE, OCTETS, row

FOLDER = {"entries": [{"path": "Jane/ref.png", "size": 1}]}
FILE_OF_FOLDER = {"path": "Jim/ref.png", "file": FILE}

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
